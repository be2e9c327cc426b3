"""Topics whose proposer has no account any more."""

from functools import partial

import pytest

from core.errors import NotAllowed
from core.roles import PARTNER
from dialogues.enums import TopicState
from dialogues.models import Topic
from dialogues.services import change_topic, propose_topic, retract_topic, take_up_topic
from partners.models import User
from tests.dialogues.builders import NOW, make_topic
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [TopicState.DRAFT, TopicState.RETRACTED])
@pytest.mark.parametrize("is_office", [True, False])
def test_topics_of_closed_accounts_are_taken_over(office, partner, state, is_office):
    topic = make_topic(state, proposed_by=partner)
    colleague = make_user(PARTNER, organisation=partner.person.organisation)
    User.objects.filter(pk=partner.pk).update(is_active=False)
    by = office if is_office else colleague
    assert list(Topic.objects.visible_to(by)) == [topic]

    change_topic(topic=topic, values={"title": "Energie"}, by=by, now=NOW)
    propose_topic(topic=topic, by=by, now=NOW)

    topic.refresh_from_db()
    assert (topic.state, topic.title, topic.proposed_by) == (TopicState.PROPOSED, "Energie", by)
    assert topic.organisation == partner.person.organisation


def test_topics_of_closed_accounts_are_not_for_other_organisations(partner):
    topic = make_topic(TopicState.DRAFT, proposed_by=partner)
    User.objects.filter(pk=partner.pk).update(is_active=False)
    stranger = make_user(PARTNER)

    assert not Topic.objects.visible_to(stranger).exists()
    for change in (
        partial(change_topic, values={"title": "Energie"}),
        propose_topic,
        retract_topic,
    ):
        with nothing_changes(topic), pytest.raises(NotAllowed):
            change(topic=topic, by=stranger, now=NOW)


def test_colleague_who_corrects_the_proposal_of_a_closed_account_is_told_of_it(office, partner):
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner)
    colleague = make_user(PARTNER, organisation=partner.person.organisation)
    User.objects.filter(pk=partner.pk).update(is_active=False)
    change_topic(topic=topic, values={"title": "Energie"}, by=colleague, now=NOW)

    take_up_topic(topic=topic, by=office, now=NOW)

    assert mails_written() == [("topic_taken_up", colleague.email)]
