"""Mails after a guest's reply: the confirmation, and mails to substitutes."""

import datetime as dt
from itertools import takewhile

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from dialogues.enums import SEATED, RsvpState
from dialogues.mails.dates import PARTSTATS, entry_text, has_new_holder, holds_entry
from dialogues.mails.invitations import enqueue_reachable, guest_draft, withdrawal_draft
from dialogues.mails.waiting import waiting_text
from dialogues.models import Dialogue, Invitation, Rsvp
from outbox.enums import MailState
from outbox.models import Mail
from outbox.rendering.calendars import CANCEL, REQUEST
from outbox.rendering.headers import address_key
from outbox.services import replace_pending
from outbox.texts import MailDraft, Recipient
from partners.models import Person
from partners.queries import recipient_of

CONFIRMED = "rsvp_confirmed"


def mail_confirmation(
    dialogue: Dialogue, invitation: Invitation, *, previous: Rsvp, by, now: dt.datetime
) -> None:
    """Mail the guest a confirmation, in the place of one that still waits; mail substitutes who are
    newly named or no longer needed.

    If the guest no longer holds the calendar entry, the confirmation cancels it.
    """
    dialogue = dialogue.as_announced
    note = _("Der Gast hat noch einmal geantwortet.")
    due_at = replace_pending(
        subject_key=invitation.mail_key, kind=CONFIRMED, note=note, by=by, now=now
    )
    # A guest may return to a former reply; with the time, its confirmation is no duplicate.
    stamp = now.isoformat()
    confirmed = _last_confirmed(invitation, previous)
    draft = _confirmation_draft(dialogue, invitation, confirmed, stamp, now)
    drafts = [draft._replace(due_at=due_at)]
    named, former = invitation.substitute_email, previous.substitute_email
    if address_key(named) != address_key(former):
        if named:
            drafts.append(_substitute_draft(dialogue, invitation, stamp, now))
        # A former substitute who is also a guest must keep the calendar entry.
        if former and not holds_entry(invitation, former):
            to = Recipient(former, previous.substitute_name)
            event = f"substitute_off:{stamp}"
            drafts.append(withdrawal_draft(dialogue, invitation, to, event, now))
    enqueue_reachable(drafts, now=now, by=by)


def _last_confirmed(invitation: Invitation, previous: Rsvp) -> Rsvp:
    """Return the reply that the guest's calendar knows of: `previous`, or the one before those
    whose confirmation was withdrawn unsent.
    """
    mails = Mail.objects.filter(
        subject_key=invitation.mail_key, kind=CONFIRMED, created_at__gte=invitation.released_at
    )
    states = mails.order_by("-pk").values_list("state", "created_at")
    withdrawn = list(takewhile(lambda mail: mail[0] == MailState.WITHDRAWN, states))
    if not withdrawn:
        return previous
    before = invitation.history.filter(history_date__lt=withdrawn[-1][1]).first()
    return Rsvp(**{name: getattr(before, name) for name in Rsvp._fields}) if before else previous


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
        CONFIRMED,
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
    if not held_entry or holds_entry(invitation, to.email):
        return ""
    return entry_text(dialogue, now=now, method=CANCEL, to=to, revision=revision)


def _details_of(invitation: Invitation) -> str:
    if invitation.rsvp == RsvpState.REPRESENTED:
        return _("Es kommt: %(name)s") % {"name": invitation.substitute_name}
    if invitation.rsvp == RsvpState.WAITING:
        return waiting_text(invitation)
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
            "guest": _guest(invitation.person),
            "place": dialogue.location or dialogue.get_format_display(),
        },
        calendar=entry_text(dialogue, now=now, method=REQUEST, to=to, revision=invitation.revision),
    )


def addresses_without_substitute(invitation: Invitation) -> set[str]:
    """Return the keys of addresses at which no mail could tell anybody that they are named."""
    found = Mail.objects.filter(subject_key=invitation.mail_key, kind="substitute_named")
    reached = found.exclude(state=MailState.FAILED).values("recipient")
    failed = found.exclude(recipient__in=reached).values_list("recipient", flat=True)
    return {address_key(email) for email in failed}


def _guest(person: Person) -> str:
    # Whoever is named as a substitute may not know the guest, let alone by their function.
    return f"{person} ({person.organisation.label})" if person.organisation else str(person)
