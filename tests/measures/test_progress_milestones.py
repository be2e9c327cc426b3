import datetime as dt
import re

import pytest

from core.models import Origin
from measures.models import Measure, Milestone
from measures.progress import milestone_lines
from measures.progress.milestones import milestone_state

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
    late = Milestone(title="Konzept", due_on=LAST_WEEK)
    coming = Milestone(title="Start", due_on=dt.date(2026, 6, 30))
    reached = Milestone(title="Idee", due_on=LAST_WEEK, done_on=dt.date(2026, 3, 16))

    lines = milestone_lines([late, coming, reached], Measure(), TODAY)

    assert [(re.sub("<[^>]+>", "", line.due), line.done) for line in lines] == [
        ("12.03.2026, seit 6 Tagen überfällig", ""),
        ("30.06.2026", ""),
        ("12.03.2026", "16.03.2026"),
    ]
    assert ["due--over" in line.due for line in lines] == [True, False, False]
