"""What a report says of milestones and indicators besides the status.

It is kept with the draft and counts for nobody else before the office accepts the report. What the
office entered itself in the meantime then stays: the report says so (`is_adopted`).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.conflicts import NO_RECORD, require_unchanged, require_version
from core.errors import NotAllowed, Refused
from core.history import delete_as, save_as, save_changes_as, save_values_as
from measures.enums import OVERTAKEN, ReportState
from measures.models import (
    Indicator,
    IndicatorValue,
    Milestone,
    ReportedForecast,
    ReportedValue,
    StatusReport,
)
from measures.queries import forecast_conflict, subject_version, value_conflict
from measures.services.indicators import lock_indicator
from measures.services.milestones import is_unexplained_delay, lock_milestone


class Statement(NamedTuple):
    """What a lead says of one milestone or indicator. `version` is the fingerprint of what the
    open report said of it as the form showed it, "" if nothing. `known` is what the form showed of
    the subject itself, for `known_on` or `known_value`; without it, what holds now. `seen` is the
    `subject_version` that the form showed; None compares nothing.
    """

    subject: Milestone | Indicator
    values: Mapping[str, Any]
    version: str
    known: Mapping[str, Any] = MappingProxyType({})
    seen: str | None = None


def save_statements(
    report: StatusReport, statements: Iterable[Statement], *, by, now: dt.datetime, reason: str = ""
) -> None:
    """Keep `statements` with the locked `report`; one that says nothing new is taken back.

    The history gets `reason`, by default that a draft was saved. Raises `NotAllowed` for another
    measure, `ChangedMeanwhile` when a colleague has said something else, when the subject is gone,
    or when an accepted report would overwrite what the form has not shown.
    """
    reason = reason or _("Entwurf gespeichert")
    for statement in sorted(statements, key=_lock_order):
        # The lock keeps the subject from being deleted before the statement is stored.
        subject = _lock_subject(statement.subject)
        # The form names its fields by key, so a changed page could name those of another lead.
        if subject.measure_id != report.measure_id:
            raise NotAllowed(_("Dazu sind Sie nicht berechtigt."))
        if isinstance(subject, Milestone):
            stored: Any = report.forecasts.filter(milestone=subject).first()
            new: Any = ReportedForecast(report=report, milestone=subject)
            # What the lead saw is kept with the statement: at acceptance it tells whether the
            # office has changed the same in the meantime.
            known = {"known_on": subject.forecast_on}
            is_said = any(
                getattr(subject, name) != value for name, value in statement.values.items()
            )
        else:
            stored = report.reported_values.filter(indicator=subject).first()
            new = ReportedValue(report=report, indicator=subject)
            known = {"known_value": _known_value(subject, statement.values)}
            # An emptied number takes the statement back; zero is a value.
            is_said = statement.values.get("value") is not None
        # What the office enters while it accepts holds at once: it must not undo what a colleague
        # has entered meanwhile.
        if report.state == ReportState.ACCEPTED:
            require_version(statement.seen, subject_version(subject), str(OVERTAKEN))
        record = stored or new
        # A colleague may have said something else of the same since the form was shown.
        if record.pk:
            require_unchanged(record, statement.version or NO_RECORD, statement.values)
        if is_said:
            # What the office enters while it accepts is its decision and holds in any case.
            if report.state != ReportState.ACCEPTED:
                known |= statement.known
            save_values_as(record, {**statement.values, **known}, by=by, now=now, reason=reason)
        elif record.pk:
            delete_as(record, by=by, now=now, reason=_("Angabe zurückgenommen"))


def _lock_order(statement: Statement) -> tuple[bool, int]:
    # Milestones first, each by key, as `adopt_statements` locks them.
    return isinstance(statement.subject, Indicator), statement.subject.pk


def _lock_subject(subject: Milestone | Indicator) -> Milestone | Indicator:
    if isinstance(subject, Milestone):
        return lock_milestone(subject)
    return lock_indicator(subject)


def _known_value(indicator: Indicator, values: Mapping[str, Any]):
    # In a draft, the period may still be missing.
    days = {name: values.get(name) for name in ("starts_on", "ends_on")}
    same = indicator.series.filter(**days).first() if all(days.values()) else None
    return same.value if same else None


def require_complete_statements(report: StatusReport) -> None:
    """Raise `Refused` when `report` moves a milestone without saying why."""
    for forecast in report.forecasts.select_related("milestone"):
        days = (forecast.milestone.due_on, forecast.forecast_on)
        if is_unexplained_delay(*days, forecast.forecast_reason):
            raise Refused(
                _("Meilenstein „%(title)s“: Wird es später als geplant, gehört der Grund dazu.")
                % {"title": forecast.milestone}
            )


def adopt_statements(report: StatusReport, *, by, now: dt.datetime) -> None:
    """Move the milestones and enter the values as the accepted `report` says."""
    # In the order of their keys, so that two acceptances cannot wait for each other.
    for forecast in report.forecasts.order_by("milestone_id"):
        forecast.milestone = lock_milestone(forecast.milestone)
        forecast.is_adopted = not forecast_conflict(forecast)
        if forecast.is_adopted:
            names = ("forecast_on", "forecast_reason")
            moved = {name: getattr(forecast, name) for name in names}
            save_changes_as(forecast.milestone, moved, by=by, now=now)
        save_as(forecast, by=by, now=now, reason=_("Bericht angenommen"))
    for reported in report.reported_values.order_by("indicator_id"):
        # Under the lock, so that nobody enters another value for the period in between.
        reported.indicator = lock_indicator(reported.indicator)
        series = list(reported.indicator.series.all())
        reported.is_adopted = not value_conflict(reported, series)
        if reported.is_adopted:
            same = next((value for value in series if value.period == reported.period), None)
            _enter(reported, same, by=by, now=now)
        save_as(reported, by=by, now=now, reason=_("Bericht angenommen"))


def _enter(reported: ReportedValue, same: IndicatorValue | None, *, by, now: dt.datetime) -> None:
    values = {name: getattr(reported, name) for name in ("starts_on", "ends_on", "value")}
    # A lead that corrects the number alone does not mean to delete what the office noted.
    texts = {"note": reported.note, "source": reported.source}
    values |= {name: text for name, text in texts.items() if text}
    # The lead may correct a value of an earlier round for the same period.
    if same:
        save_changes_as(same, values, by=by, now=now)
        return
    value = IndicatorValue(indicator=reported.indicator, origin=reported.report.origin)
    save_values_as(value, values, by=by, now=now, reason=_("Mit dem Bericht gemeldet"))
