"""Mails to guests: the invitation, and its withdrawal.

A personal link appears only in the body, never in a calendar entry, which assistants and teams
can read.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from core.dates import format_date, format_span, local_date
from dialogues.enums import SENATOR_ATTENDS, DialogueState, RsvpState
from dialogues.mails.dates import PARTSTATS, entry_text, holds_other_entry
from dialogues.models import Dialogue, Invitation
from dialogues.queries import former_spans
from outbox.enums import MailState
from outbox.models import Mail
from outbox.queries.mails import WAS_ATTEMPTED, held_back, unsent_keys
from outbox.queries.wordings import text_in_force
from outbox.rendering.calendars import CANCEL, REQUEST
from outbox.rendering.headers import address_key
from outbox.rendering.messages import Message, complete_link, write_message
from outbox.services import enqueue_mails, settle_superseded, withdraw_pending
from outbox.texts import MailDraft, Recipient
from partners.queries import recipient_of

KINDS_TO_GUESTS = (
    "invitation",
    "invitation_reminder",
    "link_replaced",
    "dialogue_changed",
    "rsvp_confirmed",
    "seat_offered",
    "seat_offer_ended",
    "substitute_named",
)
# An invitation sent again takes their place.
INVITING_KINDS = ("invitation", "invitation_reminder", "link_replaced")
# Placeholder for the personal link in a preview, because no link is valid before the release.
PREVIEW_LINK = "/branchengespraeche/einladung/vorschau/"


def guest_draft(
    dialogue: Dialogue, invitation: Invitation, kind: str, event: str, **extra
) -> MailDraft:
    """Return a mail about `invitation`; it goes to the guest unless `extra` contains `to`."""
    # What waits for an approval must not leave the office by a mail about something else.
    dialogue = dialogue.as_announced
    values = {"dialogue": dialogue.title, "date": dialogue.when} | extra.pop("values", {})
    return MailDraft(
        kind=kind,
        subject_key=invitation.mail_key,
        event=event,
        values=values,
        path=dialogue.get_absolute_url(),
        **({"to": recipient_of(invitation.person)} | extra),
    )


def enqueue_reachable(drafts: list[MailDraft], *, now: dt.datetime, by) -> None:
    """Enqueue the drafts with an address; a guest may have lost theirs since the invitation."""
    enqueue_mails([draft for draft in drafts if draft.to.email], now=now, by=by)


def mail_invitations(
    dialogue: Dialogue,
    invitations: list[Invitation],
    former_rounds: Mapping[int, int],
    *,
    by,
    now: dt.datetime,
) -> None:
    """Mail the invitations of one release, each with its personal link and calendar entry.

    `former_rounds` says by primary key for which round a guest was invited before.
    """
    values = _invitation_values(dialogue, dialogue.rsvp_by)
    spans = former_spans(dialogue)
    drafts = []
    for invitation in invitations:
        to = recipient_of(invitation.person)
        calendar = entry_text(
            dialogue, now=now, method=REQUEST, to=to, revision=invitation.revision
        )
        replaces = replaced_date(spans.get(former_rounds[invitation.pk]))
        # A new round or a new link is a new invitation; anything else would be a duplicate.
        event = f"invited:{invitation.link_version}:{dialogue.round}"
        drafts.append(
            guest_draft(
                dialogue,
                invitation,
                "invitation",
                event,
                values=values | {"replaces": replaces},
                to=to,
                link=invitation.personal_link,
                has_personal_link=True,
                calendar=calendar,
            )
        )
    enqueue_mails(drafts, now=now, by=by)


def _invitation_values(dialogue: Dialogue, rsvp_by: dt.date) -> dict[str, str]:
    return {
        "place": dialogue.location or dialogue.get_format_display(),
        "rsvp_by": format_date(rsvp_by),
        "senator": f"{SENATOR_ATTENDS}: {dialogue.senator_attends_text}",
        "about": dialogue.topic.description if dialogue.topic else "",
        "programme": "\n".join(dialogue.programme_points),
    }


def replaced_date(span: tuple[dt.datetime, dt.datetime] | None) -> str:
    """Return the sentence that the date replaces the one at `span`; empty without one."""
    if span is None:
        return ""
    return _("Dieser Termin ersetzt den bisherigen: %(date)s.") % {"date": format_span(*span)}


def mail_invitation_again(
    dialogue: Dialogue, invitation: Invitation, *, is_held: bool = False, by, now: dt.datetime
) -> None:
    """Mail one guest the invitation once more, in the place of those that did not go out.

    With `is_held`, the mail waits for its release.
    """
    known, to = dialogue.as_announced, recipient_of(invitation.person)
    note = _("Die Einladung geht noch einmal hinaus.")
    keys, kinds = [invitation.mail_key], INVITING_KINDS
    withdraw_pending(subject_keys=keys, kinds=kinds, note=note, by=by, now=now)
    settle_superseded(subject_key=invitation.mail_key, kinds=kinds, note=note, by=by, now=now)
    calendar = ""
    # Guests who declined or are represented hold no entry, so they get none.
    if invitation.rsvp in PARTSTATS:
        partstat = PARTSTATS[RsvpState(invitation.rsvp)]
        calendar = entry_text(
            dialogue,
            now=now,
            method=REQUEST,
            to=to,
            partstat=partstat,
            revision=invitation.revision,
        )
    draft = guest_draft(
        dialogue,
        invitation,
        "invitation",
        f"again:{now.isoformat()}",
        values=_invitation_values(known, known.rsvp_by) | {"replaces": ""},
        to=to,
        link=invitation.personal_link,
        has_personal_link=True,
        calendar=calendar,
        is_held=is_held,
    )
    enqueue_mails([draft], now=now, by=by)


def mail_waiting_invitations_again(dialogue: Dialogue, *, by, now: dt.datetime) -> None:
    """Replace invitations that still wait, so that they say what holds now. Drafts stay drafts."""
    invitations = list(dialogue.invitations.released().filter(released_round=dialogue.round))
    waiting = unsent_keys([invitation.mail_key for invitation in invitations], "invitation")
    held = unsent_keys(waiting, "invitation", states=[MailState.DRAFT])
    for invitation in invitations:
        if (key := invitation.mail_key) in waiting:
            mail_invitation_again(dialogue, invitation, is_held=key in held, by=by, now=now)


def other_address_with_link(invitation: Invitation) -> str:
    """Return the address that the personal link went to last, if the guest has another one now."""
    sent = Mail.objects.filter(
        WAS_ATTEMPTED,
        subject_key=invitation.mail_key,
        kind__in=INVITING_KINDS,
        has_personal_link=True,
    )
    address = sent.order_by("-created_at", "-pk").values_list("recipient", flat=True).first()
    return address if address and address != recipient_of(invitation.person).email else ""


def mail_link_replaced(dialogue: Dialogue, invitation: Invitation, *, by, now: dt.datetime) -> None:
    """Mail a guest who can still reply their new personal link, unless they never got one."""
    can_reply = dialogue.state == DialogueState.INVITED
    if not can_reply or invitation.released_round != dialogue.round:
        return
    if held_back([invitation.mail_key], "invitation"):
        return
    draft = guest_draft(
        dialogue,
        invitation,
        "link_replaced",
        f"link:{invitation.link_version}",
        values={"note": _rsvp_note(invitation, dialogue.rsvp_by, local_date(now))},
        link=invitation.personal_link,
        has_personal_link=True,
    )
    enqueue_reachable([draft], now=now, by=by)


def _rsvp_note(invitation: Invitation, rsvp_by: dt.date, today: dt.date) -> str:
    if invitation.rsvp == RsvpState.OPEN:
        text = _("Bitte antworten Sie bis zum %(day)s.")
        # The page behind the link refuses with the same words.
        if today > rsvp_by:
            text = _(
                "Die Frist für Ihre Antwort ist am %(day)s abgelaufen. Bitte wenden Sie sich an "
                "die Geschäftsstelle."
            )
        return text % {"day": format_date(rsvp_by)}
    rsvp = {"rsvp": invitation.get_rsvp_display()}
    return _("Ihre Antwort (%(rsvp)s) gilt weiter.") % rsvp


def preview_invitation(dialogue: Dialogue, invitation: Invitation, *, rsvp_by: dt.date) -> Message:
    """Return the mail that a release would send, with a placeholder for the personal link."""
    # The guest has not been invited to this round, so theirs is the former one.
    replaces = replaced_date(former_spans(dialogue).get(invitation.released_round))
    values = {"dialogue": dialogue.title, "date": dialogue.when, "replaces": replaces}
    message = write_message(
        text_in_force("invitation").text,
        greeting=recipient_of(invitation.person).greeting,
        link=PREVIEW_LINK,
        values=values | _invitation_values(dialogue, rsvp_by),
    )
    # The HTML part is dropped, because it still contains the path of the placeholder.
    text = message.text.replace(complete_link(PREVIEW_LINK), _("[persönlicher Link]"))
    return message._replace(text=text, html="")


def withdraw_reminders(invitation: Invitation, *, note: str, by, now: dt.datetime) -> None:
    """Withdraw unsent reminders of `invitation`, as the guest has replied."""
    keys, kinds = [invitation.mail_key], ["invitation_reminder"]
    withdraw_pending(subject_keys=keys, kinds=kinds, note=note, by=by, now=now)


def withdraw_unsent_mails(
    invitations: Iterable[Invitation], *, note: str, by, now: dt.datetime
) -> None:
    """Withdraw unsent mails to guests whose invitation is no longer valid."""
    keys = [invitation.mail_key for invitation in invitations]
    withdraw_pending(subject_keys=keys, kinds=KINDS_TO_GUESTS, note=note, by=by, now=now)


def withdrawal_draft(
    dialogue: Dialogue,
    invitation: Invitation,
    to: Recipient,
    event: str,
    now: dt.datetime,
    *,
    keeps_entry: bool = False,
) -> MailDraft:
    """Return the mail that withdraws `invitation` and, unless `keeps_entry`, cancels its entry."""
    calendar = ""
    # Entries of a former date were cancelled when the dialogue was postponed.
    is_current = dialogue.starts_at and invitation.released_round == dialogue.round
    if is_current and to.email and not keeps_entry:
        calendar = entry_text(dialogue, now=now, method=CANCEL, to=to, revision=invitation.revision)
    return guest_draft(
        dialogue, invitation, "invitation_withdrawn", event, to=to, calendar=calendar
    )


def mail_withdrawn(dialogue: Dialogue, invitation: Invitation, *, by, now: dt.datetime) -> None:
    """Mail the guest and their substitute that the invitation was withdrawn.

    A guest is not mailed if the invitation was never sent and they have not replied. If another
    invitation brings them to the dialogue, a substitute is not mailed and a guest keeps the entry.
    """
    event = f"withdrawn:{invitation.link_version}"
    guest = recipient_of(invitation.person)
    drafts = []
    has_replied = invitation.rsvp != RsvpState.OPEN
    if has_replied or not held_back([invitation.mail_key], "invitation"):
        keeps = holds_other_entry(invitation, guest.email)
        drafts.append(withdrawal_draft(dialogue, invitation, guest, event, now, keeps_entry=keeps))
    email = invitation.substitute_email
    is_other = address_key(email) != address_key(guest.email)
    represented = invitation.rsvp == RsvpState.REPRESENTED and is_other
    if represented and not holds_other_entry(invitation, email):
        substitute = Recipient(email, invitation.substitute_name)
        drafts.append(withdrawal_draft(dialogue, invitation, substitute, event, now))
    enqueue_reachable(drafts, now=now, by=by)
