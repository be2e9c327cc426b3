"""Who sees what companies contributed, and what the database refuses."""

import pytest
from django.db import IntegrityError, transaction

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState
from dialogues.models import Contribution
from dialogues.permissions import can_see_contributions
from tests.dialogues.builders import (
    make_contribution,
    make_dialogue,
    make_invitation,
    make_past,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
S = DialogueState
STATES = (S.INVITED, S.HELD, S.DOCUMENTED, S.CLOSED)


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (OFFICE, STATES),
        (SENATOR_OFFICE, STATES),
        (OBSERVER, (S.DOCUMENTED, S.CLOSED)),
        (PARTNER, ()),
        (None, ()),
    ],
)
def test_roles_see_contributions_by_the_state_of_the_dialogue(role, seen):
    for state in STATES:
        make_contribution(dialogue=make_dialogue(state))
    user = make_user(*filter(None, [role]))

    found = Contribution.objects.visible_to(user).order_by("pk")

    assert tuple(contribution.dialogue.state for contribution in found) == seen


@pytest.mark.parametrize(
    ("state", "seen"), [(S.INVITED, ["Eigener"]), (S.HELD, ["Eigener", "Fremder"])]
)
def test_guest_sees_own_contributions_and_once_held_all(state, seen):
    partner = make_user(PARTNER)
    dialogue = make_dialogue(state)
    make_invitation(dialogue, person=partner.person)
    organisation = partner.person.organisation
    make_contribution(dialogue=dialogue, title="Eigener", organisation=organisation)
    make_contribution(dialogue=dialogue, title="Fremder")

    found = Contribution.objects.visible_to(partner).order_by("pk")

    assert [contribution.title for contribution in found] == seen
    assert can_see_contributions(partner, dialogue) is (state == S.HELD)


def test_partner_sees_own_contribution_to_a_dialogue_of_others():
    partner = make_user(PARTNER)
    make_contribution(organisation=partner.person.organisation, title="Eigener")
    make_contribution(title="Fremder")

    assert [found.title for found in Contribution.objects.visible_to(partner)] == ["Eigener"]


def test_records_taken_over_have_no_contributions():
    past = make_past()

    assert not can_see_contributions(make_user(OFFICE), past)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": ""}, "contribution_has_title"),
        ({"kind": "other"}, "contribution_kind_is_known"),
    ],
)
def test_database_refuses_incomplete_contributions(fields, name):
    values = {"dialogue": make_dialogue(S.HELD), "organisation": make_organisation()}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Contribution.objects.create(**values | {"title": "A", "kind": "need"} | fields)
