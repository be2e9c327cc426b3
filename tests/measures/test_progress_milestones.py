import datetime as dt
import re

import pytest

from core.models import Origin
from measures.models import Measure, Milestone
from measures.progress import milestone_lines
from measures.progress.milestones import describe_shift, milestone_state, weighted_progress
from tests.measures.builders import make_measure, make_milestone

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


@pytest.mark.django_db
def test_table_marks_what_is_overdue_beside_its_date():
    measure = make_measure()
    make_milestone(measure, "Konzept", due_on=LAST_WEEK)
    make_milestone(measure, "Start", baseline_on=dt.date(2026, 6, 1))
    make_milestone(measure, "Idee", due_on=LAST_WEEK, done_on=dt.date(2026, 3, 16))

    lines = milestone_lines(measure.milestones.order_by("pk"), measure, TODAY)

    assert [
        [re.sub("<[^>]+>", "|", cell) for cell in (line.due, line.forecast, line.done)]
        for line in lines
    ] == [
        ["|12.03.2026, |seit 6 Tagen überfällig||", "", ""],
        ["|30.06.2026|", "|30.06.2026|4 Wochen später||", ""],
        ["|12.03.2026|", "", "|16.03.2026|4 Tage später||"],
    ]
    assert ["due--over" in line.due for line in lines] == [True, False, False]


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, ""),
        (1, "1 Tag später"),
        (-1, "1 Tag früher"),
        (13, "13 Tage später"),
        (14, "2 Wochen später"),
        (17, "2 Wochen später"),
        (18, "3 Wochen später"),
        (-365, "52 Wochen früher"),
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
