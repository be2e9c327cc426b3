"""Services for invitations: release, send again, remind, withdraw, and their personal links."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import concerns_about_day, format_date, local_date
from core.errors import ChangedMeanwhile, Refused, require_heeded
from core.history import save_as, update_all_as
from core.roles import require_office
from dialogues import mails
from dialogues.enums import (
    BEFORE_THE_DAY,
    INVITED_AGAIN,
    INVITED_ELSEWHERE,
    LINK_REPLACED,
    LINK_SHOWN,
    DialogueState,
    OptionState,
)
from dialogues.models import Dialogue, Invitation
from dialogues.queries import guest_list_version, is_granted, unreleased_invitations
from dialogues.reminders import guests_to_remind, reminder_of, unanswered
from dialogues.services.dialogues import (
    lock_dialogue,
    move_dialogue,
    require_consent,
    require_no_earlier_rsvp_day,
)
from dialogues.services.guests import NO_RSVP, require_guest_list
from dialogues.services.waiting import end_offer_of
from outbox.rendering.messages import complete_link
from outbox.services import replace_links
from partners.queries import recipient_of
from reminders.registry import ReminderMail
from reminders.schedules import manual_step
from reminders.services import enqueue_reminders

DEADLINE_TO_CHECK = gettext_lazy(
    "Bitte sehen Sie sich den Tag an, bis zu dem Sie um Antwort bitten. Noch ist nichts versandt."
)
NOT_INVITED = gettext_lazy("Diese Einladung ist nicht versandt oder schon zurückgezogen.")


@transaction.atomic
def release_invitations(
    *,
    dialogue: Dialogue,
    rsvp_by: dt.date,
    expected: int,
    version: str | None = None,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> int:
    """Mail every invitation that was not yet sent in this round; return how many.

    `expected` is the number shown in the preview, `version` its `guest_list_version`. Raises
    ChangedMeanwhile if the dialogue or the guest list has changed since, and Refused if a check of
    `_require_releasable` or `_invitations_to_release` fails; Warned by a deadline on a weekend or
    holiday. Then no invitation is mailed.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    _require_releasable(dialogue, rsvp_by, now)
    invitations = _invitations_to_release(dialogue, rsvp_by, expected)
    if version not in (None, guest_list_version(dialogue, invitations)):
        raise ChangedMeanwhile(
            _(
                "Das Gespräch oder die Gästeliste hat sich inzwischen geändert. Noch ist nichts "
                "versandt; bitte prüfen Sie noch einmal."
            )
        )
    # Last, so that nobody overrules a warning only to be refused.
    require_heeded(concerns_about_day(rsvp_by), heeded, str(DEADLINE_TO_CHECK))
    # Guests of an earlier round start without a reply, because theirs was to another date.
    former_rounds = {invitation.pk: invitation.released_round for invitation in invitations}
    values = NO_RSVP | {"released_at": now, "released_round": dialogue.round}
    # In bulk, so that a release takes the same few statements for 5 guests and for 500.
    update_all_as(invitations, values, by=by, reason=_("Einladung versandt"), now=now)
    dialogue.rsvp_by = rsvp_by
    count = len(invitations)
    reason = ngettext("%(count)d Einladung versandt", "%(count)d Einladungen versandt", count)
    move_dialogue(dialogue, "release", by=by, now=now, reason=reason % {"count": count})
    mails.mail_invitations(dialogue, invitations, former_rounds, by=by, now=now)
    return count


def _require_releasable(dialogue: Dialogue, rsvp_by: dt.date, now: dt.datetime) -> None:
    """Raise Refused unless all is approved, the dialogue is ahead and `rsvp_by` is not after it."""
    require_guest_list(dialogue)
    require_approval(dialogue)
    if not dialogue.starts_at or dialogue.starts_at <= now:
        raise Refused(
            _(
                "Das Gespräch hat schon begonnen oder ist vorbei. Einladungen gehen nicht mehr "
                "hinaus."
            )
        )
    if not local_date(now) <= rsvp_by <= local_date(dialogue.starts_at):
        raise Refused(
            _(
                "Der Tag, bis zu dem Sie um Antwort bitten, muss zwischen heute und dem Gespräch "
                "liegen."
            )
        )


def _invitations_to_release(
    dialogue: Dialogue, rsvp_by: dt.date, expected: int
) -> list[Invitation]:
    """Return the invitations to release. Raises Refused if there are none or one has no address."""
    invitations = list(unreleased_invitations(dialogue))
    if not invitations:
        raise Refused(_("Es gibt keine Einladung, die noch zu versenden wäre."))
    require_no_earlier_rsvp_day(dialogue, rsvp_by)
    # The office confirmed the list it saw; nobody has reviewed guests who were added since.
    if len(invitations) != expected:
        message = ngettext(
            "Die Gästeliste hat sich geändert: %(count)d Einladung wäre zu senden. Bitte prüfen "
            "Sie noch einmal.",
            "Die Gästeliste hat sich geändert: %(count)d Einladungen wären zu senden. Bitte "
            "prüfen Sie noch einmal.",
            len(invitations),
        )
        raise ChangedMeanwhile(message % {"count": len(invitations)})
    if sentence := missing_addresses(invitations):
        raise Refused(sentence)
    return invitations


def missing_addresses(invitations: Iterable[Invitation]) -> str:
    """Return which guests cannot be invited for want of an address, and what to do; else empty."""
    people = [invitation.person for invitation in invitations]
    # With the organisation: many contacts are known by the same function.
    names = [person.name_with_organisation for person in people if not recipient_of(person).email]
    text = _(
        "Ohne E-Mail-Adresse: %(names)s. Tragen Sie die Adresse nach, oder nehmen Sie die Person "
        "von der Liste; bis dahin geht keine Einladung hinaus."
    )
    return text % {"names": ", ".join(names)} if names else ""


def require_approval(dialogue: Dialogue) -> None:
    """Raise Refused unless series, topic and fixed date are approved, as a release requires."""
    require_consent(dialogue)
    fixed = dialogue.date_options.filter(state=OptionState.FIXED).first()
    if fixed is None or not is_granted(fixed):
        raise Refused(
            _(
                "Die Freigabe des Termins ist erloschen. Erst wenn er wieder freigegeben ist, "
                "gehen Einladungen hinaus."
            )
        )


def lock_invitation(pk: int, dialogue: Dialogue) -> Invitation:
    """Lock and return the invitation. The caller must have locked `dialogue` before."""
    invitations = Invitation.objects.select_for_update(of=("self",)).select_related("person__user")
    invitation = invitations.get(pk=pk)
    # The caller's instance, so that both use the values read under lock.
    invitation.dialogue = dialogue
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by, now: dt.datetime) -> Invitation:
    """Withdraw a released invitation: revokes the link, frees the seat, mails the guest."""
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    if dialogue.state not in BEFORE_THE_DAY:
        raise Refused(
            _("Das Gespräch ist im Stand „%(state)s“; Einladungen werden nicht mehr zurückgezogen.")
            % {"state": dialogue.get_state_display()}
        )
    require_invited(invitation)
    invitation.withdrawn_at = now
    # Links already mailed are signed with the former version, so they stop working.
    invitation.link_version += 1
    # CANCEL needs a higher SEQUENCE than the entry it ends (RFC 5546, 2.1.4).
    invitation.revision += 1
    end_offer_of(invitation, "withdraw", by=by, now=now)
    save_as(invitation, by=by, now=now, reason=_("Einladung zurückgezogen"))
    # Before clearing the outbox: an unsent invitation shows that the guest must not be mailed.
    mails.mail_withdrawn(dialogue, invitation, by=by, now=now)
    note = _("Die Einladung wurde zurückgezogen.")
    mails.withdraw_unsent_mails([invitation], note=note, by=by, now=now)
    return invitation


def require_invited(invitation: Invitation) -> None:
    """Raise Refused unless `invitation` was sent and is valid, so that it has a personal link."""
    if invitation.withdrawn_at or not invitation.released_at:
        raise Refused(NOT_INVITED)


@transaction.atomic
def resend_invitation(
    *, invitation: Invitation, keep_link: bool = False, by, now: dt.datetime
) -> Invitation:
    """Mail a guest the invitation again, at the present address; the reply stays.

    If the personal link went to another address, it is revoked unless `keep_link` is set.
    Raises Refused when no reply is possible any more, or the guest has left or has no address.
    """
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    require_invited(invitation)
    _require_open_for_replies(invitation, local_date(now))
    to = recipient_of(invitation.person)
    if to.has_left or not to.email:
        text = _("%(name)s hat keine E-Mail-Adresse. Tragen Sie sie zuerst nach.")
        if to.has_left:
            text = _("%(name)s ist nicht mehr aktiv und bekommt keine Einladung.")
        raise Refused(text % {"name": invitation.person})
    # Whoever has the other address could reply in the guest's name.
    if not keep_link and mails.other_address_with_link(invitation):
        _revoke_links(invitation, INVITED_ELSEWHERE, by=by, now=now)
    else:
        save_as(invitation, by=by, now=now, reason=INVITED_AGAIN)
    mails.mail_invitation_again(dialogue, invitation, by=by, now=now)
    return invitation


def _revoke_links(invitation: Invitation, reason, *, by, now: dt.datetime) -> None:
    """Make the links mailed so far invalid, and put another one into mails not sent yet."""
    invitation.link_version += 1
    save_as(invitation, by=by, now=now, reason=reason)
    link = invitation.personal_link
    replace_links(subject_key=invitation.mail_key, link=link, by=by, now=now)


def _require_open_for_replies(invitation: Invitation, today: dt.date) -> None:
    dialogue: Dialogue = invitation.dialogue
    is_current = invitation.released_round == dialogue.round
    if dialogue.state != DialogueState.INVITED or not is_current or dialogue.rsvp_by < today:
        raise Refused(
            _(
                "Eine Einladung geht nur noch einmal hinaus, solange Gäste antworten können. "
                "Fragen Sie den Gast, und tragen Sie die Antwort selbst ein."
            )
        )


@transaction.atomic
def show_link(*, invitation: Invitation, by, now: dt.datetime) -> str:
    """Return the address of the guest's reply page, and record who has seen it."""
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    require_invited(invitation)
    # Whoever knows the link can reply as the guest, so *Verlauf* must tell who has seen it.
    save_as(invitation, by=by, now=now, reason=LINK_SHOWN)
    return complete_link(invitation.personal_link)


@transaction.atomic
def replace_link(
    *, invitation: Invitation, notify: bool = True, by, now: dt.datetime
) -> Invitation:
    """Revoke the guest's personal links and give them another one; the reply stays.

    Mails not sent yet get the new link. With `notify` the guest is mailed it, if replies are open.
    """
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    require_invited(invitation)
    _revoke_links(invitation, LINK_REPLACED, by=by, now=now)
    if notify:
        mails.mail_link_replaced(dialogue, invitation, by=by, now=now)
    return invitation


@transaction.atomic
def remind_guests(*, dialogue: Dialogue, by, now: dt.datetime) -> int:
    """Remind guests who have not replied, at most once a day each; return how many were mailed.

    Skips guests who were already reminded today, manually or automatically, guests whose reminders
    are paused, and those who have left. Raises Refused if nobody is left.
    """
    require_office(by)
    dialogue, today = lock_dialogue(dialogue.pk), local_date(now)
    if dialogue.state != DialogueState.INVITED:
        raise Refused(_("Erinnert wird nur, solange Einladungen laufen."))
    if not unanswered(dialogue.invitations.filter(released_round=dialogue.round)).exists():
        raise Refused(_("Alle Gäste, die erinnert werden können, haben geantwortet."))
    # The reminder would lead to a page that accepts no reply any more.
    if today > dialogue.rsvp_by:
        raise Refused(
            _("Die Frist für die Antworten ist am %(day)s abgelaufen.")
            % {"day": format_date(dialogue.rsvp_by)}
        )
    # The step contains the day, so a second click on the same day creates no second mail.
    step = manual_step(today)
    reminders = [
        reminder_of(invitation, step, today) for invitation in guests_to_remind(dialogue, today)
    ]
    if not reminders:
        raise Refused(
            _("Wer noch nicht geantwortet hat, wurde heute schon erinnert oder ist pausiert.")
        )
    reminder_mails = [ReminderMail(reminder.to, [reminder]) for reminder in reminders]
    return enqueue_reminders(reminder_mails, day=today, now=now, by=by)
