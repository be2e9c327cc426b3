"""Free seats are offered to the waiting list in order, and pass on when nobody answers."""

import datetime as dt
from functools import partial

import pytest

from dialogues import mails
from dialogues.enums import DialogueState, RsvpState, SeatOfferState
from dialogues.models import Dialogue, Invitation, SeatOffer
from dialogues.queries import count_seats_taken, waiting_list
from dialogues.reminders import OFFICE_RULES
from dialogues.services import (
    cancel_dialogue,
    change_dialogue,
    postpone_dialogue,
    record_held,
    record_rsvp,
    release_invitations,
    tend_waiting_lists,
    withdraw_invitation,
)
from outbox.models import Mail
from reminders.queries import current_schedule
from reminders.services import change_rule
from tests.dialogues.builders import (
    BERLIN,
    DAY,
    END,
    NO,
    NOW,
    RSVP_BY,
    YES,
    fix_new_date,
    make_dialogue,
    make_full_dialogue,
    make_invitation,
    make_offer,
    make_waiting,
)
from tests.partners.builders import make_person
from tests.racing import race
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db

Offer = SeatOfferState
LATER = NOW + dt.timedelta(hours=1)


def at(day: int, hour: int, month: int = 4) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=BERLIN)


def offers() -> list[tuple[int, str]]:
    return list(SeatOffer.objects.order_by("pk").values_list("invitation", "state"))


def test_freed_seat_is_offered_to_the_first_in_the_queue():
    dialogue, seated = make_full_dialogue()
    second = make_waiting(dialogue, LATER)
    first = make_waiting(dialogue, NOW, person=make_person(email="gast@example.org"))
    assert tend_waiting_lists(now=at(10, 9)) == 0
    record_rsvp(invitation=seated, rsvp=NO, now=at(10, 9))

    # A Friday: the second working day after it is Tuesday.
    assert tend_waiting_lists(now=at(10, 10)) == 1

    offer = SeatOffer.objects.get()
    assert (offer.invitation, offer.state) == (first, Offer.OFFERED)
    assert (offer.offered_at, offer.expires_at) == (at(10, 10), at(14, 18))
    assert list(waiting_list(dialogue)) == [second]
    assert count_seats_taken(dialogue) == 1
    mail = Mail.objects.get(kind="seat_offered")
    assert (mail.recipient, mail.subject, mail.has_personal_link) == (
        "gast@example.org",
        "Ein Platz ist frei: Fachkräfte im Maschinenbau, Mi, 22.04.2026, 14:00–16:30 Uhr",
        True,
    )
    assert "Für Sie zurückgelegt: 1 Platz, bis Di, 14.04.2026, 18:00 Uhr." in mail.text
    reason = first.history.first().history_change_reason
    assert reason == "Platz angeboten bis Di, 14.04.2026, 18:00 Uhr"


def test_added_seats_and_withdrawn_invitations_are_offered_too(office):
    dialogue, seated = make_full_dialogue()
    waiting = [make_waiting(dialogue, NOW + dt.timedelta(hours=i)) for i in range(3)]
    change_dialogue(dialogue=dialogue, values={"seats": 2}, by=office, now=LATER)
    withdraw_invitation(invitation=seated, by=office, now=LATER)

    assert tend_waiting_lists(now=at(10, 9)) == 2

    assert offers() == [(guest.pk, Offer.OFFERED) for guest in waiting[:2]]


def test_second_run_offers_nothing_again():
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW)

    assert [tend_waiting_lists(now=at(10, 9)) for _i in range(3)] == [1, 0, 0]

    assert len(mails_written("seat_offered")) == 1


def test_killed_run_leaves_nothing_half_done_and_the_next_goes_on(monkeypatch):
    first, second = (make_full_dialogue(seats=2)[0] for _i in range(2))
    waiting = [make_waiting(dialogue, NOW) for dialogue in (first, second)]
    write = mails.mail_seat_offered

    def die_at_second(dialogue, *args, **fields):
        if dialogue == second:
            raise SystemExit
        write(dialogue, *args, **fields)

    monkeypatch.setattr(mails, "mail_seat_offered", die_at_second)
    with pytest.raises(SystemExit):
        tend_waiting_lists(now=at(10, 9))
    assert offers() == [(waiting[0].pk, Offer.OFFERED)]
    monkeypatch.undo()

    assert tend_waiting_lists(now=at(10, 9)) == 1

    assert offers() == [(guest.pk, Offer.OFFERED) for guest in waiting]
    assert len(mails_written("seat_offered")) == 2


def test_who_needs_two_seats_waits_for_two_and_nobody_overtakes():
    dialogue, seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW, party=2)
    make_waiting(dialogue, LATER)

    assert tend_waiting_lists(now=at(10, 9)) == 0
    record_rsvp(invitation=seated, rsvp=NO, now=at(10, 9))
    assert tend_waiting_lists(now=at(10, 9)) == 1

    assert SeatOffer.objects.get().invitation.party == 2


def test_guest_without_an_address_keeps_their_place_but_stops_nobody():
    dialogue, _seated = make_full_dialogue(seats=2)
    unreachable = make_waiting(dialogue, NOW, person=make_person(email=""))
    reachable = make_waiting(dialogue, LATER)

    tend_waiting_lists(now=at(10, 9))

    assert offers() == [(reachable.pk, Offer.OFFERED)]
    assert list(waiting_list(dialogue)) == [unreachable]


@pytest.mark.parametrize(
    "now",
    [at(10, 7), at(10, 18), at(11, 10), at(6, 10)],
    ids=["early", "evening", "saturday", "easter monday"],
)
def test_nothing_goes_out_outside_office_hours(now):
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW)
    make_offer(make_waiting(dialogue, NOW), expires_at=at(2, 18))

    assert tend_waiting_lists(now=now) == 0

    assert [state for _pk, state in offers()] == [Offer.OFFERED]
    assert mails_written() == []


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # The dialogue is on a Wednesday.
        (at(17, 10), at(21, 18)),
        (at(20, 10), at(21, 18)),
        (at(21, 17), at(21, 18)),
    ],
)
def test_offer_holds_at_most_until_the_working_day_before(now, until):
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW)

    tend_waiting_lists(now=now)

    assert SeatOffer.objects.get().expires_at == until


@pytest.mark.parametrize("now", [at(22, 9), at(22, 15), at(23, 9)])
def test_nothing_is_offered_on_the_day_or_after_it(now):
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW)

    assert (tend_waiting_lists(now=now), offers()) == (0, [])


@pytest.mark.parametrize(
    "state", [state for state in DialogueState if state != DialogueState.INVITED]
)
def test_nothing_is_offered_unless_invited(state):
    dialogue = make_dialogue(state, starts_at=DAY, ends_at=END, seats=2)
    make_waiting(dialogue, NOW)

    assert (tend_waiting_lists(now=at(10, 9)), offers()) == (0, [])


def test_office_switches_automatic_offers_off():
    dialogue, _seated = make_full_dialogue(seats=2, offers_seats=False)
    make_waiting(dialogue, NOW)

    assert (tend_waiting_lists(now=at(10, 9)), offers()) == (0, [])


def test_office_sets_how_long_a_seat_is_held(office):
    rule = OFFICE_RULES[DialogueState.SCHEDULED]
    change_rule(
        rule=rule,
        is_active=True,
        before=[15],
        after=[],
        weekly=False,
        options={"invite_by": 15, "hold_seat": 4},
        version=current_schedule(rule.key).version,
        by=office,
        now=NOW,
    )
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW)

    tend_waiting_lists(now=at(10, 9))

    assert SeatOffer.objects.get().expires_at == at(16, 18)


def test_unanswered_offer_passes_on_to_the_next_and_not_back():
    dialogue, _seated = make_full_dialogue(seats=2)
    silent = make_waiting(dialogue, NOW, person=make_person(email="still@example.org"))
    following = make_waiting(dialogue, LATER)
    tend_waiting_lists(now=at(10, 9))
    assert tend_waiting_lists(now=at(14, 17)) == 0

    assert tend_waiting_lists(now=at(15, 8)) == 1

    assert offers() == [(silent.pk, Offer.LAPSED), (following.pk, Offer.OFFERED)]
    mail = Mail.objects.get(kind="seat_offer_ended")
    assert mail.recipient == "still@example.org"
    assert "Sie haben bis zum Ende der Frist nicht geantwortet." in mail.text
    # Whoever let it lapse is not offered it again, even if nobody else waits.
    tend_waiting_lists(now=at(20, 8))
    assert [state for _pk, state in offers()] == [Offer.LAPSED, Offer.LAPSED]
    assert tend_waiting_lists(now=at(20, 9)) == 0


def test_offer_mail_that_still_waits_is_withdrawn_with_the_offer():
    dialogue, _seated = make_full_dialogue(seats=2)
    waiting = make_waiting(dialogue, NOW)
    tend_waiting_lists(now=at(10, 9))

    waiting.refresh_from_db()
    record_rsvp(invitation=waiting, rsvp=NO, now=at(10, 10))

    assert Mail.objects.get(kind="seat_offered").state == "withdrawn"


@pytest.mark.parametrize("give_up", [postpone_dialogue, cancel_dialogue])
def test_giving_up_the_date_ends_offers_and_tells_who_waits(office, give_up):
    dialogue, _seated = make_full_dialogue(seats=2)
    offer = make_offer(make_waiting(dialogue, NOW, person=make_person(email="a@example.org")))
    make_waiting(dialogue, LATER, person=make_person(email="b@example.org"))

    give_up(dialogue=dialogue, reason="Umbau", by=office, now=LATER)

    offer.refresh_from_db()
    assert (offer.state, offer.ended_at) == (Offer.WITHDRAWN, LATER)
    told = {recipient for _kind, recipient in mails_written()}
    assert {"a@example.org", "b@example.org"} <= told


def test_dialogue_that_was_held_holds_no_seat_any_more(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    offer = make_offer(make_waiting(dialogue, NOW))

    record_held(dialogue=dialogue, by=office, now=DAY)

    offer.refresh_from_db()
    assert offer.state == Offer.WITHDRAWN


def test_withdrawn_invitation_ends_its_offer(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    offer = make_offer(make_waiting(dialogue, NOW))

    withdraw_invitation(invitation=offer.invitation, by=office, now=LATER)

    offer.refresh_from_db()
    assert (offer.state, count_seats_taken(dialogue)) == (Offer.WITHDRAWN, 1)


def test_postponement_keeps_the_order(office, senator):
    dialogue, seated = make_full_dialogue()
    second, first = make_waiting(dialogue, LATER), make_waiting(dialogue, NOW)
    postpone_dialogue(dialogue=dialogue, reason="Umbau", by=office, now=LATER)
    dialogue.refresh_from_db()
    fix_new_date(dialogue, office, senator, DAY + dt.timedelta(days=28))
    dialogue.refresh_from_db()
    release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=3, by=office, now=LATER)
    new = make_invitation(Dialogue.objects.get())
    # Nobody waits before they have answered for the new date.
    assert list(waiting_list(Dialogue.objects.get())) == []

    for guest in (seated, new, second, first):
        record_rsvp(invitation=Invitation.objects.get(pk=guest.pk), rsvp=YES, now=at(10, 9))

    assert list(waiting_list(Dialogue.objects.get())) == [first, second, new]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_offer_each_seat_once():
    dialogue, _seated = make_full_dialogue(seats=3)
    for hour in range(4):
        make_waiting(dialogue, NOW + dt.timedelta(hours=hour))

    outcomes = race(*[partial(tend_waiting_lists, now=at(10, 9))] * 3)

    assert sorted(outcomes) == [0, 0, 2]
    assert len(mails_written("seat_offered")) == 2
    assert count_seats_taken(dialogue) == 3


@pytest.mark.django_db(transaction=True)
def test_offer_taken_while_it_lapses_is_one_or_the_other():
    dialogue, _seated = make_full_dialogue(seats=2)
    offer = make_offer(make_waiting(dialogue, NOW), expires_at=at(9, 18))
    following = make_waiting(dialogue, LATER)

    taken, _offered = race(
        partial(record_rsvp, invitation=offer.invitation, rsvp=YES, now=at(10, 8)),
        partial(tend_waiting_lists, now=at(10, 8)),
    )

    assert taken is True
    offer.refresh_from_db()
    guest = Invitation.objects.get(pk=offer.invitation_id)
    outcome = offer.state, guest.rsvp, following.seat_offers.count()
    assert outcome in [
        (Offer.TAKEN, RsvpState.ACCEPTED, 0),
        (Offer.LAPSED, RsvpState.WAITING, 1),
    ]
    assert count_seats_taken(dialogue) == 2
