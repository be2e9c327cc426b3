"""No seat is given away twice, and who is refused one is not forgotten."""

import datetime as dt
from contextlib import contextmanager
from functools import partial

import pytest

from core.errors import NotAllowed, Refused
from core.roles import PARTNER
from dialogues.enums import DialogueState, RsvpChannel, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.progress import preparation_of
from dialogues.progress.dialogues import office_next_step
from dialogues.queries import count_seats_taken, dialogues_awaiting_office
from dialogues.services import change_dialogue, offer_seat, record_rsvp
from dialogues.services.rsvps import SeatsTaken, require_seats
from outbox.models import Mail
from tests.dialogues.builders import (
    BERLIN,
    MAYBE,
    NO,
    NOW,
    RSVP_BY,
    SUBSTITUTE,
    YES,
    make_dialogue,
    make_invitation,
)
from tests.partners.builders import make_person, make_user
from tests.racing import race
from tests.unchanged import OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def rsvp(invitation, reply=YES, now=NOW, **fields):
    return record_rsvp(invitation=invitation, rsvp=reply, now=now, **fields)


def seat_wishes(dialogue) -> list[Invitation]:
    wishes = dialogue.invitations.filter(seat_wanted_at__isnull=False)
    return list(wishes.order_by("seat_wanted_at"))


@contextmanager
def no_reply_recorded(invitation):
    """Fail when the block stores more than the wish for a seat."""
    yield
    stored = Invitation.objects.get(pk=invitation.pk)
    assert stored.rsvp_details == invitation.rsvp_details
    assert (stored.replied_at, stored.seat_wanted_at) == (None, NOW)
    assert not Mail.objects.filter(subject_key=invitation.mail_key).exists()


@pytest.mark.parametrize("reply", [YES, SUBSTITUTE])
def test_seats_are_given_until_none_is_left(reply):
    dialogue = make_dialogue(DialogueState.INVITED, seats=3)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=2)
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="nur noch 1 Platz"):
        rsvp(invitation, reply._replace(party=2))
    assert rsvp(invitation, reply) is True
    late = make_invitation(dialogue)
    with no_reply_recorded(late), pytest.raises(SeatsTaken, match="keine Plätze mehr frei"):
        rsvp(late, reply)
    assert rsvp(late, MAYBE) is True


def test_office_cannot_exceed_the_seats_either(office):
    dialogue = make_dialogue(DialogueState.INVITED, seats=1)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    invitation = make_invitation(dialogue)

    with no_reply_recorded(invitation), pytest.raises(SeatsTaken, match="keine Plätze mehr frei"):
        rsvp(invitation, by=office, channel=RsvpChannel.OFFICE)


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

    assert seat_wishes(dialogue) == []


def test_office_enters_no_wish_while_a_seat_is_free(office):
    dialogue = make_dialogue(DialogueState.INVITED, seats=2)
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="nur noch 2 Plätze"):
        require_seats(invitation=invitation, rsvp=YES._replace(party=3), by=office, now=NOW)


def test_withdrawn_and_declined_seats_are_free():
    dialogue = make_dialogue(DialogueState.INVITED, seats=1)
    make_invitation(dialogue, RsvpState.ACCEPTED, withdrawn_at=NOW)
    make_invitation(dialogue, RsvpState.DECLINED)

    assert rsvp(make_invitation(dialogue)) is True


@pytest.mark.django_db(transaction=True)
def test_twenty_guests_at_once_take_five_seats():
    dialogue = make_dialogue(DialogueState.INVITED, seats=5)
    invitations = [make_invitation(dialogue) for _i in range(20)]

    outcomes = race(*(partial(rsvp, invitation) for invitation in invitations))

    assert [type(outcome) for outcome in outcomes].count(SeatsTaken) == 15
    assert len(seat_wishes(dialogue)) == 15
    assert dialogue.invitations.filter(rsvp=RsvpState.ACCEPTED).count() == 5
    assert len(mails_written("rsvp_confirmed")) == 5


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_is_one_reply():
    invitation = make_invitation()

    outcomes = race(partial(rsvp, invitation), partial(rsvp, invitation))

    assert sorted(outcomes) == [False, True]
    assert len(mails_written("rsvp_confirmed")) == 1


LATER = NOW + dt.timedelta(hours=1)


def make_full_dialogue(**fields):
    dialogue = make_dialogue(DialogueState.INVITED, **{"seats": 1} | fields)
    return dialogue, make_invitation(dialogue, RsvpState.ACCEPTED)


def refuse(invitation, now=NOW, **fields):
    with pytest.raises(SeatsTaken, match="keine Plätze mehr frei"):
        rsvp(invitation, now=now, **fields)


def test_office_reads_a_sentence_of_its_own_when_no_seat_is_left(office):
    dialogue, _seated = make_full_dialogue()
    invitation = make_invitation(dialogue)
    sentence = (
        "Es sind keine Plätze mehr frei. Dass der Gast einen Platz wünscht, ist auf der Gästeliste "
        "vermerkt. Bis dahin lässt sich eine Antwort mit Vorbehalt eintragen."
    )

    for call in (
        partial(rsvp, invitation, by=office, channel=RsvpChannel.OFFICE),
        partial(require_seats, invitation=invitation, rsvp=YES, by=office, now=NOW),
    ):
        with pytest.raises(SeatsTaken) as refused:
            call()
        assert str(refused.value) == sentence


def test_replies_to_a_former_date_take_no_seat():
    dialogue, former = make_full_dialogue(round=2)
    Invitation.objects.filter(pk=former.pk).update(released_round=1)

    assert count_seats_taken(dialogue) == 0
    assert rsvp(make_invitation(dialogue)) is True


def test_office_sees_who_wanted_a_seat_once_and_in_order():
    dialogue, _seated = make_full_dialogue()
    second, first = make_invitation(dialogue), make_invitation(dialogue)

    refuse(first)
    refuse(second, now=LATER)
    refuse(first, now=LATER)

    assert seat_wishes(dialogue) == [first, second]
    assert [wish.seat_wanted_at for wish in seat_wishes(dialogue)] == [NOW, LATER]
    reasons = first.history.values_list("history_change_reason", flat=True)
    assert list(reasons).count("Wünscht einen Platz; alle sind belegt") == 1


def test_reservation_while_all_seats_are_taken_is_a_wish():
    dialogue, _seated = make_full_dialogue()
    invitation = make_invitation(dialogue)

    rsvp(invitation, MAYBE)

    assert seat_wishes(dialogue) == [invitation]


def test_reservation_while_seats_are_free_is_no_wish():
    dialogue = make_dialogue(DialogueState.INVITED, seats=1)

    rsvp(make_invitation(dialogue), MAYBE)

    assert seat_wishes(dialogue) == []


def test_wish_ends_with_a_seat_or_a_refusal():
    dialogue, seated = make_full_dialogue()
    coming, declining = make_invitation(dialogue), make_invitation(dialogue)
    refuse(coming)
    refuse(declining)

    rsvp(declining, NO)
    rsvp(seated, NO)
    rsvp(coming)

    assert seat_wishes(dialogue) == []


def test_free_seat_is_the_next_step_until_it_is_offered(office):
    dialogue, seated = make_full_dialogue()
    waiting = make_invitation(dialogue)
    refuse(waiting)
    assert not dialogues_awaiting_office(NOW).exists()

    rsvp(seated, NO)

    assert list(dialogues_awaiting_office(NOW)) == [dialogue]
    step = office_next_step(dialogue, preparation_of(dialogue, NOW), NOW)
    assert (step.text, step.action, step.due_on) == (
        "1 Gast wünscht einen Platz. 1 Platz ist frei.",
        "Platz anbieten",
        RSVP_BY,
    )
    offer_seat(invitation=waiting, by=office, now=LATER)
    assert not dialogues_awaiting_office(NOW).exists()


def test_added_seats_are_the_next_step_too(office):
    dialogue, _seated = make_full_dialogue()
    refuse(make_invitation(dialogue))

    change_dialogue(dialogue=dialogue, values={"seats": 3}, by=office, now=NOW)

    step = office_next_step(dialogue, preparation_of(dialogue, NOW), NOW)
    assert step.text == "1 Gast wünscht einen Platz. 2 Plätze sind frei."


def test_offered_seat_is_mailed_with_the_personal_link(office):
    dialogue, seated = make_full_dialogue()
    waiting = make_invitation(dialogue, person=make_person(email="gast@example.org"))
    refuse(waiting)
    rsvp(seated, NO)

    offer_seat(invitation=waiting, by=office, now=LATER)

    assert mails_written("seat_offered") == [("seat_offered", "gast@example.org")]
    mail = Mail.objects.get(kind="seat_offered")
    assert (mail.subject, mail.has_personal_link) == (
        "Ein Platz ist frei: Fachkräfte im Maschinenbau, Mi, 22.04.2026, 14:00–16:30 Uhr",
        True,
    )
    assert "Wer zuerst zusagt, kommt." in mail.text
    assert waiting.history.first().history_change_reason == "Platz angeboten"


def test_wish_after_an_offer_is_recorded_anew(office):
    dialogue, seated = make_full_dialogue()
    waiting, faster = make_invitation(dialogue), make_invitation(dialogue)
    refuse(waiting)
    rsvp(seated, NO)
    offer_seat(invitation=waiting, by=office, now=NOW)
    rsvp(faster)

    refuse(waiting, now=LATER)

    assert [wish.seat_wanted_at for wish in seat_wishes(dialogue)] == [LATER]


@pytest.mark.parametrize(
    ("prepare", "now", "words"),
    [
        (lambda dialogue, wish: None, NOW, "kein Platz frei"),
        (lambda dialogue, wish: rsvp(wish, NO), NOW, "wartet nicht mehr"),
        (
            lambda dialogue, wish: Dialogue.objects.update(seats=2),
            dt.datetime(2026, 4, 15, 12, tzinfo=BERLIN) + dt.timedelta(days=1),
            "Frist für Antworten ist abgelaufen",
        ),
    ],
    ids=["full", "declined", "late"],
)
def test_seat_is_not_offered_to_somebody_who_cannot_take_it(office, prepare, now, words):
    dialogue, _seated = make_full_dialogue()
    waiting = make_invitation(dialogue)
    refuse(waiting)
    prepare(dialogue, waiting)
    written = mails_written()

    with nothing_changes(waiting), pytest.raises(Refused, match=words):
        offer_seat(invitation=waiting, by=office, now=now)

    assert mails_written() == written


def test_only_the_office_offers_seats():
    dialogue, _seated = make_full_dialogue()
    waiting = make_invitation(dialogue)
    refuse(waiting)

    with nothing_changes(waiting), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        offer_seat(invitation=waiting, by=make_user(PARTNER), now=NOW)
