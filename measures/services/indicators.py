"""Indicators and their targets, maintained by the office.

A change of a target is a line in the history of its indicator, too.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import lock_present, require_unchanged
from core.dates import format_date, local_date
from core.errors import Refused
from core.history import delete_as, save_as, save_changes_as, save_values_as
from measures.models import Indicator, IndicatorTarget, Measure
from measures.permissions import can_change_measures, require_permission
from measures.queries import is_in_accepted_report


@transaction.atomic
def create_indicator(
    *, measure: Measure, values: Mapping[str, Any], by, now: dt.datetime
) -> Indicator:
    """Return a new indicator of `measure`. Raises `NotAllowed`, `Refused`."""
    require_permission(can_change_measures(by))
    indicator = Indicator(measure=measure)
    reason = _("Indikator angelegt")
    save_values_as(indicator, values, by=by, now=now, reason=reason, violation=_title_taken())
    return indicator


@transaction.atomic
def change_indicator(
    *, indicator: Indicator, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Indicator:
    """Save those of `values` that differ. Raises `NotAllowed`, `ChangedMeanwhile`, `Refused`."""
    require_permission(can_change_measures(by))
    indicator = lock_indicator(indicator)
    require_unchanged(indicator, version, values)
    save_changes_as(indicator, values, by=by, now=now)
    return indicator


@transaction.atomic
def end_indicator(
    *, indicator: Indicator, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Indicator:
    """End `indicator` on a day for a reason, or correct the day or the reason: it keeps its series,
    but is neither asked for nor judged any more.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` for a day to come, and without day or reason.
    """
    require_permission(can_change_measures(by))
    indicator = lock_indicator(indicator)
    require_unchanged(indicator, version, values)
    if not values["ended_on"] or not values["ended_reason"]:
        raise Refused(_("Zum Ende gehört sein Grund, und zum Grund der Tag."))
    # Nothing happens by itself on a day: until then it would have to be asked for, and judged.
    if values["ended_on"] > local_date(now):
        raise Refused(_("Dieser Tag liegt in der Zukunft. Beenden lässt sich der Indikator dann."))
    if all(getattr(indicator, name) == value for name, value in values.items()):
        return indicator
    reason = _("Ende geändert") if indicator.ended_on else _("Indikator beendet")
    save_values_as(indicator, values, by=by, now=now, reason=reason)
    return indicator


@transaction.atomic
def reopen_indicator(*, indicator: Indicator, by, now: dt.datetime) -> Indicator:
    """Take the end of `indicator` back. Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when it
    has not ended.
    """
    require_permission(can_change_measures(by))
    indicator = lock_indicator(indicator)
    if indicator.ended_on is None:
        raise Refused(_("Dieser Indikator ist nicht beendet."))
    indicator.ended_on, indicator.ended_reason = None, ""
    save_as(indicator, by=by, now=now, reason=_("Indikator wieder aufgenommen"))
    return indicator


@transaction.atomic
def delete_indicator(*, indicator: Indicator, by, now: dt.datetime) -> None:
    """Delete `indicator` with targets, values and what open reports say of it; keep its history.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when an accepted report says something of it.
    """
    require_permission(can_change_measures(by))
    # Accepting a report locks its indicators too, so none is accepted after the check.
    indicator = lock_indicator(indicator)
    require_unreported_indicator(indicator)
    delete_as(indicator, by=by, now=now, reason=_("Indikator gelöscht"))


def require_unreported_indicator(indicator: Indicator) -> None:
    """Raise `Refused` when an accepted report, which nothing changes, says something of it."""
    if is_in_accepted_report(indicator):
        raise Refused(
            _(
                "Dieser Indikator steht in einem angenommenen Bericht, der bleibt, wie er ist. "
                "Deshalb lässt er sich nicht löschen. Soll er nicht weiter erhoben werden, "
                "beenden Sie ihn bitte."
            )
        )


@transaction.atomic
def create_target(
    *, indicator: Indicator, values: Mapping[str, Any], by, now: dt.datetime
) -> IndicatorTarget:
    """Return a new target. Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` for a day that has
    one.
    """
    require_permission(can_change_measures(by))
    indicator = lock_indicator(indicator)
    _require_free_day(indicator, values["due_on"])
    target = IndicatorTarget(indicator=indicator)
    reason = _target_line(values["due_on"], indicator.format(values["value"]))
    save_values_as(target, values, by=by, now=now, reason=reason)
    save_as(indicator, by=by, now=now, reason=reason)
    return target


@transaction.atomic
def change_target(
    *, target: IndicatorTarget, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> IndicatorTarget:
    """Save those of `values` that differ. Raises `NotAllowed`, `ChangedMeanwhile`, `Refused`."""
    require_permission(can_change_measures(by))
    indicator = lock_indicator(target.indicator)
    target = _lock_target(target)
    require_unchanged(target, version, values)
    _require_free_day(indicator, values["due_on"], except_for=target)
    before, former_day = indicator.format(target.value), target.due_on
    if not save_changes_as(target, values, by=by, now=now):
        return target
    after = indicator.format(target.value)
    shift = f"{before} → {after}" if before != after else after
    if former_day != target.due_on:
        shift = f"{shift} ({format_date(former_day)} → {format_date(target.due_on)})"
    save_as(indicator, by=by, now=now, reason=_target_line(target.due_on, shift))
    return target


@transaction.atomic
def delete_target(*, target: IndicatorTarget, by, now: dt.datetime) -> None:
    """Raises `NotAllowed`, `ChangedMeanwhile`."""
    require_permission(can_change_measures(by))
    indicator = lock_indicator(target.indicator)
    target = _lock_target(target)
    reason = _("Ziel zum %(day)s gelöscht (%(value)s)") % {
        "day": format_date(target.due_on),
        "value": indicator.format(target.value),
    }
    delete_as(target, by=by, now=now, reason=reason)
    save_as(indicator, by=by, now=now, reason=reason)


def lock_indicator(indicator: Indicator) -> Indicator:
    """Return `indicator` as it is now, locked. Raises `ChangedMeanwhile` when it was deleted."""
    return lock_present(indicator, _("Dieser Indikator wurde inzwischen gelöscht."))


def _lock_target(target: IndicatorTarget) -> IndicatorTarget:
    return lock_present(target, _("Dieses Ziel wurde inzwischen gelöscht."))


def _require_free_day(
    indicator: Indicator, day: dt.date, *, except_for: IndicatorTarget | None = None
) -> None:
    others = indicator.targets.filter(due_on=day)
    if except_for:
        others = others.exclude(pk=except_for.pk)
    if other := others.first():
        raise Refused(
            _("Zum %(day)s gibt es schon ein Ziel: %(value)s.")
            % {"day": format_date(day), "value": indicator.format(other.value)}
        )


def _target_line(day: dt.date, value: str) -> str:
    return _("Ziel zum %(day)s: %(value)s") % {"day": format_date(day), "value": value}


def _title_taken() -> Refused:
    return Refused(_("Diese Maßnahme hat schon einen Indikator dieses Namens."))
