"""The light that the data suggest, as a pure function."""

import datetime as dt
from decimal import Decimal

import pytest

from core.models import Origin
from measures.models import Indicator, IndicatorTarget, IndicatorValue, Milestone, RoundEntry
from measures.progress import proposal_fact, proposed_light

TODAY = dt.date(2026, 3, 18)
LATE = dt.date(2026, 3, 17)


def milestone(**fields) -> Milestone:
    return Milestone(title="Konzept", **{"due_on": TODAY, **fields})


def indicator(value: int, *running: IndicatorValue) -> Indicator:
    """Return an unsaved indicator that was to reach 100 by the end of 2025, perhaps with a value
    for a period that has not ended.
    """
    end = dt.date(2025, 12, 31)
    found = Indicator(pk=1, title="Plätze", unit="Plätze")
    # As a prefetch leaves it.
    found._prefetched_objects_cache = {
        "targets": [IndicatorTarget(due_on=end, value=Decimal(100))],
        "series": [IndicatorValue(starts_on=end, ends_on=end, value=Decimal(value)), *running],
    }
    return found


SILENT, REPORTED = RoundEntry(), RoundEntry(report_id=1)
NOT_ASKED = RoundEntry(was_asked=False)
OVERDUE = "Meilenstein überfällig seit 17.03.2026: Konzept"
MOVED = "Meilenstein erst am 18.03.2026 statt am 17.03.2026: Konzept"
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
        ([milestone(due_on=LATE, forecast_on=TODAY)], [], "yellow", [MOVED]),
        ([milestone(due_on=LATE, forecast_on=TODAY, done_on=TODAY)], [], "green", []),
        (
            [milestone(due_on=LATE), milestone(due_on=LATE, forecast_on=TODAY)],
            [],
            "yellow",
            [OVERDUE, MOVED],
        ),
        ([milestone(forecast_on=LATE)], [], "yellow", [OVERDUE]),
        ([milestone(due_on=LATE, origin=Origin.TAKEN_OVER)], [], "", []),
        ([], [SILENT, SILENT], "yellow", [NOTHING]),
        ([], [SILENT, REPORTED], "green", []),
        ([], [SILENT, NOT_ASKED], "", []),
        ([], [REPORTED, SILENT, SILENT], "green", []),
        ([], [SILENT, SILENT, REPORTED], "yellow", [NOTHING]),
        ([milestone(due_on=LATE)], [SILENT, SILENT], "red", [OVERDUE, NOTHING]),
    ],
)
def test_light_follows_from_milestones_and_silence(milestones, entries, light, reasons):
    assert proposed_light(milestones, entries, TODAY)[:2] == (light, reasons)


OFF_PATH = (
    "Indikator „Plätze“ unter dem Zielpfad: 90 Plätze am 31.12.2025; nach dem Zielpfad mindestens "
    "100 Plätze."
)


@pytest.mark.parametrize(
    ("value", "entries", "light", "reasons"),
    [
        (100, [], "green", []),
        (90, [], "yellow", [OFF_PATH]),
        (90, [SILENT, SILENT], "red", [NOTHING, OFF_PATH]),
    ],
)
def test_indicator_off_its_path_is_a_reason(value, entries, light, reasons):
    assert proposed_light([], entries, TODAY, [indicator(value)])[:2] == (light, reasons)


def test_value_of_a_period_that_has_not_ended_is_not_judged():
    running = IndicatorValue(
        starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31), value=Decimal(3)
    )

    assert proposed_light([], [], TODAY, [indicator(100, running)])[:2] == ("green", [])


@pytest.mark.parametrize(
    ("milestones", "entries", "indicators", "looked_at"),
    [
        (
            [],
            [],
            [],
            "0 Meilensteine, 0 Indikatoren mit Wert und Ziel, 0 abgeschlossene Berichtsrunden",
        ),
        (
            [milestone(), milestone(origin=Origin.TAKEN_OVER)],
            [SILENT, REPORTED],
            [indicator(100)],
            "1 Meilenstein, 1 Indikator mit Wert und Ziel, 2 abgeschlossene Berichtsrunden",
        ),
    ],
)
def test_proposal_says_what_it_looked_at(milestones, entries, indicators, looked_at):
    proposal = proposed_light(milestones, entries, TODAY, indicators)

    assert proposal.looked_at == f"Angesehen: {looked_at}."
    assert proposal.looked_at in proposal_fact(proposal)
