import datetime as dt

import pytest

from core.models import Precision
from core.roles import PARTNER
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue
from dialogues.queries import (
    hosts_of,
    listed_dialogues,
    upcoming_dialogues,
    years_of,
)
from tests.dialogues.builders import (
    DAY,
    NOW,
    TODAY,
    make_dialogue,
    make_invitation,
    make_past,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


S = DialogueState


def test_listed_dialogues_count_the_replies_of_the_present_round(office):
    dialogue = make_dialogue(S.INVITED, round=2)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=3)
    make_invitation(dialogue, RsvpState.REPRESENTED)
    make_invitation(dialogue, RsvpState.TENTATIVE)
    make_invitation(dialogue, RsvpState.DECLINED)
    make_invitation(dialogue)
    make_invitation(dialogue, RsvpState.ACCEPTED, withdrawn_at=NOW)
    make_invitation(dialogue, RsvpState.ACCEPTED, released_round=1)
    make_invitation(dialogue, released=False)

    listed = listed_dialogues(office).get()

    assert (listed.sent, listed.yes, listed.maybe, listed.no, listed.seats_taken) == (5, 2, 1, 1, 4)


def test_listed_dialogues_carry_the_users_own_reply():
    partner = make_user(PARTNER)
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.TENTATIVE, person=partner.person)
    make_invitation(dialogue, RsvpState.DECLINED)

    assert [listed.own_rsvp for listed in listed_dialogues(partner)] == [RsvpState.TENTATIVE]


def test_undated_plans_sort_last_and_undated_past_records_first(office):
    unknown = make_past("Unbekannt", starts_on=None, precision=Precision.UNKNOWN)
    past, dated, planned = make_past(), make_dialogue(S.SCHEDULED), make_dialogue()

    assert list(listed_dialogues(office).order_by("day", "pk")) == [unknown, past, dated, planned]


def test_years_and_hosts_of_what_is_listed(office):
    host = make_organisation("Ähre GmbH")
    make_past(host=host)
    make_dialogue(S.SCHEDULED, host=make_organisation("Zange GmbH"))
    make_organisation("Kein Gastgeber")

    assert years_of(Dialogue.objects.visible_to(office)) == [2026, 2017]
    assert [organisation.name for organisation in hosts_of(listed_dialogues(office))] == [
        "Ähre GmbH",
        "Zange GmbH",
    ]


def test_upcoming_dialogues_are_dated_ahead_and_not_of_the_past(office):
    later = make_dialogue(
        S.SCHEDULED, starts_at=DAY + dt.timedelta(days=3), ends_at=DAY + dt.timedelta(days=4)
    )
    sooner = make_dialogue(S.INVITED)
    make_dialogue()
    make_dialogue(S.HELD)
    make_past(starts_at=DAY)

    assert list(upcoming_dialogues(office, TODAY)) == [sooner, later]
    assert list(upcoming_dialogues(office, TODAY, limit=1)) == [sooner]
    assert list(upcoming_dialogues(office, DAY.date() + dt.timedelta(days=1))) == [later]
    assert list(upcoming_dialogues(make_user(PARTNER), TODAY)) == []
