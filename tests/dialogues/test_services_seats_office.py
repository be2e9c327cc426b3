"""The office rules the waiting list: offers a seat at once, ends an offer, changes the order."""

import datetime as dt

import pytest

from core.errors import NotAllowed, Refused
from core.roles import PARTNER
from dialogues.enums import SeatOfferState
from dialogues.models import Dialogue, SeatOffer
from dialogues.queries import waiting_list
from dialogues.services import (
    advance_guest,
    change_dialogue,
    end_offer,
    offer_seat,
    record_rsvp,
    tend_waiting_lists,
)
from outbox.models import Mail
from tests.dialogues.builders import (
    BERLIN,
    NO,
    NOW,
    make_full_dialogue,
    make_offer,
    make_waiting,
)
from tests.partners.builders import make_user
from tests.unchanged import OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db

Offer = SeatOfferState
LATER = NOW + dt.timedelta(hours=1)


def at(day: int, hour: int, month: int = 4) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=BERLIN)


def offers() -> list[tuple[int, str]]:
    return list(SeatOffer.objects.order_by("pk").values_list("invitation", "state"))


def test_office_offers_a_seat_at_once_whatever_the_place(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    first, second = make_waiting(dialogue, NOW), make_waiting(dialogue, LATER)

    # A Saturday: the office is there all the same.
    offer = offer_seat(invitation=second, by=office, now=at(11, 20))

    assert (offer.invitation, offer.expires_at) == (second, at(14, 18))
    assert list(waiting_list(dialogue)) == [first]


def test_office_offers_a_seat_again_after_the_offer_lapsed(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    lapsed = make_waiting(dialogue, None)
    make_offer(lapsed, Offer.LAPSED)

    offer_seat(invitation=lapsed, by=office, now=LATER)

    assert [state for _pk, state in offers()] == [Offer.LAPSED, Offer.OFFERED]


@pytest.mark.parametrize(
    ("prepare", "now", "words"),
    [
        (lambda wish: None, NOW, "nicht genug Plätze frei"),
        (lambda wish: record_rsvp(invitation=wish, rsvp=NO, now=NOW), NOW, "wartet nicht mehr"),
        (lambda wish: Dialogue.objects.update(seats=2), at(22, 9), "zu spät"),
        (lambda wish: Dialogue.objects.update(state="held"), NOW, "solange zu diesem Termin"),
        (lambda wish: make_offer(wish), NOW, "schon ein Platz angeboten"),
        (lambda wish: type(wish.person).objects.update(email=""), NOW, "keine E-Mail-Adresse"),
    ],
    ids=["full", "declined", "late", "held", "offered", "unreachable"],
)
def test_seat_is_not_offered_to_somebody_who_cannot_take_it(office, prepare, now, words):
    dialogue, _seated = make_full_dialogue()
    waiting = make_waiting(dialogue, NOW)
    prepare(waiting)
    written = mails_written()

    with nothing_changes(waiting), pytest.raises(Refused, match=words):
        offer_seat(invitation=waiting, by=office, now=now)

    assert mails_written() == written


def test_office_ends_an_offer_and_the_next_is_offered_the_seat(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    first, second = make_waiting(dialogue, NOW), make_waiting(dialogue, LATER)
    tend_waiting_lists(now=at(10, 9))

    end_offer(invitation=first, by=office, now=at(10, 10))
    tend_waiting_lists(now=at(10, 11))

    assert offers() == [(first.pk, Offer.WITHDRAWN), (second.pk, Offer.OFFERED)]
    mail = Mail.objects.get(kind="seat_offer_ended")
    assert "Die Geschäftsstelle hat das Angebot zurückgenommen." in mail.text
    with pytest.raises(Refused, match="kein Platz mehr angeboten"):
        end_offer(invitation=first, by=office, now=at(10, 11))


@pytest.mark.parametrize(("to_front", "expected"), [(False, [0, 2, 1]), (True, [2, 0, 1])])
def test_office_changes_the_order(office, to_front, expected):
    dialogue, _seated = make_full_dialogue()
    guests = [make_waiting(dialogue, NOW + dt.timedelta(hours=i)) for i in range(3)]

    advance_guest(invitation=guests[2], to_front=to_front, by=office, now=LATER)

    assert list(waiting_list(dialogue)) == [guests[i] for i in expected]
    reason = guests[2].history.first().history_change_reason
    assert (reason, mails_written()) == ("Auf der Warteliste vorgezogen", [])


def test_first_guest_cannot_advance(office):
    dialogue, _seated = make_full_dialogue()
    first = make_waiting(dialogue, NOW)

    with nothing_changes(first), pytest.raises(Refused, match="steht schon vorn"):
        advance_guest(invitation=first, by=office, now=LATER)


@pytest.mark.parametrize("service", [offer_seat, end_offer, advance_guest])
def test_only_the_office_rules_the_waiting_list(service):
    dialogue, _seated = make_full_dialogue(seats=2)
    waiting = make_waiting(dialogue, NOW)

    with nothing_changes(waiting), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        service(invitation=waiting, by=make_user(PARTNER), now=NOW)


def test_office_cannot_take_away_a_seat_that_is_offered(office):
    dialogue, _seated = make_full_dialogue(seats=3)
    make_offer(make_waiting(dialogue, NOW))

    with pytest.raises(Refused, match="schon 2 Plätze belegt oder angeboten"):
        change_dialogue(dialogue=dialogue, values={"seats": 1}, by=office, now=LATER)

    dialogue.refresh_from_db()
    assert dialogue.seats == 3
