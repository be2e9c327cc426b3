import datetime as dt

import pytest

from dialogues.enums import RsvpState, TopicState
from dialogues.queries import (
    dialogue_history,
    topic_history,
)
from dialogues.services import submit_topic, take_up_topic
from tests.dialogues.builders import (
    BRIEFING,
    DUE_ON,
    NOW,
    make_released,
    make_series,
    make_topic,
)

pytestmark = pytest.mark.django_db


def test_history_of_a_topic_tells_the_approval_once_and_to_the_house_alone(office, senator):
    topic = make_topic(TopicState.PROPOSED, series=make_series())
    topic.history.all().delete()
    take_up_topic(topic=topic, by=office, now=NOW)
    topic.history.update(history_date=NOW - dt.timedelta(hours=1))
    submit_topic(topic=topic, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    topic.history.filter(history_change_reason="Zur Freigabe vorgelegt").update(history_date=NOW)

    inside = [(entry.what, entry.note) for entry in topic_history(topic, senator)]
    outside = [entry.what for entry in topic_history(topic, topic.proposed_by)]

    assert inside == [("Freigabe beantragt", BRIEFING.vote), ("Thema aufgegriffen", "")]
    assert outside == ["Zur Freigabe vorgelegt", "Thema aufgegriffen"]


def test_history_of_a_dialogue_tells_answers_with_the_name(office):
    dialogue = make_released(office, 1)
    row = dialogue.invitations.get()
    row.rsvp, row.replied_at, row._change_reason = RsvpState.ACCEPTED, NOW, "Antwort: Zusage"
    row.save()

    entries = {entry.what: (entry.who, entry.note) for entry in dialogue_history(dialogue, office)}

    assert entries["Antwort: Zusage"] == ("Gast über den persönlichen Link", "Gast 0, Betrieb 00")
    assert "1 Einladung versandt" in entries
    assert "Einladung versandt" not in entries
