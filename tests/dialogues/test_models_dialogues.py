"""Which dialogues a user sees."""

import pytest

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import (
    DialogueState,
)
from dialogues.models import Dialogue
from tests.dialogues.builders import (
    DAY,
    END,
    NOW,
    make_dialogue,
    make_invitation,
)
from tests.partners.builders import make_person, make_user

pytestmark = pytest.mark.django_db

# `make_dialogue` cancels a dialogue in planning: nobody outside ever heard of it.
UNDECIDED = {DialogueState.PLANNING, DialogueState.EXPLORING, DialogueState.CANCELLED}


@pytest.mark.parametrize(
    ("role", "states"),
    [
        (OFFICE, set(DialogueState)),
        (SENATOR_OFFICE, set(DialogueState)),
        (OBSERVER, set(DialogueState) - UNDECIDED),
        (PARTNER, set()),
        (None, set()),
    ],
)
def test_dialogues_are_visible_by_the_table_of_roles(role, states):
    for state in DialogueState:
        make_dialogue(state)
    past = make_dialogue(DialogueState.CLOSED, origin=Origin.TAKEN_OVER)
    user = make_user(role) if role else make_user()

    seen = Dialogue.objects.visible_to(user)

    assert set(seen.exclude(pk=past.pk).values_list("state", flat=True)) == states
    assert seen.filter(pk=past.pk).exists() == bool(role)


@pytest.mark.parametrize(
    ("fields", "is_seen"),
    [
        ({}, False),
        ({"starts_at": DAY, "ends_at": END}, True),
        ({"round": 2}, True),
    ],
    ids=["planning", "dated", "postponed"],
)
def test_cancelled_dialogue_is_visible_outside_only_if_it_had_a_date(fields, is_seen):
    partner = make_user(PARTNER)
    dialogue = make_dialogue(DialogueState.CANCELLED, host=partner.person.organisation, **fields)

    for user in (make_user(OBSERVER), partner):
        assert Dialogue.objects.visible_to(user).filter(pk=dialogue.pk).exists() is is_seen


def test_partner_sees_what_it_hosts_and_is_invited_to():
    partner = make_user(PARTNER)
    colleague = make_person(organisation=partner.person.organisation)
    hosted = make_dialogue(DialogueState.SCHEDULED, host=partner.person.organisation)
    make_dialogue(DialogueState.PLANNING, host=partner.person.organisation)
    invited = make_dialogue(DialogueState.INVITED)
    make_invitation(invited, person=colleague)
    make_invitation(make_dialogue(DialogueState.SCHEDULED), person=colleague, released=False)

    assert set(Dialogue.objects.visible_to(partner)) == {hosted, invited}


@pytest.mark.parametrize("roles", [(OBSERVER,), (PARTNER,), ()])
def test_guests_with_an_account_see_the_dialogue_they_are_invited_to(roles):
    guest = make_user(*roles)
    postponed = make_dialogue(DialogueState.EXPLORING)
    make_invitation(postponed, person=guest.person)
    make_invitation(make_dialogue(DialogueState.EXPLORING), person=guest.person, withdrawn_at=NOW)
    make_invitation(make_dialogue(DialogueState.EXPLORING), person=guest.person, released=False)

    assert list(Dialogue.objects.visible_to(guest)) == [postponed]
