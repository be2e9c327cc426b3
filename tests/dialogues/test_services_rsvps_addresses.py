"""Whose address a guest names for a substitute: their own, or one in another spelling."""

import datetime as dt

import pytest

from core.errors import Refused
from core.roles import OBSERVER
from dialogues.enums import DialogueState, RsvpChannel, RsvpState
from dialogues.services import record_rsvp, withdraw_invitation
from outbox.models import Mail
from tests.dialogues.builders import NOW, SUBSTITUTE, YES, make_dialogue, make_invitation
from tests.dialogues.messages import calendar_of
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def rsvp(invitation, reply=YES, now=NOW, **fields):
    return record_rsvp(invitation=invitation, rsvp=reply, now=now, **fields)


SPELLINGS = [
    ("vertretung@exämple.org", "vertretung@xn--exmple-cua.org"),
    ("vertretung@xn--exmple-cua.org", "Vertretung@EXÄMPLE.org"),
    ("vertretung@example.org", "Vertretung@Example.org"),
]


@pytest.mark.parametrize(("first", "then"), SPELLINGS)
def test_substitute_in_another_spelling_stays_the_same_person(first, then):
    invitation = make_invitation()
    rsvp(invitation, SUBSTITUTE._replace(substitute_email=first))

    rsvp(invitation, SUBSTITUTE._replace(substitute_email=then), now=NOW + dt.timedelta(hours=1))

    assert mails_written("invitation_withdrawn") == []
    assert len(mails_written("substitute_named")) == 1
    invitation.refresh_from_db()
    assert (invitation.substitute_email, invitation.revision) == (then, 1)


@pytest.mark.parametrize(("guest", "former"), SPELLINGS)
def test_former_substitute_who_is_a_guest_in_another_spelling_keeps_the_entry(guest, former):
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, person=make_person(email=guest))
    invitation = make_invitation(dialogue)
    rsvp(invitation, SUBSTITUTE._replace(substitute_email=former))

    rsvp(invitation, YES, now=NOW + dt.timedelta(hours=1))

    assert mails_written("invitation_withdrawn") == []


def test_spellings_of_one_address_count_as_one_substitute():
    invitation = make_invitation()
    for hour, email in enumerate(dict.fromkeys(sum(SPELLINGS[:2], ()))):
        named = SUBSTITUTE._replace(substitute_email=email)
        rsvp(invitation, named, now=NOW + dt.timedelta(hours=hour))
    rsvp(
        invitation,
        SUBSTITUTE._replace(substitute_email="zwei@example.org"),
        now=NOW + dt.timedelta(hours=5),
    )

    third = SUBSTITUTE._replace(substitute_email="drei@example.org")
    assert rsvp(invitation, third, now=NOW + dt.timedelta(hours=6)) is True


@pytest.mark.parametrize(
    "own", ["gast@exämple.org", "Gast@xn--exmple-cua.org", "konto@example.org"]
)
@pytest.mark.parametrize("channel", [RsvpChannel.LINK, RsvpChannel.OFFICE])
def test_own_address_is_refused_as_that_of_the_substitute(office, own, channel):
    person = make_person(email="gast@exämple.org")
    make_user(OBSERVER, person=person, email="konto@example.org")
    invitation = make_invitation(person=person)
    by = office if channel == RsvpChannel.OFFICE else None
    sentence = "Das ist die Adresse des Gastes" if by else "Das ist Ihre eigene Adresse"

    with nothing_changes(invitation), pytest.raises(Refused, match=sentence):
        rsvp(invitation, SUBSTITUTE._replace(substitute_email=own), by=by, channel=channel)


def test_guest_recorded_as_their_own_substitute_keeps_the_entry_on_accepting():
    person = make_person(email="gast@example.org")
    invitation = make_invitation(
        person=person, rsvp=RsvpState.REPRESENTED, substitute_email="Gast@example.org"
    )

    rsvp(invitation, YES)

    assert mails_written("invitation_withdrawn") == []
    assert calendar_of(Mail.objects.get()).method == "REQUEST"


def test_guest_who_was_their_own_substitute_is_told_once_of_the_withdrawal(office):
    person = make_person(email="gast@example.org")
    invitation = make_invitation(
        person=person, rsvp=RsvpState.REPRESENTED, substitute_email="Gast@example.org"
    )

    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    assert mails_written("invitation_withdrawn") == [("invitation_withdrawn", "gast@example.org")]
