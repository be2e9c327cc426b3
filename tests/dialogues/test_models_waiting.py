"""What the database allows of seats offered to the waiting list."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from dialogues.enums import DialogueState, SeatOfferState
from dialogues.models import SeatOffer
from tests.dialogues.builders import NOW, make_dialogue, make_offer, make_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    return make_waiting(make_dialogue(DialogueState.INVITED), NOW)


@pytest.mark.parametrize(
    "state", [state for state in SeatOfferState if state != SeatOfferState.OFFERED]
)
def test_guest_has_one_open_offer_and_any_number_of_ended_ones(waiting, state):
    make_offer(waiting)
    make_offer(waiting, state)
    make_offer(waiting, state)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_offer(waiting)

    assert SeatOffer.objects.count() == 3


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (SeatOfferState.OFFERED, {"expires_at": NOW}),
        (SeatOfferState.OFFERED, {"expires_at": NOW - dt.timedelta(hours=1)}),
        (SeatOfferState.OFFERED, {"ended_at": NOW}),
        (SeatOfferState.TAKEN, {"ended_at": None}),
    ],
    ids=["at once", "in the past", "open and ended", "ended without a time"],
)
def test_offer_expires_after_it_was_made_and_ends_once(waiting, state, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_offer(waiting, state, **fields)
