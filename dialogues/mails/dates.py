"""Who holds a calendar entry of a dialogue, and the entry itself. No personal link goes in."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from approvals.enums import GRANTED, ApprovalKind, ApprovalState
from approvals.queries import approvals_about, deciders
from dialogues.enums import RsvpState
from dialogues.models import Dialogue, Invitation
from outbox.drafts import Recipient
from outbox.queries import held_back
from outbox.rendering.calendars import (
    ACCEPTED,
    NEEDS_ACTION,
    PUBLISH,
    REQUEST,
    TENTATIVE,
    CalendarEvent,
    make_calendar,
)
from partners.models import Person
from partners.queries import recipient_of

# The answers with which guests keep their entry, and what it then says.
PARTSTATS = {
    RsvpState.OPEN: NEEDS_ACTION,
    RsvpState.ACCEPTED: ACCEPTED,
    RsvpState.TENTATIVE: TENTATIVE,
}


class Told(NamedTuple):
    """Somebody who knows of a dialogue, and what stands in his or her calendar.

    `method` says how it came there: REQUEST as an own entry, PUBLISH to look at; empty when nothing
    stands there. `invitation` is the own one of a guest, None for a substitute and for those who
    only watch.
    """

    to: Recipient
    method: str = ""
    partstat: str = NEEDS_ACTION
    revision: int = 0
    invitation: Invitation | None = None


def holder_of(person: Person, said) -> Recipient | None:
    """Return whose calendar holds the entry once `person` answered `said`, an invitation or a
    reply.

    It is the guest until he or she declines, or the substitute, if one with an address was named.
    """
    if said.rsvp == RsvpState.REPRESENTED:
        return (
            Recipient(said.substitute_email, said.substitute_name)
            if said.substitute_email
            else None
        )
    to = recipient_of(person)
    return to if said.rsvp in PARTSTATS and to.email else None


def changes_hands(person: Person, before, after) -> bool:
    """Say whether the entry of `person` goes to somebody else, or to nobody, by a new answer."""
    return _address_of(holder_of(person, before)) != _address_of(holder_of(person, after))


def _address_of(to: Recipient | None) -> str:
    return to.email.lower() if to else ""


def holds_another(row: Invitation, email: str) -> bool:
    """Say whether `email` holds an entry of the same dialogue by another invitation than `row`.

    All entries of a dialogue have one UID, so taking one back would take the other out of the
    calendar too.
    """
    others = (
        row.dialogue.invitations.released()
        .filter(released_round=row.dialogue.round)
        .exclude(pk=row.pk)
    )
    if others.filter(rsvp=RsvpState.REPRESENTED, substitute_email__iexact=email).exists():
        return True
    known = Q(person__email__iexact=email) | Q(person__user__email__iexact=email)
    guests = others.filter(known, rsvp__in=PARTSTATS).select_related("person__user")
    return any(_address_of(recipient_of(guest.person)) == email.lower() for guest in guests)


def people_told(dialogue: Dialogue, *, today: dt.date) -> list[Told]:
    """Return everybody who was told about the dialogue so far, each address once; no guest whose
    invitation still lies in the outbox.

    Whoever was invited to the present date counts as holding an entry, since one taken back twice
    does no harm and one left standing does. The host's contact and, once dates were granted, the
    senator's office with its deputies were only informed. Who has no address any more is left out.
    """
    told, rows = [], list(_released(dialogue))
    unknown = held_back([row.mail_key for row in rows], "invitation")
    for row in rows:
        if row.mail_key in unknown and row.rsvp == RsvpState.OPEN:
            continue
        method = REQUEST if row.released_round == dialogue.round else ""
        told.append(Told(recipient_of(row.person), method, revision=row.revision, invitation=row))
        if row.rsvp == RsvpState.REPRESENTED:
            told.append(
                Told(
                    Recipient(row.substitute_email, row.substitute_name),
                    method,
                    revision=row.revision,
                )
            )
    return _each_once([*told, *_watchers(dialogue, today)])


def people_to_update(dialogue: Dialogue, *, today: dt.date) -> list[Told]:
    """Return who has to know of a change to a dated dialogue, each address once: everybody who
    holds an entry.

    A guest whose substitute cannot be reached is told instead, to pass it on. Who declined hears
    nothing.
    """
    told = []
    for row in _released(dialogue).filter(released_round=dialogue.round):
        own = None if row.rsvp == RsvpState.REPRESENTED else row
        if holder := holder_of(row.person, row):
            partstat = PARTSTATS.get(RsvpState(row.rsvp), NEEDS_ACTION)
            told.append(Told(holder, REQUEST, partstat, row.revision, own))
        elif row.rsvp == RsvpState.REPRESENTED:
            told.append(Told(recipient_of(row.person), revision=row.revision, invitation=row))
    return _each_once([*told, *_watchers(dialogue, today)])


def _released(dialogue: Dialogue):
    return dialogue.invitations.released().select_related("person__user").order_by("pk")


def _watchers(dialogue: Dialogue, today: dt.date) -> list[Told]:
    people = [dialogue.host_contact] if dialogue.host_contact else []
    if dialogue.starts_at or dialogue.round > 1 or _are_kept_free(dialogue):
        people += deciders(today, ApprovalKind.DATES)
    return [Told(recipient_of(person), PUBLISH if dialogue.starts_at else "") for person in people]


def _are_kept_free(dialogue: Dialogue) -> bool:
    """Say whether the senator's office ticked dates, or was told that dates whose approval lapsed
    come back to it.
    """
    rows = approvals_about(ApprovalKind.DATES, dialogue.pk)
    return rows.filter(state__in=(*GRANTED, ApprovalState.LAPSED)).exists()


def _each_once(told: Iterable[Told]) -> list[Told]:
    """Return one line an address, the one with most in the calendar, with the highest revision that
    went there.
    """
    kept: dict[str, Told] = {}
    for entry in told:
        address = entry.to.email.lower()
        best = max(kept.get(address, entry), entry, key=_weight)
        revision = (
            max(kept[address].revision, entry.revision) if address in kept else entry.revision
        )
        kept[address] = best._replace(revision=revision)
    return [entry for address, entry in kept.items() if address]


def _weight(entry: Told) -> tuple[bool, bool, bool]:
    return entry.method == REQUEST, entry.method == PUBLISH, entry.invitation is not None


def entry_text(dialogue: Dialogue, *, now: dt.datetime, **fields) -> str:
    """Return the calendar entry of `dialogue` as text; `fields` as `event_of` takes them."""
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
    """Return the entry of `dialogue` for `to` as it stands, or as it stood at `span` (start, end).

    No change that waits for its approval stands in it. With PUBLISH it is for anybody; what does
    not take place then says so in its title, as calendars show no more.
    """
    dialogue = dialogue.as_announced
    title = _("Branchengespräch: %(title)s") % {"title": dialogue.title}
    starts_at, ends_at = span or (dialogue.starts_at, dialogue.ends_at)
    return CalendarEvent(
        uid=dialogue.calendar_uid,
        sequence=dialogue.sequence + revision,
        title=_("Entfällt: %(title)s") % {"title": title}
        if is_off and method == PUBLISH
        else title,
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
