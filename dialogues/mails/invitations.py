"""Mails to guests. Their personal link stands in the body only, never in a calendar entry."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from dialogues.enums import SEATED, RsvpState
from dialogues.mails.dates import PARTSTATS, changes_hands, entry_text, holds_another
from dialogues.models import Dialogue, Invitation
from outbox.drafts import MailDraft, Recipient
from outbox.queries import held_back
from outbox.rendering.calendars import CANCEL, REQUEST
from outbox.rendering.messages import Letter, complete_link, write_letter
from outbox.services import enqueue_mails, withdraw_pending
from outbox.wordings import text_in_force
from partners.queries import recipient_of

OF_AN_INVITATION = (
    "invitation",
    "invitation_reminder",
    "dialogue_changed",
    "answer_confirmed",
    "substitute_named",
)
# leads nowhere: nobody gets a link before the release
NO_LINK = "/branchengespraeche/einladung/vorschau/"


def guest_draft(dialogue: Dialogue, row: Invitation, kind: str, event: str, **extra) -> MailDraft:
    """Return a mail about the invitation `row`, to its guest unless `extra` names another
    recipient.
    """
    dialogue = dialogue.as_announced
    values = {"dialogue": dialogue.title, "date": dialogue.when} | extra.pop("values", {})
    return MailDraft(
        kind=kind,
        subject_key=row.mail_key,
        event=event,
        values=values,
        path=dialogue.get_absolute_url(),
        **({"to": recipient_of(row.person)} | extra),
    )


def _enqueue(drafts: list[MailDraft], *, now: dt.datetime, by) -> None:
    """Write the drafts of those who can be reached: an address may have been taken out since the
    invitation.
    """
    enqueue_mails([draft for draft in drafts if draft.to.email], now=now, by=by)


def mail_invitations(dialogue: Dialogue, rows: list[Invitation], *, by, now: dt.datetime) -> None:
    """Write the invitations of one release, each with a personal link and a calendar entry."""
    values = _invitation_values(dialogue, dialogue.rsvp_by)
    drafts = []
    for row in rows:
        to = recipient_of(row.person)
        calendar = entry_text(dialogue, now=now, method=REQUEST, to=to, revision=row.revision)
        event = f"invited:{row.link_version}:{dialogue.round}"
        drafts.append(
            guest_draft(
                dialogue,
                row,
                "invitation",
                event,
                values=values,
                to=to,
                link=row.personal_link,
                has_personal_link=True,
                calendar=calendar,
            )
        )
    enqueue_mails(drafts, now=now, by=by)


def _invitation_values(dialogue: Dialogue, rsvp_by: dt.date) -> dict[str, str]:
    return {
        "place": dialogue.location or dialogue.get_format_display(),
        "answer_by": format_date(rsvp_by),
        "about": dialogue.topic.description if dialogue.topic else "",
        "programme": dialogue.programme_line,
    }


def preview_invitation(dialogue: Dialogue, row: Invitation, *, rsvp_by: dt.date) -> Letter:
    """Return the words that the mail of `row` will have when it is released; a remark stands for
    the personal link.
    """
    values = {"dialogue": dialogue.title, "date": dialogue.when} | _invitation_values(
        dialogue, rsvp_by
    )
    greeting = recipient_of(row.person).greeting
    letter = write_letter(
        text_in_force("invitation").text, greeting=greeting, link=NO_LINK, values=values
    )
    return letter._replace(
        text=letter.text.replace(complete_link(NO_LINK), _("[persönlicher Link]")), html=""
    )


def withdraw_reminders(row: Invitation, *, note: str, by, now: dt.datetime) -> None:
    """Take back the waiting reminders of `row`: there is nothing to answer any more."""
    withdraw_pending(
        subject_keys=[row.mail_key], kinds=["invitation_reminder"], note=note, by=by, now=now
    )


def take_back(rows: Iterable[Invitation], *, note: str, by, now: dt.datetime) -> None:
    """Take back what still waits for the guests of `rows` and would reach them after the end of
    their invitation.
    """
    keys = [row.mail_key for row in rows]
    withdraw_pending(subject_keys=keys, kinds=OF_AN_INVITATION, note=note, by=by, now=now)


def mail_confirmation(
    dialogue: Dialogue, row: Invitation, *, previous, by, now: dt.datetime
) -> None:
    """Confirm an answer to the guest, and tell a substitute who was named or is no longer needed.

    Whose calendar entry went over to somebody else, or to nobody, gets it taken back in the same
    mail.
    """
    dialogue = dialogue.as_announced
    to = recipient_of(row.person)
    stamp = now.isoformat()
    calendar = _entry_after(dialogue, row, to, previous, now)
    values = {
        "place": dialogue.location or dialogue.get_format_display(),
        "answer": row.get_rsvp_display(),
        "details": _details(row),
        "answer_by": format_date(dialogue.rsvp_by),
        "entry": _goes_out_of_calendar() if calendar and row.rsvp not in PARTSTATS else "",
    }
    drafts = [
        guest_draft(
            dialogue,
            row,
            "answer_confirmed",
            f"answered:{stamp}",
            values=values,
            to=to,
            link=row.personal_link,
            has_personal_link=True,
            calendar=calendar,
        )
    ]
    changed = row.substitute_email.lower() != previous.substitute_email.lower()
    if changed and row.substitute_email:
        drafts.append(_substitute_draft(dialogue, row, stamp, now))
    if changed and previous.substitute_email and not holds_another(row, previous.substitute_email):
        former = Recipient(previous.substitute_email, previous.substitute_name)
        drafts.append(_withdrawal_draft(dialogue, row, former, f"substitute_off:{stamp}", now))
    _enqueue(drafts, now=now, by=by)


def _entry_after(
    dialogue: Dialogue, row: Invitation, to: Recipient, previous, now: dt.datetime
) -> str:
    """Return what the answer of `row` means for the guest's own entry: how it now stands, its end,
    or nothing.
    """
    if not to.email:
        return ""
    if row.rsvp in PARTSTATS:
        partstat = PARTSTATS[RsvpState(row.rsvp)]
        return entry_text(
            dialogue, now=now, method=REQUEST, to=to, partstat=partstat, revision=row.revision
        )
    held = previous.rsvp in PARTSTATS and changes_hands(row.person, previous, row)
    if not held or holds_another(row, to.email):
        return ""
    return entry_text(dialogue, now=now, method=CANCEL, to=to, revision=row.revision)


def _details(row: Invitation) -> str:
    if row.rsvp == RsvpState.REPRESENTED:
        return _("Es kommt: %(name)s") % {"name": row.substitute_name}
    if row.rsvp in SEATED:
        return ngettext(
            "Angemeldet: %(count)d Person", "Angemeldet: %(count)d Personen", row.party
        ) % {"count": row.party}
    return ""


def _goes_out_of_calendar() -> str:
    """Return why the mail looks like a cancellation in the guest's calendar."""
    return _(
        "Mit dieser E-Mail kann Ihr Kalender den Termin entfernen, da Sie nicht selbst kommen. Das "
        "Gespräch findet "
        "statt."
    )


def _substitute_draft(
    dialogue: Dialogue, row: Invitation, stamp: str, now: dt.datetime
) -> MailDraft:
    to = Recipient(row.substitute_email, row.substitute_name)
    return guest_draft(
        dialogue,
        row,
        "substitute_named",
        f"substitute:{stamp}",
        to=to,
        values={
            "guest": str(row.person),
            "place": dialogue.location or dialogue.get_format_display(),
        },
        calendar=entry_text(dialogue, now=now, method=REQUEST, to=to, revision=row.revision),
    )


def _withdrawal_draft(
    dialogue: Dialogue,
    row: Invitation,
    to: Recipient,
    event: str,
    now: dt.datetime,
    *,
    keeps_entry: bool = False,
) -> MailDraft:
    calendar = ""
    if dialogue.starts_at and row.released_round == dialogue.round and to.email and not keeps_entry:
        calendar = entry_text(dialogue, now=now, method=CANCEL, to=to, revision=row.revision)
    return guest_draft(dialogue, row, "invitation_withdrawn", event, to=to, calendar=calendar)


def mail_withdrawn(dialogue: Dialogue, row: Invitation, *, by, now: dt.datetime) -> None:
    """Tell a guest, and a substitute who was named, that the invitation was withdrawn.

    A guest without an answer whose invitation still lies in the outbox knows of nothing and is not
    told. A substitute who comes by another invitation as well is not told; a guest who does keeps
    the entry.
    """
    event = f"withdrawn:{row.link_version}"
    guest = recipient_of(row.person)
    keeps = holds_another(row, guest.email)
    drafts = []
    if row.rsvp != RsvpState.OPEN or not held_back([row.mail_key], "invitation"):
        drafts.append(_withdrawal_draft(dialogue, row, guest, event, now, keeps_entry=keeps))
    if row.rsvp == RsvpState.REPRESENTED and not holds_another(row, row.substitute_email):
        substitute = Recipient(row.substitute_email, row.substitute_name)
        drafts.append(_withdrawal_draft(dialogue, row, substitute, event, now))
    _enqueue(drafts, now=now, by=by)
