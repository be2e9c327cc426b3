"""No seat is given away twice, however many guests reply at once."""

from functools import partial

import pytest

from core.errors import Refused
from dialogues.enums import DialogueState, RsvpChannel, RsvpState
from dialogues.services import record_rsvp
from tests.dialogues.builders import (
    MAYBE,
    NOW,
    SUBSTITUTE,
    YES,
    make_dialogue,
    make_invitation,
)
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def rsvp(invitation, reply=YES, now=NOW, **fields):
    return record_rsvp(invitation=invitation, rsvp=reply, now=now, **fields)


@pytest.mark.parametrize("reply", [YES, SUBSTITUTE])
def test_seats_are_given_until_none_is_left(reply):
    dialogue = make_dialogue(DialogueState.INVITED, seats=3)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=2)
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="nur noch 1 Platz"):
        rsvp(invitation, reply._replace(party=2))
    assert rsvp(invitation, reply) is True
    late = make_invitation(dialogue)
    with nothing_changes(late), pytest.raises(Refused, match="keine Plätze mehr frei"):
        rsvp(late, reply)
    assert rsvp(late, MAYBE) is True


def test_office_cannot_exceed_the_seats_either(office):
    dialogue = make_dialogue(DialogueState.INVITED, seats=1)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    invitation = make_invitation(dialogue)

    with nothing_changes(invitation), pytest.raises(Refused, match="keine Plätze mehr frei"):
        rsvp(invitation, by=office, channel=RsvpChannel.OFFICE)


def test_own_seats_are_free_for_a_changed_reply():
    dialogue = make_dialogue(DialogueState.INVITED, seats=3)
    invitation = make_invitation(dialogue, RsvpState.ACCEPTED, party=2)

    assert rsvp(invitation, YES._replace(party=3)) is True
    assert rsvp(invitation, YES._replace(party=1)) is True


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

    assert [type(outcome) for outcome in outcomes].count(Refused) == 15
    assert dialogue.invitations.filter(rsvp=RsvpState.ACCEPTED).count() == 5
    assert len(mails_written("rsvp_confirmed")) == 5


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_is_one_reply():
    invitation = make_invitation()

    outcomes = race(partial(rsvp, invitation), partial(rsvp, invitation))

    assert sorted(outcomes) == [False, True]
    assert len(mails_written("rsvp_confirmed")) == 1
