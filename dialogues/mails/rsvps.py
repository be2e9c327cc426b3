"""Mails after a guest's reply: the confirmation, and mails to substitutes."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from dialogues.enums import SEATED, RsvpState
from dialogues.mails.dates import PARTSTATS, entry_text, has_new_holder, holds_other_entry
from dialogues.mails.invitations import enqueue_reachable, guest_draft, withdrawal_draft
from dialogues.models import Dialogue, Invitation, Rsvp
from outbox.rendering.calendars import CANCEL, REQUEST
from outbox.texts import MailDraft, Recipient
from partners.queries import recipient_of


def mail_confirmation(
    dialogue: Dialogue, invitation: Invitation, *, previous: Rsvp, by, now: dt.datetime
) -> None:
    """Mail the guest a confirmation; mail substitutes who are newly named or no longer needed.

    If the guest no longer holds the calendar entry, the confirmation cancels it.
    """
    dialogue = dialogue.as_announced
    # A guest may return to a former reply; with the time, its confirmation is no duplicate.
    stamp = now.isoformat()
    drafts = [_confirmation_draft(dialogue, invitation, previous, stamp, now)]
    named, former = invitation.substitute_email, previous.substitute_email
    if named.lower() != former.lower():
        if named:
            drafts.append(_substitute_draft(dialogue, invitation, stamp, now))
        # A former substitute who is also a guest must keep the calendar entry.
        if former and not holds_other_entry(invitation, former):
            to = Recipient(former, previous.substitute_name)
            event = f"substitute_off:{stamp}"
            drafts.append(withdrawal_draft(dialogue, invitation, to, event, now))
    enqueue_reachable(drafts, now=now, by=by)


def _confirmation_draft(
    dialogue: Dialogue, invitation: Invitation, previous: Rsvp, stamp: str, now: dt.datetime
) -> MailDraft:
    to = recipient_of(invitation.person)
    calendar = _entry_after(dialogue, invitation, to, previous, now)
    loses_entry = calendar and invitation.rsvp not in PARTSTATS
    values = {
        "place": dialogue.location or dialogue.get_format_display(),
        "rsvp": invitation.get_rsvp_display(),
        "details": _details_of(invitation),
        "rsvp_by": format_date(dialogue.rsvp_by),
        "entry": _cancelled_entry_note() if loses_entry else "",
    }
    return guest_draft(
        dialogue,
        invitation,
        "rsvp_confirmed",
        f"rsvp:{stamp}",
        values=values,
        to=to,
        link=invitation.personal_link,
        has_personal_link=True,
        calendar=calendar,
    )


def _entry_after(
    dialogue: Dialogue, invitation: Invitation, to: Recipient, previous: Rsvp, now: dt.datetime
) -> str:
    """Return the guest's entry after the reply, updated or cancelled; empty if nothing changes."""
    if not to.email:
        return ""
    revision = invitation.revision
    if invitation.rsvp in PARTSTATS:
        partstat = PARTSTATS[RsvpState(invitation.rsvp)]
        return entry_text(
            dialogue, now=now, method=REQUEST, to=to, partstat=partstat, revision=revision
        )
    # If a substitute held the entry before, the guest has none to cancel.
    held_entry = previous.rsvp in PARTSTATS and has_new_holder(
        invitation.person, previous, invitation
    )
    if not held_entry or holds_other_entry(invitation, to.email):
        return ""
    return entry_text(dialogue, now=now, method=CANCEL, to=to, revision=revision)


def _details_of(invitation: Invitation) -> str:
    if invitation.rsvp == RsvpState.REPRESENTED:
        return _("Es kommt: %(name)s") % {"name": invitation.substitute_name}
    if invitation.rsvp in SEATED:
        text = ngettext(
            "Angemeldet: %(count)d Person", "Angemeldet: %(count)d Personen", invitation.party
        )
        return text % {"count": invitation.party}
    return ""


def _cancelled_entry_note() -> str:
    # Calendars show the attached CANCEL as if the whole dialogue were cancelled.
    return _(
        "Mit dieser E-Mail kann Ihr Kalender den Termin entfernen, da Sie nicht selbst kommen. Das "
        "Gespräch findet statt."
    )


def _substitute_draft(
    dialogue: Dialogue, invitation: Invitation, stamp: str, now: dt.datetime
) -> MailDraft:
    to = Recipient(invitation.substitute_email, invitation.substitute_name)
    return guest_draft(
        dialogue,
        invitation,
        "substitute_named",
        f"substitute:{stamp}",
        to=to,
        values={
            "guest": str(invitation.person),
            "place": dialogue.location or dialogue.get_format_display(),
        },
        calendar=entry_text(dialogue, now=now, method=REQUEST, to=to, revision=invitation.revision),
    )


def mail_seat_offered(dialogue: Dialogue, invitation: Invitation, *, by, now: dt.datetime) -> None:
    """Mail a guest who wanted a seat that one is free, with their personal link."""
    draft = guest_draft(
        dialogue,
        invitation,
        "seat_offered",
        # A guest can be offered a seat more than once.
        f"offered:{now.isoformat()}",
        values={"rsvp_by": format_date(dialogue.rsvp_by)},
        link=invitation.personal_link,
        has_personal_link=True,
    )
    enqueue_reachable([draft], now=now, by=by)
