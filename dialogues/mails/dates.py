"""Calendar entries of a dialogue: content and holders; the mail that announces a fixed date."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals.enums import GRANTED, ApprovalKind, ApprovalState
from approvals.queries import approvals_about, deciders
from dialogues.enums import RsvpState
from dialogues.models import Dialogue, Invitation, Rsvp
from outbox.queries.mails import held_back
from outbox.rendering.calendars import (
    ACCEPTED,
    MAX_OUTLOOK_LENGTH,
    NEEDS_ACTION,
    PUBLISH,
    REQUEST,
    TENTATIVE,
    CalendarEvent,
    make_calendar,
)
from outbox.rendering.headers import address_key
from outbox.texts import Recipient
from partners.models import Person
from partners.queries import recipient_of

# Replies after which guests keep their calendar entry, and the PARTSTAT that it shows then.
PARTSTATS = {
    RsvpState.OPEN: NEEDS_ACTION,
    RsvpState.ACCEPTED: ACCEPTED,
    RsvpState.TENTATIVE: TENTATIVE,
    # Whoever waits keeps the time free.
    RsvpState.WAITING: TENTATIVE,
}


class Addressee(NamedTuple):
    """Somebody who knows of a dialogue, and the calendar entry they hold.

    `method` says how they received it: REQUEST as an attendee, PUBLISH for information, empty if
    they have none. `invitation` is set only for guests, `represents` only for substitutes: the
    invitation on which they were named. `sharing` are others at the same address; `to` then names
    everybody, `name` only this one.
    """

    to: Recipient
    method: str = ""
    partstat: str = NEEDS_ACTION
    revision: int = 0
    invitation: Invitation | None = None
    represents: Invitation | None = None
    sharing: tuple["Addressee", ...] = ()
    name: str = ""

    @property
    def people(self) -> int:
        return 1 + len(self.sharing)


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
    return address_key(to.email) if to else ""


def holds_entry(invitation: Invitation, email: str) -> bool:
    """Return whether `email` holds an entry of the dialogue through `invitation` or another."""
    holder = _address_of(entry_holder(invitation.person, invitation))
    return bool(email) and (holder == address_key(email) or holds_other_entry(invitation, email))


def holds_other_entry(invitation: Invitation, email: str) -> bool:
    """Return whether `email` holds an entry of the same dialogue through another invitation.

    All entries of a dialogue share one UID, so cancelling one would remove the other as well.
    """
    dialogue = invitation.dialogue
    others = dialogue.invitations.released().filter(released_round=dialogue.round)
    others = others.exclude(pk=invitation.pk).select_related("person__user")
    # Compared here, because the database does not know that two spellings are one address.
    return bool(email) and any(
        _address_of(entry_holder(other.person, other)) == address_key(email) for other in others
    )


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
            holders.append(Addressee(substitute, method, represents=invitation))
        addressees += [holder._replace(revision=invitation.revision) for holder in holders]
    return _one_per_address([*addressees, *_informed_only(dialogue, today)])


def addressees_of_change(dialogue: Dialogue, *, today: dt.date) -> list[Addressee]:
    """Return everybody who holds an entry of the dated `dialogue`, each address once.

    If a substitute has no address, the guest is mailed instead and asked to pass the change on.
    Guests who declined are not mailed, nor those who left before their invitation was sent.
    """
    addressees, invitations = [], list(_released(dialogue).filter(released_round=dialogue.round))
    inactive = [invitation for invitation in invitations if not invitation.person.is_active]
    unsent = held_back([invitation.mail_key for invitation in inactive], "invitation")
    for invitation in invitations:
        if invitation.mail_key in unsent:
            continue
        is_represented = invitation.rsvp == RsvpState.REPRESENTED
        if holder := entry_holder(invitation.person, invitation):
            partstat = PARTSTATS.get(RsvpState(invitation.rsvp), NEEDS_ACTION)
            whose = {"represents" if is_represented else "invitation": invitation}
            addressees.append(Addressee(holder, REQUEST, partstat, invitation.revision, **whose))
        elif is_represented:
            guest = recipient_of(invitation.person)
            addressees.append(Addressee(guest, revision=invitation.revision, invitation=invitation))
    return _one_per_address([*addressees, *_informed_only(dialogue, today)])


def _released(dialogue: Dialogue) -> QuerySet[Invitation]:
    invitations = dialogue.invitations.released()
    return invitations.select_related("person__user", "person__organisation").order_by("pk")


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

    It gets the highest revision sent to that address, because calendars ignore a lower one, and
    names everybody who shares the address. Addressees without an address are dropped.
    """
    by_address: dict[str, list[Addressee]] = {}
    for addressee in addressees:
        by_address.setdefault(address_key(addressee.to.email), []).append(addressee)
    return [_joint(found) for address, found in by_address.items() if address]


def _joint(addressees: list[Addressee]) -> Addressee:
    """Return the one of `addressees` at one address with the most binding entry, for everybody."""
    # One person can have several parts, such as guest and contact of the host.
    by_name: dict[str, Addressee] = {}
    for addressee in _told_apart(addressees):
        known = by_name.setdefault(addressee.name, addressee)
        by_name[addressee.name] = max(known, addressee, key=_weight)
    best = max(by_name.values(), key=_weight)
    revision = max(addressee.revision for addressee in addressees)
    others = tuple(one for one in by_name.values() if one is not best)
    to = best.to._replace(email=address_key(best.to.email))
    if others:
        people = [one.to._replace(name=one.name) for one in by_name.values()]
        to = _joint_recipient(to.email, people)
    return best._replace(to=to, revision=revision, sharing=others)


def _told_apart(addressees: list[Addressee]) -> list[Addressee]:
    """Return `addressees` with their names; guests of the same name with their organisations."""
    # Many contacts are known by their function only.
    names = Counter(one.to.name for one in addressees if one.invitation)
    return [
        one._replace(
            name=one.invitation.person.name_with_organisation
            if one.invitation and names[one.to.name] > 1
            else one.to.name
        )
        for one in addressees
    ]


def _joint_recipient(email: str, people: list[Recipient]) -> Recipient:
    """Return a recipient whose name and greeting name everybody."""
    names = [person.name for person in people if person.name]
    greetings = [person.greeting for person in people]
    greeting = ""
    if all(greetings):
        first, *rest = dict.fromkeys(greetings)
        greeting = ", ".join([first, *(text[0].lower() + text[1:] for text in rest)])
    return Recipient(email, _enumerated(names), greeting, people=len(people))


def _enumerated(names: list[str]) -> str:
    *first, last = names or [""]
    if not first:
        return last
    return _("%(names)s und %(last)s") % {"names": ", ".join(first), "last": last}


def shared_note(addressee: Addressee) -> str:
    """Return whom the mail concerns if several people share the address, else empty."""
    if not addressee.sharing:
        return ""
    return _("Diese E-Mail gilt für %(names)s.") % {"names": addressee.to.name}


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
    link, place = dialogue.video_link, dialogue.location
    # A place is cut at this length, and a link must not be.
    if link and (link != place or len(link) > MAX_OUTLOOK_LENGTH):
        lines = [_("Videokonferenz: %(link)s") % {"link": link}, *lines]
    return "\n".join(lines)
