import pytest

from dialogues.enums import TopicState
from dialogues.queries import (
    listed_series,
)
from tests.dialogues.builders import (
    make_dialogue,
    make_series,
    make_topic,
)

pytestmark = pytest.mark.django_db


def test_series_count_topics_and_dialogues(office):
    series = make_series()
    topic = make_topic(series=series)
    make_topic(TopicState.DRAFT, series=series)
    make_dialogue(topic=topic)
    make_dialogue(topic=topic)

    listed = listed_series(office).get()

    assert (listed.topic_count, listed.dialogue_count) == (1, 2)
