"""Which topics a user sees."""

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import TopicState
from dialogues.models import Topic
from tests.dialogues.builders import (
    make_topic,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "states"),
    [
        (OFFICE, set(TopicState) - {TopicState.DRAFT}),
        (SENATOR_OFFICE, set(TopicState) - {TopicState.DRAFT}),
        (OBSERVER, {TopicState.APPROVED}),
        (PARTNER, set()),
        (None, set()),
    ],
)
def test_topics_are_visible_by_the_table_of_roles(role, states):
    for state in TopicState:
        make_topic(state)
    user = make_user(role) if role else make_user()

    assert set(Topic.objects.visible_to(user).values_list("state", flat=True)) == states


def test_partner_sees_all_topics_of_their_organisation(partner):
    colleague = make_user(PARTNER, organisation=partner.person.organisation)
    topics = {make_topic(state, proposed_by=partner) for state in TopicState}

    assert set(Topic.objects.visible_to(colleague)) == topics


def test_office_sees_its_own_draft(office):
    draft = make_topic(TopicState.DRAFT, proposed_by=office)

    assert list(Topic.objects.visible_to(office)) == [draft]
