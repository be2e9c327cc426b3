import datetime as dt
import re

import pytest

from core.models import Origin
from measures.models import Measure, Milestone
from measures.progress import milestone_lines
from measures.progress.milestones import describe_shift, milestone_state, weighted_progress

TODAY = dt.date(2026, 3, 18)
LAST_WEEK = dt.date(2026, 3, 12)


@pytest.mark.parametrize(
    ("measure", "milestone", "state"),
    [
        ({}, {}, "überfällig"),
        ({"phase": "running"}, {}, "überfällig"),
        ({}, {"due_on": TODAY}, "offen"),
        ({}, {"done_on": dt.date(2026, 3, 17)}, "erreicht"),
        ({"phase": "completed"}, {}, "offen"),
        ({"phase": "discontinued"}, {}, "offen"),
        ({}, {"origin": Origin.TAKEN_OVER}, "offen"),
        ({"origin": Origin.TAKEN_OVER}, {}, "überfällig"),
    ],
)
def test_open_milestone_of_a_running_measure_becomes_overdue(measure, milestone, state):
    shown = Milestone(title="Konzept", **{"due_on": LAST_WEEK, **milestone})

    assert milestone_state(shown, Measure(**measure), TODAY) == state


def test_table_marks_what_is_overdue_beside_its_date():
    late = Milestone(title="Konzept", due_on=LAST_WEEK, baseline_on=LAST_WEEK)
    june = dt.date(2026, 6, 30)
    coming = Milestone(title="Start", due_on=june, baseline_on=dt.date(2026, 6, 1))
    reached = Milestone(
        title="Idee", due_on=LAST_WEEK, baseline_on=LAST_WEEK, done_on=dt.date(2026, 3, 16)
    )

    lines = milestone_lines([late, coming, reached], Measure(), TODAY)

    assert [
        [re.sub("<[^>]+>", "|", cell) for cell in (line.due, line.forecast, line.done)]
        for line in lines
    ] == [
        ["|12.03.2026, |seit 6 Tagen überfällig||", "", ""],
        ["|30.06.2026|", "|30.06.2026|4 Wochen später als vereinbart||", ""],
        ["|12.03.2026|", "", "|16.03.2026|4 Tage später als vereinbart||"],
    ]
    assert ["due--over" in line.due for line in lines] == [True, False, False]


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, ""),
        (1, "1 Tag später als vereinbart"),
        (-1, "1 Tag früher als vereinbart"),
        (13, "13 Tage später als vereinbart"),
        (14, "2 Wochen später als vereinbart"),
        (17, "2 Wochen später als vereinbart"),
        (18, "3 Wochen später als vereinbart"),
        (-365, "52 Wochen früher als vereinbart"),
    ],
)
def test_shift_is_said_in_days_or_weeks(days, text):
    assert describe_shift(days) == text


@pytest.mark.parametrize(
    ("weights", "percent"),
    [
        ([], 0),
        ([(1, False)], 0),
        ([(1, True)], 100),
        ([(1, True), (2, False)], 33),
        # Not quite everything is never 100 %.
        ([(100, True), (100, True), (1, False)], 99),
    ],
)
def test_progress_is_weighted(weights, percent):
    milestones = [
        Milestone(weight=weight, done_on=TODAY if done else None) for weight, done in weights
    ]

    assert weighted_progress(milestones).percent == percent
