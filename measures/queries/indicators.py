"""Indicators with their targets and series."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from core.dates import format_date
from core.periods import Period, period_after
from measures.enums import PathState
from measures.models import Indicator, IndicatorTarget, IndicatorValue
from measures.models.indicators import format_value
from measures.queries.target_paths import Deviation, PathPoint, path_of, target_path_deviation

# So many lines of values *Verlauf* looks at: one paste may have dozens.
MAX_VALUE_CHANGES = 400


def indicators_with_series() -> QuerySet[Indicator]:
    """Return all indicators in order, with targets and values by day: three queries. Filter by
    measures that the user may see.
    """
    return Indicator.objects.in_order().prefetch_related(
        Prefetch("targets", queryset=IndicatorTarget.objects.order_by("due_on")),
        Prefetch("series", queryset=IndicatorValue.objects.order_by("ends_on", "starts_on")),
    )


def baseline_of(indicator) -> PathPoint | None:
    if indicator.baseline_on is None:
        return None
    return PathPoint(indicator.baseline_on, indicator.baseline_value)


def target_path_of(indicator: Indicator) -> list[PathPoint]:
    return path_of(baseline_of(indicator), _targets_of(indicator))


def deviation_of(indicator: Indicator, today: dt.date, series: Iterable | None = None) -> Deviation:
    """Return how the latest value of `series`, by default that of `indicator`, which has to be
    loaded with it, stands to its path.

    The path asks for something on the last day of a period, so one that has not ended on `today`
    is not judged.
    """
    values = indicator.series.all() if series is None else series
    ended = [PathPoint(one.ends_on, one.value) for one in values if not is_running(one, today)]
    return _deviation(indicator, _targets_of(indicator), ended[-1:])


def end_error(indicator: Indicator, period: Period) -> str:
    """Return why there can be no value for `period` because `indicator` has ended before, or ""."""
    if not indicator.ended_on or period.starts_on <= indicator.ended_on:
        return ""
    return _("Der Indikator ist am %(day)s beendet, dieser Zeitraum beginnt danach.") % {
        "day": format_date(indicator.ended_on)
    }


def is_running(value, today: dt.date) -> bool:
    """Whether the period of `value`, perhaps a historical one, has not ended on `today`."""
    return value.ends_on > today


def _deviation(indicator, targets: Sequence[PathPoint], latest: Sequence[PathPoint]) -> Deviation:
    if indicator.ended_on:
        return Deviation(PathState.ENDED, next(iter(latest), None))
    return target_path_deviation(
        direction=indicator.direction,
        baseline=baseline_of(indicator),
        targets=targets,
        latest=next(iter(latest), None),
        decimals=indicator.decimals,
    )


class IndicatorThen(NamedTuple):
    """An indicator with its latest value, as it stood at some time (`KeptIndicator`)."""

    indicator_id: int
    title: str
    unit: str
    decimals: int
    direction: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    value: Decimal | None
    target_on: dt.date | None
    target_value: Decimal | None
    expected: Decimal | None
    path_state: str
    ended_on: dt.date | None = None
    ended_reason: str = ""


def indicator_then(indicator, targets: Iterable, series: Iterable, today: dt.date) -> IndicatorThen:
    """Return how `indicator` stood on the day `today` with these `targets`, by day, and this
    `series`, by day; each may be of the history. Periods that had not ended do not count.
    """
    latest = next(iter([value for value in series if not is_running(value, today)][-1:]), None)
    points = [PathPoint(target.due_on, target.value) for target in targets]
    deviation = _deviation(
        indicator, points, [PathPoint(latest.ends_on, latest.value)] if latest else []
    )
    # The next one to reach; once the last one has passed, still that one.
    ahead = [point for point in points if latest is None or point.on >= latest.ends_on]
    target = None if indicator.ended_on else next(iter(ahead or points[-1:]), None)
    return IndicatorThen(
        indicator.id,
        indicator.title,
        indicator.unit,
        indicator.decimals,
        indicator.direction,
        latest and latest.starts_on,
        latest and latest.ends_on,
        latest and latest.value,
        target and target.on,
        target and target.value,
        deviation.expected,
        deviation.state.value,
        indicator.ended_on,
        indicator.ended_reason,
    )


def _targets_of(indicator: Indicator) -> list[PathPoint]:
    return [PathPoint(target.due_on, target.value) for target in indicator.targets.all()]


def series_version(indicator: Indicator) -> str:
    """Return a fingerprint of all values of `indicator`, without a query if they are loaded."""
    rows = sorted(
        (value.pk, value.starts_on, value.ends_on, value.value, value.note, value.source)
        for value in indicator.series.all()
    )
    return hashlib.sha256(repr([list(map(str, row)) for row in rows]).encode()).hexdigest()[:20]


def proposed_period(series: Sequence[IndicatorValue], until: dt.date) -> Period | None:
    """Return the latest period in the rhythm of `series` that is over on the day `until`. None
    without a rhythm, and if that period has a value already.
    """
    if not series:
        return None
    latest = series[-1].period
    months = 12
    if len(series) > 1:
        before = series[-2].ends_on
        months = (latest.ends_on.year - before.year) * 12 + latest.ends_on.month - before.month
    period = None
    while (later := period_after(period or latest, max(months, 1))).ends_on <= until:
        period = later
    return period


class ValueChange(NamedTuple):
    """What was done to values of one indicator at once: the latest record, and a line each."""

    record: Any
    lines: list[str]


def latest_value_changes(indicator_ids: Iterable[int], **limits: Any) -> list:
    """Return the latest historical records of the values of these indicators, latest first."""
    keys = set(indicator_ids)
    if not keys:
        return []
    records = IndicatorValue.history.filter(indicator_id__in=keys, **limits)
    records = records.exclude(history_change_reason__isnull=True)
    records = records.select_related("history_user__person__organisation")
    return list(records.order_by("-history_date", "-history_id")[:MAX_VALUE_CHANGES])


def grouped_changes(records: Sequence[Any], indicators: Mapping[int, Any]) -> list[ValueChange]:
    """Return `records`, latest first, with what was pasted or imported together as one change.

    `indicators` are by id, perhaps historical ones.
    """
    older: dict[int, Any] = {}
    lines: dict[tuple, list[str]] = defaultdict(list)
    first: dict[tuple, Any] = {}
    for record in reversed(records):
        key = (record.indicator_id, record.history_date, record.history_user_id)
        lines[key].append(_value_line(record, older.get(record.id), indicators))
        first[key], older[record.id] = record, record
    return [ValueChange(first[key], lines[key]) for key in reversed(first)]


def _value_line(record, before, indicators: Mapping[int, Any]) -> str:
    """Return `2024: 120 → 135 Plätze`, `2024: 135 Plätze` or `2024: gelöscht (135 Plätze)`."""
    indicator, period = indicators[record.indicator_id], Period(record.starts_on, record.ends_on)
    value = format_value(indicator, record.value)
    if record.history_type == "-":
        value = _("gelöscht (%(value)s)") % {"value": value}
    elif before is not None and before.value != record.value:
        value = f"{format_value(indicator, before.value)} → {value}"
    elif before is not None:
        value = f"{value} ({record.history_change_reason})"
    remarks = value_remarks(record)
    if record.history_type == "-" or (before and remarks == value_remarks(before)):
        remarks = ""
    return f"{period}: {value}{remarks and f' ({remarks})'}"


def value_remarks(value) -> str:
    """Return what was noted about the reported, entered or historical `value`, and its source."""
    source = _("Quelle: %(source)s") % {"source": value.source} if value.source else ""
    return "; ".join(filter(None, (value.note, source)))
