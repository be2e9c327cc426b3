"""The light that the data suggest, as a pure function."""

import datetime as dt

import pytest

from core.models import Origin
from measures.models import Milestone, RoundEntry
from measures.progress import proposed_light

TODAY = dt.date(2026, 3, 18)
LATE = dt.date(2026, 3, 17)


def milestone(**fields) -> Milestone:
    return Milestone(title="Konzept", **{"due_on": TODAY, **fields})


SILENT, REPORTED = RoundEntry(), RoundEntry(report_id=1)
OVERDUE = "Meilenstein überfällig seit 17.03.2026: Konzept"
NOTHING = "Seit 2 Berichtsrunden keine Meldung"


@pytest.mark.parametrize(
    ("milestones", "entries", "light", "reasons"),
    [
        ([], [], "", []),
        ([], [SILENT], "", []),
        ([], [REPORTED], "green", []),
        ([milestone()], [], "green", []),
        ([milestone(due_on=LATE)], [], "yellow", [OVERDUE]),
        ([milestone(due_on=LATE, done_on=TODAY)], [], "green", []),
        ([milestone(due_on=LATE, forecast_on=TODAY)], [], "green", []),
        ([milestone(forecast_on=LATE)], [], "yellow", [OVERDUE]),
        ([milestone(due_on=LATE, origin=Origin.TAKEN_OVER)], [], "", []),
        ([], [SILENT, SILENT], "yellow", [NOTHING]),
        ([], [SILENT, REPORTED], "green", []),
        ([], [REPORTED, SILENT, SILENT], "green", []),
        ([], [SILENT, SILENT, REPORTED], "yellow", [NOTHING]),
        ([milestone(due_on=LATE)], [SILENT, SILENT], "red", [OVERDUE, NOTHING]),
    ],
)
def test_light_follows_from_milestones_and_silence(milestones, entries, light, reasons):
    assert proposed_light(milestones, entries, TODAY) == (light, reasons)
