import datetime as dt
from decimal import Decimal

import pytest

from core.periods import parse_period
from measures.enums import PathState
from measures.models import Indicator, IndicatorValue
from measures.queries import (
    PathPoint,
    indicator_then,
    proposed_period,
    target_path_deviation,
)
from measures.queries.target_paths import expected_on, path_of


def point(day: str, value: str) -> PathPoint:
    return PathPoint(dt.date.fromisoformat(day), Decimal(value))


BASELINE = point("2024-01-01", "100")
TARGETS = [point("2026-01-01", "300"), point("2025-01-01", "200")]


@pytest.mark.parametrize(
    ("day", "with_baseline", "without"),
    [
        ("2023-12-31", None, None),
        ("2024-01-01", "100", None),
        ("2024-07-02", "150", None),
        ("2025-01-01", "200", "200"),
        ("2025-03-15", "220", "220"),
        ("2026-01-01", "300", "300"),
        ("2031-01-01", "300", "300"),
    ],
)
def test_path_is_straight_between_its_corners_and_level_after_the_last(day, with_baseline, without):
    asked = dt.date.fromisoformat(day)

    paths = [path_of(BASELINE, TARGETS), path_of(None, TARGETS)]
    found = [expected_on(path, asked) for path in paths]

    assert found == [Decimal(value) if value else None for value in (with_baseline, without)]


@pytest.mark.parametrize(
    ("direction", "day", "value", "state", "expected"),
    [
        ("rising", "2025-01-01", "200", PathState.ON_PATH, "200"),
        ("rising", "2025-01-01", "201", PathState.ON_PATH, "200"),
        ("rising", "2025-01-01", "199", PathState.OFF_PATH, "200"),
        ("falling", "2025-01-01", "200", PathState.ON_PATH, "200"),
        ("falling", "2025-01-01", "199", PathState.ON_PATH, "200"),
        ("falling", "2025-01-01", "201", PathState.OFF_PATH, "200"),
        ("rising", "2023-06-30", "1", PathState.BEFORE_PATH, None),
        ("rising", "2030-01-01", "299", PathState.OFF_PATH, "300"),
        ("falling", "2030-01-01", "299", PathState.ON_PATH, "300"),
        # The path is at 100.27 on the second day: rounded as readers see it.
        ("rising", "2024-01-02", "100", PathState.ON_PATH, "100"),
    ],
)
def test_latest_value_is_compared_with_the_path(direction, day, value, state, expected):
    deviation = target_path_deviation(
        direction=direction, baseline=BASELINE, targets=TARGETS, latest=point(day, value)
    )

    assert (deviation.state, deviation.expected) == (state, Decimal(expected) if expected else None)
    assert deviation.is_off == (state == PathState.OFF_PATH)
    assert deviation.difference == (Decimal(value) - Decimal(expected) if expected else 0)


@pytest.mark.parametrize(
    ("baseline", "targets", "latest", "state"),
    [
        (BASELINE, [], point("2025-01-01", "1"), PathState.NO_TARGET),
        (None, [], None, PathState.NO_TARGET),
        (BASELINE, TARGETS, None, PathState.NO_VALUE),
        (None, TARGETS, point("2024-12-31", "1"), PathState.BEFORE_PATH),
        # A baseline later than the first target says nothing about the way to it.
        (point("2025-06-01", "0"), TARGETS, point("2024-12-31", "1"), PathState.BEFORE_PATH),
    ],
)
def test_without_path_or_value_there_is_no_judgement(baseline, targets, latest, state):
    deviation = target_path_deviation(
        direction="rising", baseline=baseline, targets=targets, latest=latest
    )

    assert (deviation.state, deviation.is_off, deviation.difference) == (state, False, 0)


def test_value_is_compared_with_the_decimals_that_readers_see():
    given = {"direction": "rising", "baseline": None, "targets": [point("2025-01-01", "12.5")]}

    shown = target_path_deviation(**given, latest=point("2025-01-01", "12.46"), decimals=1)
    exact = target_path_deviation(**given, latest=point("2025-01-01", "12.46"), decimals=2)

    assert (shown.state, exact.state) == (PathState.ON_PATH, PathState.OFF_PATH)


@pytest.mark.parametrize(
    ("periods", "until", "proposed"),
    [
        ([], "2026-11-09", None),
        (["2024"], "2026-03-01", "2025"),
        (["2025"], "2026-03-01", None),
        (["2. Quartal 2026", "3. Quartal 2026"], "2026-11-09", None),
        (["1. Quartal 2026", "2. Quartal 2026"], "2026-11-09", "3. Quartal 2026"),
        (["1. Quartal 2026", "2. Quartal 2026"], "2026-12-31", "4. Quartal 2026"),
        (["30.06.2025", "31.12.2025"], "2026-06-30", "30.06.2026"),
    ],
)
def test_last_period_that_is_over_is_proposed(periods, until, proposed):
    days = [parse_period(period) for period in periods]
    series = [IndicatorValue(starts_on=start, ends_on=end) for start, end in days]

    period = proposed_period(series, dt.date.fromisoformat(until))

    assert (str(period) if period else None) == proposed


def test_plan_is_kept_with_the_last_period_that_had_ended():
    days = [parse_period(period) for period in ("2025", "2026")]
    series = [IndicatorValue(starts_on=a, ends_on=b, value=Decimal(b.year)) for a, b in days]

    kept = indicator_then(Indicator(pk=1), [], series, dt.date(2026, 12, 30))
    later = indicator_then(Indicator(pk=1), [], series, dt.date(2026, 12, 31))

    assert (kept.value, later.value) == (Decimal(2025), Decimal(2026))
