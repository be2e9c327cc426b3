"""Whether an indicator keeps to its target path. Pure functions of days and numbers."""

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from measures.enums import Direction, PathState


class PathPoint(NamedTuple):
    on: dt.date
    value: Decimal


class Deviation(NamedTuple):
    """How the latest value stands to the target path.

    `expected` is what the path asks for on the day of the value, None where there is no path;
    `difference` is the value minus that.
    """

    state: PathState
    latest: PathPoint | None = None
    expected: Decimal | None = None

    @property
    def difference(self) -> Decimal:
        if self.latest is None or self.expected is None:
            return Decimal(0)
        return self.latest.value - self.expected

    @property
    def is_off(self) -> bool:
        return self.state == PathState.OFF_PATH


def path_of(baseline: PathPoint | None, targets: Sequence[PathPoint]) -> list[PathPoint]:
    """Return the corners of the target path: the baseline, unless a target is as old, and the
    targets by day. Empty without a target.
    """
    corners = sorted(targets)
    if corners and baseline and baseline.on < corners[0].on:
        corners.insert(0, baseline)
    return corners


def expected_on(path: Sequence[PathPoint], day: dt.date) -> Decimal | None:
    """Return what `path` asks for on `day`: between two corners the straight line, after the last
    one its value, before the first one nothing.
    """
    if not path or day < path[0].on:
        return None
    for start, end in zip(path, path[1:], strict=False):
        if day <= end.on:
            share = Decimal((day - start.on).days) / (end.on - start.on).days
            return start.value + (end.value - start.value) * share
    return path[-1].value


def target_path_deviation(
    *,
    direction: str,
    baseline: PathPoint | None,
    targets: Sequence[PathPoint],
    latest: PathPoint | None,
    decimals: int = 0,
) -> Deviation:
    """Return whether the `latest` value of an indicator keeps to its target path.

    A rising indicator keeps to it at or above the path, a falling one at or below. The path is
    rounded to `decimals`, as readers see it: whoever reads 12,5 beside 12,5 must not read that it
    is off. There is no judgement without a target or a value, nor before the path begins.
    """
    if not targets:
        return Deviation(PathState.NO_TARGET, latest)
    if latest is None:
        return Deviation(PathState.NO_VALUE)
    expected = expected_on(path_of(baseline, targets), latest.on)
    if expected is None:
        return Deviation(PathState.BEFORE_PATH, latest)
    expected = expected.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    shown = latest.value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    is_kept = shown <= expected if direction == Direction.FALLING else shown >= expected
    return Deviation(PathState.ON_PATH if is_kept else PathState.OFF_PATH, latest, expected)
