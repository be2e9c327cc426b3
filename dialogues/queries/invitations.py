"""Invitations to a dialogue: replies, seats, and who is to be invited."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import ngettext

from core.conflicts import version_of_all
from core.progress import Segment
from dialogues.enums import (
    OFFICE_RSVP,
    RSVP_BADGE_COLOURS,
    SEATED,
    RsvpState,
    SeatOfferState,
)
from dialogues.models import Dialogue, Invitation, SeatOffer
from outbox.queries.mails import is_out
from partners.models import Person, at_address

# Holds for invitations of a former round.
UNSETTLED = Q(rsvp=RsvpState.REPRESENTED, released_at__isnull=False)
IS_ACTIVE = Q(person__is_active=True)
IS_OFFERED = Q(
    Exists(SeatOffer.objects.filter(invitation=OuterRef("pk"), state=SeatOfferState.OFFERED))
)
# On the waiting list of a dialogue whose seats the portal does not offer itself.
TO_BE_OFFERED_BY_HAND = IS_ACTIVE & ~IS_OFFERED
TO_BE_OFFERED_BY_HAND &= Q(
    dialogue__offers_seats=False, rsvp=RsvpState.WAITING, seat_wanted_at__isnull=False
)
# Nobody else can have the seats of these invitations.
HOLDS_SEATS = Q(rsvp__in=SEATED) | IS_OFFERED
# The value of `Invitation.mail_key`, computed by the database.
MAIL_KEY = Concat(Value("invitation:"), Cast(OuterRef("pk"), CharField()))
IS_OUT = is_out(MAIL_KEY, "invitation")


class RsvpCounts(NamedTuple):
    """The replies to the invitations of the present round, and the seats they hold."""

    segments: list[Segment]
    invited: int
    seats_taken: int

    @classmethod
    def of(cls, invitations: list[Invitation], dialogue: Dialogue) -> "RsvpCounts":
        """Count `invitations` of `dialogue`, without withdrawn ones and those of former rounds."""
        current = [
            invitation
            for invitation in invitations
            if not invitation.withdrawn_at and invitation.released_round == dialogue.round
        ]
        counts = Counter(invitation.rsvp for invitation in current)
        segments = [
            Segment(rsvp_label(rsvp, counts[rsvp]), counts[rsvp], colour)
            for rsvp, colour in RSVP_BADGE_COLOURS.items()
        ]
        seats = sum(invitation.seats_taken for invitation in current)
        return cls(segments, len(current), seats)


def rsvp_label(rsvp: str, count: int) -> str:
    """Return the noun for `count` replies of a kind: *Zusagen*, *Absage*."""
    if rsvp == RsvpState.ACCEPTED:
        return ngettext("Zusage", "Zusagen", count)
    if rsvp == RsvpState.DECLINED:
        return ngettext("Absage", "Absagen", count)
    return str(RsvpState(rsvp).label)


def count_seats_taken(dialogue: Dialogue) -> int:
    """Return how many seats are taken or offered at the present date. Lock the dialogue before
    assigning another one.
    """
    # A reply to a former date takes no seat at this one.
    current = dialogue.invitations.active().filter(released_round=dialogue.round)
    seated = current.filter(HOLDS_SEATS)
    return seated.aggregate(seats=Sum("party"))["seats"] or 0


def takes_office_rsvp(invitation: Invitation) -> bool:
    """Return whether the office can enter a reply: the guest is invited to the present date."""
    dialogue = invitation.dialogue
    is_invited = invitation.released_at and invitation.released_round == dialogue.round
    return bool(is_invited and not invitation.withdrawn_at and dialogue.state in OFFICE_RSVP)


def unsettled_substitutes(dialogue: Dialogue) -> QuerySet[Invitation]:
    """Return the guests who named a substitute for a former date and may be replaced by them."""
    former = dialogue.invitations.active().exclude(released_round=dialogue.round)
    invitations = former.filter(UNSETTLED).select_related("dialogue", "person__organisation")
    return invitations.order_by("pk")


def unreleased_invitations(dialogue: Dialogue) -> QuerySet[Invitation]:
    """Return the guests on the list who can be invited in the present round.

    Guests whose substitutes are unsettled are left out: somebody else may come in their place. So
    are those who have left.
    """
    return _not_released(dialogue).filter(IS_ACTIVE)


def inactive_guests(dialogue: Dialogue) -> QuerySet[Invitation]:
    """Return the guests on the list who are not invited in the present round, as they have left."""
    return _not_released(dialogue).exclude(IS_ACTIVE)


def _not_released(dialogue: Dialogue) -> QuerySet[Invitation]:
    invitations = dialogue.invitations.active().exclude(released_round=dialogue.round)
    invitations = invitations.exclude(UNSETTLED)
    return invitations.select_related("person__organisation", "person__user").order_by("pk")


def guest_list_version(dialogue: Dialogue, invitations: Iterable[Invitation]) -> str:
    """Return a fingerprint of `dialogue` and of who is invited to it at which address."""
    # With the address: a mail that somebody has looked through must not go elsewhere.
    people = [
        str((guest.person_id, guest.person.name, guest.person.email)) for guest in invitations
    ]
    return sha256("".join([version_of_all(dialogue), *people]).encode()).hexdigest()[:20]


def substitute_candidates(invitation: Invitation) -> QuerySet[Person]:
    """Return the contacts who may have represented the guest: their colleagues, and whoever has the
    address that was named.
    """
    known = Q(organisation=invitation.person.organisation_id, organisation__isnull=False)
    if email := invitation.substitute_email:
        known |= at_address(email)
    people = Person.objects.reachable().filter(known).exclude(pk=invitation.person_id)
    # A colleague on the list comes anyway. Whoever was named stays, as the form then drops the
    # guest, who would otherwise be invited as well.
    listed = invitation.dialogue.invitations.active().filter(person=OuterRef("pk"))
    people = people.annotate(is_listed=Exists(listed))
    is_named = at_address(email) if email else Q(pk__in=[])
    people = people.filter(Q(is_listed=False) | is_named)
    return people.order_by("sort_name", "pk").distinct()
