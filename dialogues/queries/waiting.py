"""The waiting list of a dialogue, the seats offered to it, and how many are free for a guest."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from core.dates import add_working_days, berlin_moment, is_working_day, local_date
from dialogues.enums import (
    HOLD_SEAT,
    HOLD_SEAT_WORKING_DAYS,
    INVITE_RULE,
    OFFER_HOURS,
    RsvpState,
    SeatOfferState,
)
from dialogues.models import Dialogue, Invitation, SeatOffer
from dialogues.queries.invitations import IS_ACTIVE, IS_OFFERED, count_seats_taken
from reminders.queries import current_schedule

IN_QUEUE_ORDER = ("seat_wanted_at", "pk")


def waiting_list(dialogue: Dialogue) -> QuerySet[Invitation]:
    """Return the guests to whom the next seats are offered, in order. Those who are offered one or
    let it lapse are not among them, nor those who have left.
    """
    waiting = dialogue.invitations.released().filter(
        ~IS_OFFERED,
        IS_ACTIVE,
        rsvp=RsvpState.WAITING,
        released_round=dialogue.round,
        seat_wanted_at__isnull=False,
    )
    waiting = waiting.select_related("person__organisation", "person__user")
    return waiting.order_by(*IN_QUEUE_ORDER)


def ahead_of(invitation: Invitation) -> QuerySet[Invitation]:
    """Return who stands on the waiting list before `invitation`: all, unless it is there itself."""
    waiting = waiting_list(invitation.dialogue).exclude(pk=invitation.pk)
    if invitation.rsvp != RsvpState.WAITING or invitation.seat_wanted_at is None:
        return waiting
    since = invitation.seat_wanted_at
    return waiting.filter(
        Q(seat_wanted_at__lt=since) | Q(seat_wanted_at=since, pk__lt=invitation.pk)
    )


def place_of(invitation: Invitation) -> int:
    """Return which place the guest has on the waiting list; 0 for none."""
    if invitation.rsvp != RsvpState.WAITING or invitation.seat_wanted_at is None:
        return 0
    return ahead_of(invitation).count() + 1


def open_offer(invitation: Invitation) -> SeatOffer | None:
    return invitation.seat_offers.filter(state=SeatOfferState.OFFERED).first()


class Seats(NamedTuple):
    """The seats a guest has, or is offered, and how many more they could take."""

    own: int
    free: int
    offer: SeatOffer | None = None

    @property
    def most(self) -> int:
        return self.own + self.free


def seats_for(invitation: Invitation, *, minds_queue: bool = True) -> Seats:
    """Return the seats for the guest of `invitation`.

    With `minds_queue` none is free while others stand before them on the waiting list, even if the
    first of these needs more than are free: otherwise those who come later would overtake.
    """
    dialogue = invitation.dialogue
    offer = open_offer(invitation) if invitation.rsvp == RsvpState.WAITING else None
    own = invitation.party if offer else invitation.seats_taken
    free = max(0, dialogue.seats - count_seats_taken(dialogue))
    if free and minds_queue and ahead_of(invitation).exists():
        free = 0
    return Seats(own, free, offer)


def seat_held_until(dialogue: Dialogue, now: dt.datetime, *, days: int) -> dt.datetime | None:
    """Return until when a seat offered now is held: `days` working days, and at most until the
    working day before the dialogue; None if that is over.
    """
    if dialogue.starts_at is None:
        return None
    last = add_working_days(local_date(dialogue.starts_at), -1)
    day = min(add_working_days(local_date(now), days), last)
    until = berlin_moment(day, dt.time(OFFER_HOURS[1]))
    return until if until > now else None


def days_to_hold_a_seat() -> int:
    """Return for how many working days an offered seat is held."""
    return int(current_schedule(INVITE_RULE).option(HOLD_SEAT) or HOLD_SEAT_WORKING_DAYS)


def is_offer_time(now: dt.datetime) -> bool:
    """Return whether offers may go out: on a working day in Berlin, in office hours."""
    day = local_date(now)
    start, end = (berlin_moment(day, dt.time(hour)) for hour in OFFER_HOURS)
    return is_working_day(day) and start <= now < end


def dialogues_with_waiting_guests(now: dt.datetime) -> QuerySet[Dialogue]:
    """Return the dialogues ahead with guests who wait or whose offer has expired."""
    waiting = Invitation.objects.released().filter(
        dialogue=OuterRef("pk"), rsvp=RsvpState.WAITING, released_round=OuterRef("round")
    )
    dialogues = Dialogue.objects.filter(Exists(waiting), state="invited", starts_at__gt=now)
    return dialogues.order_by("pk")


def offers_of(dialogue: Dialogue) -> QuerySet[SeatOffer]:
    """Return all offers to guests of the present round, the latest first."""
    offers = SeatOffer.objects.filter(
        invitation__dialogue=dialogue, invitation__released_round=dialogue.round
    )
    offers = offers.select_related("invitation__person__organisation")
    return offers.annotate(at=Coalesce(F("ended_at"), F("offered_at"))).order_by("-at", "-pk")
