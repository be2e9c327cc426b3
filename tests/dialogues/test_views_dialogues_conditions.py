"""The conditions that a dialogue has to meet: of its dates, its topic and its series."""

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.registry import binding_snapshot_of, snapshot_of
from core.roles import PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState
from dialogues.facts import DATES_FACTS
from tests.approvals.builders import make_approval, make_condition, make_subject
from tests.confirming import hidden_fields
from tests.dialogues.builders import make_dialogue, make_series, make_topic
from tests.dialogues.pages import text_of
from tests.partners.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def grant_on_condition(kind: str, pk: int, text: str) -> None:
    subject = make_subject(kind=kind, pk=pk)
    make_condition(make_approval(ApprovalState.CONDITIONAL, subject=subject), text=text)


@pytest.fixture
def dialogue():
    topic = make_topic(series=make_series())
    dialogue = make_dialogue(DialogueState.EXPLORING, topic=topic)
    grant_on_condition(ApprovalKind.DATES, dialogue.pk, "Ohne Presse")
    grant_on_condition(ApprovalKind.TOPIC, topic.pk, "Handwerk einladen")
    grant_on_condition(ApprovalKind.SERIES, topic.series_id, "Bezirke beteiligen")
    return dialogue


POINTS = [
    "Auflage: Ohne Presse",
    "Auflage zum Thema: Handwerk einladen",
    "Auflage zur Reihe: Bezirke beteiligen",
]


def test_dialogue_shows_the_conditions_of_its_topic_and_series(client, signed_in, dialogue):
    box = signed_in.get(dialogue.get_absolute_url()).context["box"]
    assert [point.text for point in box.points] == POINTS
    assert {point.action for point in box.points} == {"Als erfüllt vermerken"}

    topic_box = signed_in.get(dialogue.topic.get_absolute_url()).context["box"]
    assert [point.text for point in topic_box.points] == [
        "Auflage: Handwerk einladen",
        "Auflage zur Reihe: Bezirke beteiligen",
    ]

    client.force_login(make_user(SENATOR_OFFICE))
    assert all(point in text_of(client.get(dialogue.get_absolute_url())) for point in POINTS)


def test_dates_are_submitted_with_the_conditions_of_topic_and_series(dialogue):
    shown = dict(snapshot_of(DATES_FACTS, dialogue))

    assert shown["Offene Auflagen"] == "Handwerk einladen\nBezirke beteiligen"
    assert "Offene Auflagen" not in dict(binding_snapshot_of(DATES_FACTS, dialogue))


def test_closing_with_open_conditions_asks_first(signed_in):
    dialogue = make_dialogue(DialogueState.DOCUMENTED)
    grant_on_condition(ApprovalKind.TOPIC, dialogue.topic_id, "Handwerk einladen")
    url = f"{dialogue.get_absolute_url()}abschliessen/"

    page = signed_in.post(url)
    dialogue.refresh_from_db()
    asked_in = dialogue.state
    signed_in.post(url, hidden_fields(page))

    dialogue.refresh_from_db()
    assert page.context["details"] == ["Auflage: Handwerk einladen"]
    assert (asked_in, dialogue.state) == (DialogueState.DOCUMENTED, DialogueState.CLOSED)


def test_waiting_topic_leads_to_what_was_submitted(client, signed_in):
    topic = make_topic("for_approval")
    approval = ApprovalRequest.objects.get(kind=ApprovalKind.TOPIC, subject_id=topic.pk)

    (point,) = signed_in.get(topic.get_absolute_url()).context["box"].points

    assert (point.action, point.url) == ("Vorlage ansehen", approval.get_absolute_url())


def test_partners_do_not_see_conditions(client, dialogue):
    client.force_login(make_user(PARTNER, organisation=dialogue.topic.organisation))

    assert "Handwerk einladen" not in text_of(client.get(dialogue.topic.get_absolute_url()))
