"""No seat is given away twice, and who comes too late waits in order."""

import datetime as dt
from functools import partial

import pytest

from core.errors import Refused
from dialogues.enums import DialogueState, RsvpChannel, RsvpState
from dialogues.models import Invitation
from dialogues.queries import count_seats_taken, place_of, waiting_list
from dialogues.services import record_rsvp
from outbox.models import Mail
from tests.dialogues.builders import (
    MAYBE,
    NO,
    NOW,
    RSVP_BY,
    SUBSTITUTE,
    WAIT,
    YES,
    make_dialogue,
    make_full_dialogue,
    make_invitation,
    make_offer,
    make_waiting,
)
from tests.partners.builders import make_person
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)
AFTER_DEADLINE = NOW.replace(month=RSVP_BY.month, day=RSVP_BY.day + 1)


def rsvp(invitation, reply=YES, now=NOW, **fields):
    return record_rsvp(invitation=invitation, rsvp=reply, now=now, **fields)


def queue(dialogue) -> list[Invitation]:
    return list(waiting_list(dialogue))


@pytest.mark.parametrize("reply", [YES, SUBSTITUTE])
def test_seats_are_given_until_none_is_left(reply):
    dialogue = make_dialogue(DialogueState.INVITED, seats=3)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=2)
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="nur noch 1 Platz"):
        rsvp(invitation, reply._replace(party=2))

    assert rsvp(invitation, reply) is True
    assert count_seats_taken(dialogue) == 3


def test_guest_who_accepts_too_late_is_on_the_waiting_list():
    dialogue, _seated = make_full_dialogue()
    invitation = make_invitation(dialogue, person=make_person(email="gast@example.org"))

    assert rsvp(invitation, YES._replace(party=2)) is True

    invitation.refresh_from_db()
    stored = invitation.rsvp, invitation.party, invitation.seat_wanted_at, invitation.replied_at
    assert stored == (RsvpState.WAITING, 2, NOW, NOW)
    assert mails_written() == [("rsvp_confirmed", "gast@example.org")]
    text = Mail.objects.get().text
    assert "erhalten: Warteliste." in text
    assert "Sie stehen auf der Warteliste an 1. Stelle, mit 2 Personen." in text


def test_accepting_again_from_the_waiting_list_changes_nothing():
    dialogue, _seated = make_full_dialogue()
    invitation = make_waiting(dialogue, NOW)

    assert rsvp(invitation, YES, now=LATER) is False

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.seat_wanted_at) == (RsvpState.WAITING, NOW)


def test_substitute_is_named_once_there_is_a_seat():
    dialogue, _seated = make_full_dialogue()
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="Wählen Sie „Warteliste“"):
        rsvp(invitation, SUBSTITUTE)


def test_office_cannot_exceed_the_seats_but_puts_guests_on_the_list(office):
    dialogue, _seated = make_full_dialogue()
    invitation = make_invitation(dialogue)
    by_office = {"by": office, "channel": RsvpChannel.OFFICE}

    with nothing_changes(invitation), pytest.raises(Refused, match="keine Plätze mehr frei"):
        rsvp(invitation, **by_office)
    assert rsvp(invitation, WAIT, **by_office) is True

    assert queue(dialogue) == [invitation]


def test_office_seats_a_guest_before_the_queue(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW, party=2)
    invitation = make_invitation(dialogue)

    assert rsvp(invitation, by=office, channel=RsvpChannel.OFFICE) is True

    assert count_seats_taken(dialogue) == 2


def test_nobody_waits_while_seats_are_free():
    dialogue = make_dialogue(DialogueState.INVITED, seats=2)
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="noch Plätze frei"):
        rsvp(invitation, WAIT)


def test_nobody_waits_for_more_seats_than_there_are():
    dialogue, _seated = make_full_dialogue()
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="So viele Plätze gibt es nicht"):
        rsvp(invitation, WAIT._replace(party=2))


def test_guest_waits_for_two_seats_while_one_is_free():
    dialogue, _seated = make_full_dialogue(seats=2)
    invitation = make_invitation(dialogue)

    assert rsvp(invitation, WAIT._replace(party=2)) is True

    assert queue(dialogue) == [invitation]


def test_nobody_overtakes_the_queue_silently():
    dialogue, _seated = make_full_dialogue(seats=2)
    first, late = make_waiting(dialogue, NOW, party=2), make_invitation(dialogue)

    # One seat is free, but whoever waits for two was here before.
    rsvp(late, now=LATER)

    assert queue(dialogue) == [first, late]
    assert count_seats_taken(dialogue) == 1


def test_guest_with_a_seat_does_not_overtake_the_queue_either():
    dialogue, seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW, party=2)

    with nothing_changes(seated), pytest.raises(Refused, match="höchstens 1 Platz"):
        rsvp(seated, YES._replace(party=2))


def test_first_of_the_queue_takes_a_free_seat_without_an_offer():
    dialogue, _seated = make_full_dialogue(seats=2)
    first = make_waiting(dialogue, NOW)

    assert rsvp(first, YES, now=LATER) is True

    first.refresh_from_db()
    assert (first.rsvp, first.seat_wanted_at) == (RsvpState.ACCEPTED, None)


def test_who_gave_the_seat_back_waits_behind_all_others():
    dialogue, seated = make_full_dialogue()
    first = make_waiting(dialogue, NOW)

    rsvp(seated, NO, now=LATER)
    seated.refresh_from_db()
    rsvp(seated, YES, now=LATER)

    assert queue(dialogue) == [first, seated]


def test_place_is_kept_with_more_people_and_lost_with_another_reply():
    dialogue, _seated = make_full_dialogue(seats=3)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=2)
    first, second = make_waiting(dialogue, NOW), make_waiting(dialogue, LATER)

    rsvp(first, WAIT._replace(party=2), now=LATER)
    assert [place_of(guest) for guest in queue(dialogue)] == [1, 2]
    assert queue(dialogue) == [first, second]
    first.refresh_from_db()
    rsvp(first, MAYBE, now=LATER)

    assert queue(dialogue) == [second]


def test_guest_leaves_the_waiting_list_after_the_deadline():
    dialogue, _seated = make_full_dialogue()
    waiting, silent = make_waiting(dialogue, NOW), make_invitation(dialogue)

    assert rsvp(waiting, NO, now=AFTER_DEADLINE) is True
    with nothing_changes(silent), pytest.raises(Refused, match="Frist für Ihre Antwort"):
        rsvp(silent, NO, now=AFTER_DEADLINE)

    assert queue(dialogue) == []


def test_nobody_leaves_or_joins_on_the_day_itself():
    dialogue, _seated = make_full_dialogue()
    waiting = make_waiting(dialogue, NOW)
    morning = dialogue.starts_at - dt.timedelta(hours=5)

    with nothing_changes(waiting), pytest.raises(Refused, match="Frist für Ihre Antwort"):
        rsvp(waiting, YES, now=morning)


def test_offered_seat_is_taken_after_the_deadline_for_replies():
    dialogue, _seated = make_full_dialogue(seats=2)
    offer = make_offer(make_waiting(dialogue, NOW))

    assert rsvp(offer.invitation, SUBSTITUTE, now=AFTER_DEADLINE) is True

    offer.refresh_from_db()
    assert (offer.state, offer.ended_at) == ("taken", AFTER_DEADLINE)
    assert count_seats_taken(dialogue) == 2


def test_declined_offer_frees_the_seat():
    dialogue, _seated = make_full_dialogue(seats=2)
    offer = make_offer(make_waiting(dialogue, NOW))
    assert count_seats_taken(dialogue) == 2

    rsvp(offer.invitation, NO, now=LATER)

    offer.refresh_from_db()
    assert (offer.state, count_seats_taken(dialogue)) == ("declined", 1)


@pytest.mark.parametrize("reply", [MAYBE, WAIT, WAIT._replace(party=2)])
def test_offer_is_answered_with_yes_or_no(reply):
    dialogue, _seated = make_full_dialogue(seats=2)
    offer = make_offer(make_waiting(dialogue, NOW))

    with (
        nothing_changes(offer.invitation, offer),
        pytest.raises(Refused, match="ist ein Platz angeboten"),
    ):
        rsvp(offer.invitation, reply)


def test_offer_is_for_as_many_as_waited():
    dialogue, _seated = make_full_dialogue(seats=4)
    make_waiting(dialogue, NOW, party=3)
    offer = make_offer(make_waiting(dialogue, LATER))

    with nothing_changes(offer.invitation), pytest.raises(Refused, match="höchstens 1 Platz"):
        rsvp(offer.invitation, YES._replace(party=2))


def test_guest_whose_offer_lapsed_waits_again_at_the_end():
    dialogue, _seated = make_full_dialogue()
    lapsed, other = make_waiting(dialogue, None), make_waiting(dialogue, NOW)

    assert rsvp(lapsed, WAIT, now=LATER) is True

    assert queue(dialogue) == [other, lapsed]


def test_own_seats_are_free_for_a_changed_reply():
    dialogue = make_dialogue(DialogueState.INVITED, seats=3)
    invitation = make_invitation(dialogue, RsvpState.ACCEPTED, party=2)

    assert rsvp(invitation, YES._replace(party=3)) is True
    assert rsvp(invitation, YES._replace(party=1)) is True


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (4, "Möglich sind höchstens 3 Plätze, die bisherigen mitgezählt."),
        (3, "Möglich sind höchstens 2 Plätze, die bisherigen mitgezählt."),
        # Overbooked by the office.
        (1, "Möglich sind höchstens 2 Plätze, die bisherigen mitgezählt."),
    ],
)
def test_guest_with_a_seat_who_asks_for_too_many_does_not_wait_for_one(seats, words):
    dialogue = make_dialogue(DialogueState.INVITED, seats=seats)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    invitation = make_invitation(dialogue, RsvpState.REPRESENTED, party=2)

    with nothing_changes(invitation), pytest.raises(Refused, match=words):
        rsvp(invitation, YES._replace(party=5))

    assert queue(dialogue) == []


def test_withdrawn_and_declined_seats_are_free():
    dialogue = make_dialogue(DialogueState.INVITED, seats=1)
    make_invitation(dialogue, RsvpState.ACCEPTED, withdrawn_at=NOW)
    make_invitation(dialogue, RsvpState.DECLINED)

    assert rsvp(make_invitation(dialogue)) is True


@pytest.mark.django_db(transaction=True)
def test_two_hundred_guests_at_once_take_thirty_seats():
    dialogue = make_dialogue(DialogueState.INVITED, seats=30)
    invitations = [make_invitation(dialogue) for _i in range(200)]
    batches = [invitations[start : start + 20] for start in range(0, 200, 20)]

    # In twenty threads, each of which replies ten times: a machine has no more workers either.
    outcomes = race(*(partial(_reply_all, [batch[i] for batch in batches]) for i in range(20)))

    assert outcomes == [[True] * 10] * 20
    assert count_seats_taken(dialogue) == 30
    assert dialogue.invitations.filter(rsvp=RsvpState.ACCEPTED).count() == 30
    # Behind them all others, in the order in which they were told their place.
    told = Invitation.history.filter(dialogue=dialogue, rsvp=RsvpState.WAITING)
    in_order = told.order_by("history_id").values_list("id", flat=True)
    assert [guest.pk for guest in waiting_list(dialogue)] == list(in_order)
    assert len(in_order) == 170
    assert len(mails_written("rsvp_confirmed")) == 200


def _reply_all(invitations) -> list[bool]:
    return [rsvp(invitation) for invitation in invitations]


@pytest.mark.django_db(transaction=True)
def test_of_two_replies_at_once_to_the_last_seat_one_waits():
    dialogue = make_dialogue(DialogueState.INVITED, seats=1)
    guests = [make_invitation(dialogue), make_invitation(dialogue)]

    outcomes = race(*(partial(rsvp, guest) for guest in guests))

    assert outcomes == [True, True]
    replies = dialogue.invitations.values_list("rsvp", flat=True)
    assert sorted(replies) == [RsvpState.ACCEPTED, RsvpState.WAITING]


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_is_one_reply():
    invitation = make_invitation()

    outcomes = race(partial(rsvp, invitation), partial(rsvp, invitation))

    assert sorted(outcomes) == [False, True]
    assert len(mails_written("rsvp_confirmed")) == 1


def test_replies_to_a_former_date_take_no_seat():
    dialogue, former = make_full_dialogue(round=2)
    Invitation.objects.filter(pk=former.pk).update(released_round=1)

    assert count_seats_taken(dialogue) == 0
    assert rsvp(make_invitation(dialogue)) is True
