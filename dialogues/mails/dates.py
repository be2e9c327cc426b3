"""Calendar entries of a dialogue: content and holders; the mail that announces a fixed date."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from approvals.enums import GRANTED, ApprovalKind, ApprovalState
from approvals.queries import approvals_about, deciders
from core.dates import local_date
from dialogues.enums import RsvpState
from dialogues.models import Dialogue, Invitation, Rsvp
from outbox.queries.mails import held_back
from outbox.rendering.calendars import (
    ACCEPTED,
    NEEDS_ACTION,
    PUBLISH,
    REQUEST,
    TENTATIVE,
    CalendarEvent,
    make_calendar,
)
from outbox.services import enqueue_mails
from outbox.texts import MailDraft, Recipient
from partners.models import Person
from partners.queries import recipient_of

# Replies after which guests keep their calendar entry, and the PARTSTAT that it shows then.
PARTSTATS = {
    RsvpState.OPEN: NEEDS_ACTION,
    RsvpState.ACCEPTED: ACCEPTED,
    RsvpState.TENTATIVE: TENTATIVE,
}


class Addressee(NamedTuple):
    """Somebody who knows of a dialogue, and the calendar entry they hold.

    `method` says how they received it: REQUEST as an attendee, PUBLISH for information, empty if
    they have none. `invitation` is set only for guests, not for substitutes and people who were
    informed.
    """

    to: Recipient
    method: str = ""
    partstat: str = NEEDS_ACTION
    revision: int = 0
    invitation: Invitation | None = None


def entry_holder(person: Person, rsvp: Invitation | Rsvp) -> Recipient | None:
    """Return who holds the calendar entry of the guest `person` after the reply `rsvp`.

    This is the guest or, if represented, the substitute. None if the guest declined or the holder
    has no address.
    """
    if rsvp.rsvp == RsvpState.REPRESENTED:
        # Without an address nobody holds it, because the guest does not attend.
        if not rsvp.substitute_email:
            return None
        return Recipient(rsvp.substitute_email, rsvp.substitute_name)
    to = recipient_of(person)
    return to if rsvp.rsvp in PARTSTATS and to.email else None


def has_new_holder(person: Person, before: Rsvp, after: Invitation | Rsvp) -> bool:
    """Return whether the reply `after` changes or removes the holder of the guest's entry."""
    return _address_of(entry_holder(person, before)) != _address_of(entry_holder(person, after))


def _address_of(to: Recipient | None) -> str:
    return to.email.lower() if to else ""


def holds_other_entry(invitation: Invitation, email: str) -> bool:
    """Return whether `email` holds an entry of the same dialogue through another invitation.

    All entries of a dialogue share one UID, so cancelling one would remove the other as well.
    """
    dialogue = invitation.dialogue
    others = dialogue.invitations.released().filter(released_round=dialogue.round)
    others = others.exclude(pk=invitation.pk)
    if others.filter(rsvp=RsvpState.REPRESENTED, substitute_email__iexact=email).exists():
        return True
    # A person with an account is mailed at the account's address.
    known = Q(person__email__iexact=email) | Q(person__user__email__iexact=email)
    guests = others.filter(known, rsvp__in=PARTSTATS).select_related("person__user")
    return any(_address_of(recipient_of(guest.person)) == email.lower() for guest in guests)


def addressees_of_cancellation(dialogue: Dialogue, *, today: dt.date) -> list[Addressee]:
    """Return everybody who was informed of `dialogue` so far, each address once.

    Guests invited to the present date get their entry cancelled, whatever they replied: cancelling
    an entry twice does no harm, but a forgotten one does. The host's contact and, once dates were
    approved, the senator's office with its deputies are included for information.
    """
    addressees, invitations = [], list(_released(dialogue))
    # Guests whose invitation was never sent get no cancellation, unless they have replied anyway.
    unsent = held_back([invitation.mail_key for invitation in invitations], "invitation")
    for invitation in invitations:
        if invitation.mail_key in unsent and invitation.rsvp == RsvpState.OPEN:
            continue
        method = REQUEST if invitation.released_round == dialogue.round else ""
        holders = [Addressee(recipient_of(invitation.person), method, invitation=invitation)]
        if invitation.rsvp == RsvpState.REPRESENTED:
            substitute = Recipient(invitation.substitute_email, invitation.substitute_name)
            holders.append(Addressee(substitute, method))
        addressees += [holder._replace(revision=invitation.revision) for holder in holders]
    return _one_per_address([*addressees, *_informed_only(dialogue, today)])


def addressees_of_change(dialogue: Dialogue, *, today: dt.date) -> list[Addressee]:
    """Return everybody who holds an entry of the dated `dialogue`, each address once.

    If a substitute has no address, the guest is mailed instead and asked to pass the change on.
    Guests who declined are not mailed.
    """
    addressees = []
    for invitation in _released(dialogue).filter(released_round=dialogue.round):
        is_represented = invitation.rsvp == RsvpState.REPRESENTED
        if holder := entry_holder(invitation.person, invitation):
            partstat = PARTSTATS.get(RsvpState(invitation.rsvp), NEEDS_ACTION)
            own = None if is_represented else invitation
            addressees.append(Addressee(holder, REQUEST, partstat, invitation.revision, own))
        elif is_represented:
            guest = recipient_of(invitation.person)
            addressees.append(Addressee(guest, revision=invitation.revision, invitation=invitation))
    return _one_per_address([*addressees, *_informed_only(dialogue, today)])


def _released(dialogue: Dialogue) -> QuerySet[Invitation]:
    return dialogue.invitations.released().select_related("person__user").order_by("pk")


def _informed_only(dialogue: Dialogue, today: dt.date) -> list[Addressee]:
    """Return the host's contact and, if it knows of dates, the senator's office."""
    people = [dialogue.host_contact] if dialogue.host_contact else []
    # After the first round the senator's office knows of a date, even if none is approved now.
    if dialogue.starts_at or dialogue.round > 1 or _keeps_dates_free(dialogue):
        people += deciders(today, ApprovalKind.DATES)
    # These people are not attendees: their entry does not ask them to reply.
    method = PUBLISH if dialogue.starts_at else ""
    return [Addressee(recipient_of(person), method) for person in people]


def _keeps_dates_free(dialogue: Dialogue) -> bool:
    """Return whether the senator's office has accepted dates, even if the approval lapsed since."""
    approvals = approvals_about(ApprovalKind.DATES, dialogue.pk)
    return approvals.filter(state__in=(*GRANTED, ApprovalState.LAPSED)).exists()


def _one_per_address(addressees: Iterable[Addressee]) -> list[Addressee]:
    """Return one addressee per address, the one with the most binding entry.

    It gets the highest revision sent to that address, because calendars ignore a lower one.
    Addressees without an address are dropped.
    """
    kept: dict[str, Addressee] = {}
    for addressee in addressees:
        address = addressee.to.email.lower()
        known = kept.get(address, addressee)
        best = max(known, addressee, key=_weight)
        kept[address] = best._replace(revision=max(known.revision, addressee.revision))
    return [addressee for address, addressee in kept.items() if address]


def _weight(addressee: Addressee) -> tuple[bool, bool, bool]:
    # An attendee's entry outweighs one for information; among equals, guests outweigh others.
    method = addressee.method
    return method == REQUEST, method == PUBLISH, addressee.invitation is not None


def entry_text(dialogue: Dialogue, *, now: dt.datetime, **fields) -> str:
    """Return the calendar entry of `dialogue` as iCalendar text; `fields` as for `event_of`."""
    return make_calendar(event_of(dialogue, **fields), now=now)


def event_of(
    dialogue: Dialogue,
    *,
    method: str,
    to: Recipient | None = None,
    partstat: str = NEEDS_ACTION,
    revision: int = 0,
    span=None,
    is_off: bool = False,
) -> CalendarEvent:
    """Return the entry of `dialogue` for `to`, at its date or at the former `span` (start, end).

    It contains no personal link, because calendars are shared, and no change that waits for an
    approval.
    """
    dialogue = dialogue.as_announced
    title = _("Branchengespräch: %(title)s") % {"title": dialogue.title}
    starts_at, ends_at = span or (dialogue.starts_at, dialogue.ends_at)
    if is_off and method == PUBLISH:
        # A published entry has no attendee who could receive CANCEL (RFC 5546, 3.2.1), and
        # calendars do not show its STATUS, so the title says that it is off.
        title = _("Entfällt: %(title)s") % {"title": title}
    return CalendarEvent(
        uid=dialogue.calendar_uid,
        # The dialogue counts changes for all guests, the invitation those for one of them. Each
        # change raises the sum, so calendars accept the entry as an update (RFC 5546, 2.1.4).
        sequence=dialogue.sequence + revision,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        place=dialogue.location,
        description=_description_of(dialogue),
        attendee=None if method == PUBLISH else to,
        method=method,
        partstat=partstat,
        is_off=is_off,
    )


def _description_of(dialogue: Dialogue) -> str:
    lines = dialogue.programme_points
    if dialogue.video_link and dialogue.video_link != dialogue.location:
        lines = [_("Videokonferenz: %(link)s") % {"link": dialogue.video_link}, *lines]
    return "\n".join(lines)


def mail_date_fixed(dialogue: Dialogue, *, by, now: dt.datetime) -> None:
    """Mail the fixed date to the senator's office and the host, with an entry for information."""
    calendar = entry_text(dialogue, now=now, method=PUBLISH)
    values = {
        "dialogue": dialogue.title,
        "date": dialogue.when,
        "place": dialogue.address,
        "host": str(dialogue.host),
    }
    people = deciders(local_date(now), ApprovalKind.DATES)
    recipients = [recipient_of(person) for person in people]
    if dialogue.host_contact and (host := recipient_of(dialogue.host_contact)).email:
        recipients.append(host)
    drafts = [
        MailDraft(
            kind="date_fixed",
            subject_key=f"dialogue:{dialogue.pk}",
            # Without the round, the mail about a date fixed after postponing would be a duplicate.
            event=f"fixed:{dialogue.round}",
            to=recipient,
            values=values,
            path=dialogue.get_absolute_url(),
            calendar=calendar,
        )
        for recipient in recipients
    ]
    enqueue_mails(drafts, now=now, by=by)
