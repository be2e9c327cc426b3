"""The times of items, and what does not fit together."""

import datetime as dt

import pytest

from dialogues.enums import DialogueState
from dialogues.models import Dialogue, ProgrammeItem
from dialogues.queries import Programme, ProgrammeEntry, concerns_at, items_from, programme_rows
from dialogues.queries.programme import programme_concerns
from tests.dialogues.builders import make_dialogue

T = dt.time


def entry(hour, minute=0, kind="talk", ends=None) -> ProgrammeEntry:
    return ProgrammeEntry(T(hour, minute), kind, "", "", ends)


@pytest.mark.parametrize(
    ("start", "begins", "offset"),
    [
        (T(14), T(14), 0),
        (T(14), T(13, 30), -30),
        (T(14), T(16, 15), 135),
        # After midnight, and not a day before.
        (T(20), T(0, 30), 270),
        (T(0, 30), T(23, 45), -45),
    ],
)
def test_offset_counts_from_the_start(start, begins, offset):
    _start, items = items_from(Programme((entry(begins.hour, begins.minute),)), start)

    assert [item.starts_after_minutes for item in items] == [offset]


@pytest.mark.parametrize(
    ("fixed", "typed", "start", "offsets"),
    [
        (None, None, T(13, 30), [0, 30]),
        (None, T(14), T(14), [-30, 0]),
        (T(15), T(14), T(15), [-90, -60]),
    ],
)
def test_start_is_the_fixed_one_or_the_typed_one_or_the_first_line(fixed, typed, start, offsets):
    programme = Programme((entry(13, 30), entry(14)), typed)

    found, items = items_from(programme, fixed)

    assert (found, [item.starts_after_minutes for item in items]) == (start, offsets)


def test_programme_without_items_has_no_start():
    assert items_from(Programme(()), None) == (None, [])


def item(offset, lasts=None) -> ProgrammeItem:
    return ProgrammeItem(starts_after_minutes=offset, lasts_minutes=lasts, kind="talk")


@pytest.mark.parametrize(
    ("items", "length", "concerns"),
    [
        ([item(0, 60), item(60)], 60, []),
        ([item(0), item(90)], 60, ["15:30 Gespräch: liegt nach dem Ende um 15:00 Uhr"]),
        ([item(0, 90)], 60, ["14:00–15:30 Gespräch: liegt nach dem Ende um 15:00 Uhr"]),
        ([item(0, 90)], None, []),
        (
            [item(0, 45), item(30, 15)],
            60,
            ["14:00–14:45 Gespräch: überschneidet sich mit „14:30–14:45 Gespräch“"],
        ),
        ([item(0), item(0)], 60, ["14:00 Gespräch: überschneidet sich mit „14:00 Gespräch“"]),
    ],
)
def test_items_after_the_end_and_overlapping_ones_are_named(items, length, concerns):
    found = programme_concerns(items, T(14), length)

    assert [str(concern) for concern in found] == concerns
    # Keys go through a form that separates them by spaces.
    assert [concern.key for concern in found if " " in concern.key] == []


@pytest.mark.django_db
def test_without_a_date_only_overlaps_are_named():
    dialogue = make_dialogue(DialogueState.PLANNING, programme_start=T(14))

    concerns = concerns_at(dialogue, [item(0, 600), item(30)])

    assert [concern.text for concern in concerns] == ["überschneidet sich mit „14:30 Gespräch“"]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("14:00 Begrüßung", ("14:00", "Begrüßung")),
        ("14:00–14:15 Begrüßung (Leitung)", ("14:00–14:15", "Begrüßung (Leitung)")),
        ("14.00 Uhr: Rundgang", ("14.00", "Rundgang")),
        ("10 Betriebe stellen sich vor", ("", "10 Betriebe stellen sich vor")),
    ],
)
def test_lines_are_shown_by_time(line, row):
    dialogue = Dialogue(programme=line)

    assert programme_rows(dialogue) == [row]
