"""What the office changed about a report when it completed it, from the history."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.dates import format_date
from core.history import changes_between
from core.periods import Period
from measures.enums import COMPLETED_REASON
from measures.models import Indicator, Milestone, ReportedForecast, ReportedValue, StatusReport
from measures.models.indicators import format_value
from measures.models.reports import ANSWER_FIELDS
from measures.queries.indicators import value_remarks


class Completion(NamedTuple):
    """A field of the report, a milestone or an indicator: what was reported, and what holds."""

    subject: str
    before: str
    after: str


def completions_of(report: StatusReport) -> list[Completion]:
    """Return what the office changed when it completed `report`, each beside what was reported; in
    a fixed number of queries.
    """
    if not report.is_completed:
        return []
    found: list[Completion] = []
    versions = list(report.history.order_by("history_date", "history_id"))
    for older, newer in zip(versions, versions[1:], strict=False):
        if newer.history_change_reason == str(COMPLETED_REASON):
            changes = changes_between(older, newer, ("as_of_on", *ANSWER_FIELDS))
            found = [Completion(*change) for change in changes]
    milestones = Milestone.objects.filter(measure=report.measure_id).in_bulk()
    indicators = Indicator.objects.filter(measure=report.measure_id).in_bulk()
    found += _statement_changes(report, ReportedForecast, "milestone_id", milestones, _forecast)
    found += _statement_changes(report, ReportedValue, "indicator_id", indicators, _value)
    return found


def _statement_changes(
    report: StatusReport,
    model,
    key: str,
    subjects: Mapping[int, Any],
    text_of: Callable[[Any, Any], str],
) -> list[Completion]:
    said: dict[int, str] = {}
    found = []
    for record in model.history.filter(report_id=report.pk).order_by("history_date", "history_id"):
        # What was deleted since has no name any more.
        if not (subject := subjects.get(getattr(record, key))):
            continue
        is_gone = record.history_type == "-"
        before, after = said.get(subject.pk, ""), "" if is_gone else text_of(record, subject)
        # A statement taken back has a reason of its own.
        is_own = record.history_change_reason == str(COMPLETED_REASON)
        is_own |= is_gone and record.history_date == report.decided_at
        if is_own and before != after:
            missing = _("nicht gemeldet")
            found.append(Completion(str(subject), before or missing, after or "–"))
        said[subject.pk] = after
    return found


def _forecast(record, milestone: Milestone) -> str:
    day = format_date(record.forecast_on) or _("wie geplant")
    return f"{day} ({record.forecast_reason})" if record.forecast_reason else day


def _value(record, indicator: Indicator) -> str:
    period = Period(record.starts_on, record.ends_on)
    text = f"{period}: {format_value(indicator, record.value)}"
    remarks = value_remarks(record)
    return f"{text} ({remarks})" if remarks else text
