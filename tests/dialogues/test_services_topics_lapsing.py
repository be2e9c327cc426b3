"""Which changes make the approval of a topic lapse, and who is mailed."""

import pytest

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.queries import differences_of
from approvals.registry import Change, Decision
from core.errors import ChangedMeanwhile
from dialogues.enums import TopicState
from dialogues.services import (
    change_topic,
    decide_topic,
    submit_topic,
)
from partners.models import CrossCuttingTheme, Sector
from tests.dialogues.builders import (
    BRIEFING,
    DUE_ON,
    NOW,
    make_series,
    make_topic,
)
from tests.partners.builders import make_organisation
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def topic_approval(topic) -> ApprovalRequest:
    return ApprovalRequest.objects.filter(kind=ApprovalKind.TOPIC, subject_id=topic.pk).latest("pk")


def edit_topic(topic, by, **values):
    return change_topic(topic=topic, values=values, by=by, now=NOW)


def lapse_mails(*emails):
    return [("approval_lapsed", email) for email in sorted(emails)]


@pytest.mark.parametrize("state", [TopicState.FOR_APPROVAL, TopicState.APPROVED])
@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"title": "Neu"}, "Thema"),
        ({"description": "Anderes"}, "Worum es geht"),
        ({"wish": "Ein Tarif"}, "Was am Ende stehen soll"),
    ],
)
def test_changed_topic_goes_back_to_work(office, senator, state, fields, what):
    topic = make_topic(state)

    edit_topic(topic, office, **fields)

    topic.refresh_from_db()
    approval = topic_approval(topic)
    assert (topic.state, approval.state) == (TopicState.IN_PROGRESS, ApprovalState.LAPSED)
    assert (approval.lapse_reason, approval.lapsed_by) == (f"geändert: {what}", office)
    assert topic.history.first().history_change_reason == f"Freigabe erloschen, geändert: {what}"
    assert mails_written() == lapse_mails(office.email, senator.email, topic.proposed_by.email)


def test_another_series_or_proposer_is_another_topic(office, senator):
    topic = make_topic(TopicState.APPROVED)

    edit_topic(
        topic,
        office,
        series=make_series(title="Reihe Nord"),
        organisation=make_organisation("Verband"),
    )

    assert topic_approval(topic).lapse_reason == "geändert: Reihe, Vorgeschlagen von"


def test_note_and_classification_of_a_topic_keep_the_approval(office):
    topic = make_topic(TopicState.APPROVED)
    sector, theme = (
        Sector.objects.create(name="Metall"),
        CrossCuttingTheme.objects.create(name="Flächen"),
    )

    edit_topic(topic, office, internal_notes="anrufen", sectors=[sector], themes=[theme])

    topic.refresh_from_db()
    assert (topic.state, topic_approval(topic).state) == (
        TopicState.APPROVED,
        ApprovalState.APPROVED,
    )
    assert (topic.internal_notes, mails_written()) == ("anrufen", [])


def test_lapse_of_the_offices_own_topic_is_mailed_once(office, senator):
    topic = make_topic(TopicState.APPROVED, proposed_by=office, organisation=None)

    edit_topic(topic, office, title="Neu")

    assert mails_written() == lapse_mails(office.email, senator.email)


def test_topic_is_submitted_again_with_the_difference(office, senator):
    topic = make_topic(TopicState.IN_PROGRESS, title="Alt")
    values = {"briefing": BRIEFING, "due_on": DUE_ON, "by": office, "now": NOW}
    approval = submit_topic(topic=topic, **values)
    decide_topic(approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW)
    edit_topic(topic, office, title="Neu")

    again = submit_topic(topic=topic, **values)

    assert (again.former, differences_of(again)) == (approval, [Change("Thema", "Alt", "Neu")])


def test_decision_on_a_lapsed_request_is_refused(office, senator):
    topic = make_topic(TopicState.FOR_APPROVAL)
    approval = topic_approval(topic)
    edit_topic(topic, office, title="Neu")
    topic.refresh_from_db()

    with nothing_changes(topic, approval), pytest.raises(ChangedMeanwhile, match="erloschen"):
        decide_topic(approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW)
