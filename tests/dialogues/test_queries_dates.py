"""The times of a programme move with the date."""

import datetime as dt

import pytest

from dialogues.enums import DialogueState
from dialogues.queries import moved_programme
from dialogues.services import postpone_dialogue
from tests.dialogues.builders import BERLIN, NOW, make_dialogue, make_option

pytestmark = pytest.mark.django_db

NINE = dt.datetime(2026, 4, 29, 9, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("programme", "moved"),
    [
        ("14:00 Begrüßung\n15:30 Rundgang", "09:00 Begrüßung\n10:30 Rundgang"),
        ("13:30 Einlass", "08:30 Einlass"),
        ("14 Uhr Begrüßung", "9 Uhr Begrüßung"),
        ("14.00–15.30 Uhr Gespräch", "09.00–10.30 Uhr Gespräch"),
        ("14–15 Uhr Gespräch", "9–10 Uhr Gespräch"),
        ("Halle 14, 20 Gäste, am 22.04.2026", "Halle 14, 20 Gäste, am 22.04.2026"),
        ("14.00 Begrüßung\n15.30 Rundgang", "09.00 Begrüßung\n10.30 Rundgang"),
        ("14 Begrüßung\n14.30 Rundgang\n16 Uhr Ende", "14 Begrüßung\n14.30 Rundgang\n16 Uhr Ende"),
        ("14:00 Begrüßung\n14.30–15 Rundgang", "14:00 Begrüßung\n14.30–15 Rundgang"),
        ("14:00 Begrüßung, 20 Gäste", "09:00 Begrüßung, 20 Gäste"),
        ("", ""),
    ],
)
def test_times_move_by_the_difference_to_the_former_start(office, programme, moved):
    dialogue = make_dialogue(DialogueState.INVITED, programme=programme)
    dialogue = postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)
    option = make_option(dialogue, starts_at=NINE, ends_at=NINE + dt.timedelta(hours=2))

    assert moved_programme(dialogue, option) == moved


@pytest.mark.parametrize(
    ("programme", "moved"),
    [("14:00 Begrüßung", "09:00 Begrüßung"), ("09:30 Begrüßung", "09:30 Begrüßung")],
)
def test_programme_of_a_first_date_moves_only_if_it_does_not_fit(programme, moved):
    dialogue = make_dialogue(DialogueState.EXPLORING, programme=programme)
    option = make_option(dialogue, starts_at=NINE, ends_at=NINE + dt.timedelta(hours=2))

    assert moved_programme(dialogue, option) == moved


def test_programme_stays_as_it_is_written_if_only_the_day_moves(office):
    dialogue = make_dialogue(DialogueState.INVITED, programme="9:30 Einlass\n14:00 Begrüßung")
    dialogue = postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)
    two = NINE.replace(hour=14)
    option = make_option(dialogue, starts_at=two, ends_at=two + dt.timedelta(hours=2))

    assert moved_programme(dialogue, option) == "9:30 Einlass\n14:00 Begrüßung"


def test_programme_does_not_move_with_the_clock_change():
    winter = dt.datetime(2026, 3, 27, 14, 0, tzinfo=BERLIN)
    dialogue = make_dialogue(DialogueState.EXPLORING, programme="14:00 Begrüßung", round=2)
    dialogue.round, dialogue.starts_at, dialogue.ends_at = 1, winter, winter + dt.timedelta(hours=2)
    dialogue.save()
    dialogue.round, dialogue.starts_at, dialogue.ends_at = 2, None, None
    dialogue.save()
    option = make_option(dialogue)

    assert moved_programme(dialogue, option) == "14:00 Begrüßung"
