"""The progress bar and the next step of series and topics, for each role."""

import datetime as dt

import pytest

from approvals.models import ApprovalRequest
from core.progress import NextStep
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from dialogues.progress import series_next_step, series_progress, topic_next_step, topic_progress
from tests.dialogues.builders import make_series, make_topic
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
S = DialogueState


def current(steps) -> str:
    """Return the label of the current step, or an empty string."""
    return "".join(step.label for step in steps if step.status == "current")


def open_approval(**fields) -> ApprovalRequest:
    return ApprovalRequest(
        pk=7, state="open", due_on=dt.date(2026, 3, 6), options=[{"id": 1}, {"id": 2}], **fields
    )


@pytest.mark.parametrize(
    ("state", "label", "action", "end"),
    [
        (SeriesState.PROPOSED, "Vorgeschlagen", "Als bekräftigt vermerken", "/bekraeftigen/"),
        (SeriesState.AFFIRMED, "Bekräftigt", "Zustimmung beantragen", "/zustimmung/"),
        (SeriesState.RETURNED, "Zurückgegeben", "Erneut beantragen", "/zustimmung/"),
        (SeriesState.REQUESTED, "Zustimmung beantragt", "", ""),
        (SeriesState.CONSENTED, "", "Zu den Themen", "/themen/"),
    ],
)
def test_progress_and_next_step_of_a_series_follow_its_state(state, label, action, end):
    series = make_series(state)

    step = series_next_step(series, make_user(OFFICE), None)

    assert current(series_progress(series)) == label
    assert (step.action, step.url.endswith(end)) == (action, True)
    assert series_next_step(series, make_user(OBSERVER), None).action == ""


def test_refused_series_has_neither_progress_nor_next_step():
    series = make_series(SeriesState.REFUSED)

    assert (series_progress(series), series_next_step(series, make_user(OFFICE), None)) == (
        [],
        None,
    )


def task(topic, role=OFFICE, latest=None, is_planned=False) -> NextStep | None:
    return topic_next_step(topic, make_user(role), latest, is_planned=is_planned)


@pytest.mark.parametrize(
    ("state", "label", "action", "end"),
    [
        (TopicState.PROPOSED, "Vorgeschlagen", "Aufgreifen", "/aufgreifen/"),
        (TopicState.IN_PROGRESS, "In Bearbeitung", "Zur Freigabe vorlegen", "/vorlegen/"),
        (TopicState.RETURNED, "Zurückgegeben", "Überarbeiten", "/bearbeiten/"),
        (TopicState.FOR_APPROVAL, "Zur Freigabe", "", ""),
        (TopicState.APPROVED, "", "Gespräch planen", "/gespraech/"),
    ],
)
def test_progress_and_next_step_of_a_topic_follow_its_state(state, label, action, end):
    topic = make_topic(state)

    step = task(topic)

    assert current(topic_progress(topic)) == label
    assert (step.action, step.url.endswith(end)) == (action, True)
    assert task(topic, PARTNER).action == ""


@pytest.mark.parametrize("state", [TopicState.REFUSED, TopicState.NOT_TAKEN_UP])
def test_ended_topic_has_neither_progress_nor_next_step(state):
    topic = make_topic(state)

    assert (topic_progress(topic), task(topic)) == ([], None)


def test_only_its_author_proposes_a_draft():
    partner = make_user(PARTNER)
    topic = make_topic(TopicState.DRAFT, proposed_by=partner)

    assert topic_next_step(topic, partner, None, is_planned=False).action == "Vorschlagen"
    assert task(topic, PARTNER).action == ""


def test_topic_without_series_has_to_be_completed_first():
    step = task(make_topic(TopicState.IN_PROGRESS, series=None))

    assert (step.action, "Ordnen Sie das Thema einer Reihe zu" in step.text) == (
        "Thema ergänzen",
        True,
    )


def test_next_step_names_and_links_a_series_without_consent():
    series = make_series(SeriesState.AFFIRMED, title="Reihe Nord")

    step = task(make_topic(TopicState.IN_PROGRESS, series=series))

    assert step.text == (
        "Die Reihe „Reihe Nord“ ist im Stand „bekräftigt“. Themen gehen erst zur Freigabe, wenn "
        "ihr zugestimmt wurde."
    )
    assert (step.action, step.url) == ("Zur Reihe", series.get_absolute_url())


def test_planned_topic_has_no_next_step():
    assert task(make_topic(TopicState.APPROVED), is_planned=True) is None


def test_senators_office_decides_on_a_topic():
    topic = make_topic(TopicState.FOR_APPROVAL)
    approval = open_approval()

    step = task(topic, SENATOR_OFFICE, approval)

    assert (step.action, step.url, step.who) == (
        "Entscheiden",
        "/freigaben/7/",
        "Büro der Senatorin",
    )
