"""Values of an indicator, one by one or a whole table at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import lock_present, require_unchanged
from core.dates import format_date, local_date
from core.errors import ChangedMeanwhile, Refused
from core.history import delete_as, save_changes_as, save_values_as
from core.periods import Period
from measures.models import Indicator, IndicatorValue
from measures.permissions import can_change_measures, require_permission
from measures.queries.indicators import end_error, series_version
from measures.services.indicators import lock_indicator


class ValueEntry(NamedTuple):
    """A value for a period; an empty note or source leaves what is stored."""

    period: Period
    value: Decimal
    note: str = ""
    source: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        # A pasted table rarely has notes; their absence must not delete those typed before.
        texts = {"note": self.note, "source": self.source}
        return {"value": self.value, **{name: text for name, text in texts.items() if text}}


class RecordedValues(NamedTuple):
    """How many values `record_values` added and changed."""

    added: int
    changed: int


@transaction.atomic
def create_value(
    *, indicator: Indicator, values: Mapping[str, Any], by, now: dt.datetime
) -> IndicatorValue:
    """Return a new value. Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` for a period that has
    not begun or overlaps that of another value.
    """
    require_permission(can_change_measures(by))
    indicator = lock_indicator(indicator)
    _require_free_period(indicator, _period_in(values), local_date(now))
    return _add(indicator, values, by=by, now=now)


@transaction.atomic
def change_value(
    *,
    indicator_value: IndicatorValue,
    values: Mapping[str, Any],
    version: str,
    by,
    now: dt.datetime,
) -> IndicatorValue:
    """Save those of `values` that differ. Raises as `create_value`."""
    require_permission(can_change_measures(by))
    indicator = lock_indicator(indicator_value.indicator)
    stored = _lock_value(indicator_value)
    require_unchanged(stored, version, values)
    period = _period_in(values)
    _require_free_period(indicator, period, local_date(now), except_for=stored)
    save_changes_as(stored, values, by=by, now=now)
    return stored


@transaction.atomic
def delete_value(*, indicator_value: IndicatorValue, by, now: dt.datetime) -> None:
    """Raises `NotAllowed`, `ChangedMeanwhile`."""
    require_permission(can_change_measures(by))
    lock_indicator(indicator_value.indicator)
    delete_as(_lock_value(indicator_value), by=by, now=now, reason=_("Wert gelöscht"))


@transaction.atomic
def record_values(
    *, indicator: Indicator, entries: Sequence[ValueEntry], shown: str, by, now: dt.datetime
) -> RecordedValues:
    """Add and change values together, or none of them.

    `shown` is the `series_version` that the preview showed. Raises `NotAllowed`,
    `ChangedMeanwhile`; `Refused` as `create_value`.
    """
    require_permission(can_change_measures(by))
    indicator = lock_indicator(indicator)
    # The preview said what is new and what is overwritten, so it must hold for the whole series.
    if series_version(indicator) != shown:
        raise ChangedMeanwhile(
            _("Die Werte wurden inzwischen geändert. Bitte prüfen Sie die Vorschau noch einmal.")
        )
    stored = {value.period: value for value in indicator.series.all()}
    added = changed = 0
    for entry in entries:
        if existing := stored.get(entry.period):
            changed += save_changes_as(existing, entry.fields, by=by, now=now)
            continue
        _require_free_period(indicator, entry.period, local_date(now))
        days = {"starts_on": entry.period.starts_on, "ends_on": entry.period.ends_on}
        _add(indicator, {**entry.fields, **days}, by=by, now=now)
        added += 1
    return RecordedValues(added, changed)


def _add(indicator: Indicator, values: Mapping[str, Any], *, by, now: dt.datetime):
    value = IndicatorValue(indicator=indicator)
    save_values_as(value, values, by=by, now=now, reason=_("Wert eingetragen"))
    return value


def _period_in(values: Mapping[str, Any]) -> Period:
    return Period(values["starts_on"], values["ends_on"])


def _require_free_period(
    indicator: Indicator,
    period: Period,
    today: dt.date,
    *,
    except_for: IndicatorValue | None = None,
) -> None:
    if error := period_error(indicator, period, today):
        raise Refused(error)
    # A year and one of its quarters would count the quarter twice in one series. SQLite has no
    # range constraints that could forbid it, so the lock on the indicator has to.
    others = indicator.series.filter(starts_on__lte=period.ends_on, ends_on__gte=period.starts_on)
    if except_for:
        others = others.exclude(pk=except_for.pk)
    if other := others.first():
        raise Refused(overlap_error(indicator, other.period, other.value))


def period_error(indicator: Indicator, period: Period, today: dt.date) -> str:
    """Return why `indicator` can have no value for `period`, or "". Previews share this rule."""
    if period.starts_on <= today:
        return end_error(indicator, period)
    return _("Dieser Zeitraum beginnt erst am %(day)s.") % {"day": format_date(period.starts_on)}


def overlap_error(indicator: Indicator, period: Period, value: Decimal) -> str:
    """Return the sentence that a period overlaps that of another value."""
    return _("Der Zeitraum überschneidet sich mit dem Wert für %(period)s (%(value)s).") % {
        "period": period,
        "value": indicator.format(value),
    }


def _lock_value(indicator_value: IndicatorValue) -> IndicatorValue:
    return lock_present(indicator_value, _("Dieser Wert wurde inzwischen gelöscht."))
