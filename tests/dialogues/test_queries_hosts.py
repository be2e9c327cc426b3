import datetime as dt

import pytest

from dialogues.enums import DialogueState
from dialogues.models import Dialogue
from dialogues.queries import host_turns
from tests.dialogues.builders import BERLIN, make_dialogue, make_past
from tests.partners.builders import make_organisation

pytestmark = pytest.mark.django_db

TODAY = dt.date(2025, 3, 3)


def make_held(host, year: int, state: str = DialogueState.HELD) -> Dialogue:
    start = dt.datetime(year, 5, 6, 14, tzinfo=BERLIN)
    return make_dialogue(state, host=host, starts_at=start, ends_at=start + dt.timedelta(hours=2))


def test_turns_are_counted_and_the_longest_ago_comes_first():
    twice, once = make_organisation("Alpha"), make_organisation("Beta")
    make_held(twice, 2018)
    make_held(twice, 2024)
    make_held(once, 2021, DialogueState.CLOSED)

    turns = host_turns(TODAY)

    assert list(turns.items()) == [
        (once.pk, (1, dt.date(2021, 5, 6))),
        (twice.pk, (2, dt.date(2024, 5, 6))),
    ]


def test_only_dialogues_that_took_place_are_turns():
    host = make_organisation("Alpha")
    for state in (DialogueState.SCHEDULED, DialogueState.INVITED, DialogueState.CANCELLED):
        make_held(host, 2024, state)
    make_held(host, 2026)
    make_dialogue(host=host)

    assert host_turns(TODAY) == {}


def test_dialogues_taken_over_from_sources_count():
    host = make_organisation("Alpha")
    make_past(host=host)

    assert host_turns(TODAY) == {host.pk: (1, dt.date(2017, 10, 23))}
