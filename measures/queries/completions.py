"""What the office changed about a report when it completed it, from the history."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    versions = report.history.order_by("-history_date", "-history_id")
    return completions_in(list(versions)).get(report.pk, [])


def completions_in(versions: Sequence[Any]) -> dict[int, list[Completion]]:
    """Return report id → `completions_of` those that were completed of one measure, whose
    historical `versions` are given, the latest first; in four queries, none if there is no such
    report.
    """
    found: dict[int, list[Completion]] = {}
    decided: dict[int, dt.datetime] = {}
    newer_of: dict[int, Any] = {}
    for version in versions:
        newer, newer_of[version.id] = newer_of.get(version.id), version
        if newer and newer.history_change_reason == str(COMPLETED_REASON):
            changes = changes_between(version, newer, ("as_of_on", *ANSWER_FIELDS))
            found[newer.id] = [Completion(*change) for change in changes]
            decided[newer.id] = newer.decided_at
    if not found:
        return {}
    (measure_id,) = {version.measure_id for version in versions}
    milestones = Milestone.objects.filter(measure=measure_id).in_bulk()
    indicators = Indicator.objects.filter(measure=measure_id).in_bulk()
    for model, key, subjects, text_of in (
        (ReportedForecast, "milestone_id", milestones, _forecast),
        (ReportedValue, "indicator_id", indicators, _value),
    ):
        for pk, change in _statement_changes(decided, model, key, subjects, text_of):
            found[pk].append(change)
    return found


def _statement_changes(
    decided: Mapping[int, dt.datetime],
    model,
    key: str,
    subjects: Mapping[int, Any],
    text_of: Callable[[Any, Any], str],
) -> Iterator[tuple[int, Completion]]:
    """Yield with its report what the office changed of each of `subjects` when it `decided`."""
    said: dict[tuple[int, int], str] = {}
    records = model.history.filter(report_id__in=decided)
    for record in records.order_by("history_date", "history_id"):
        # What was deleted since has no name any more.
        if not (subject := subjects.get(getattr(record, key))):
            continue
        place = record.report_id, subject.pk
        is_gone = record.history_type == "-"
        before, after = said.get(place, ""), "" if is_gone else text_of(record, subject)
        # A statement taken back has a reason of its own.
        is_own = record.history_change_reason == str(COMPLETED_REASON)
        is_own |= is_gone and record.history_date == decided[record.report_id]
        if is_own and before != after:
            missing = _("nicht gemeldet")
            yield record.report_id, Completion(str(subject), before or missing, after or "–")
        said[place] = after


def _forecast(record, milestone: Milestone) -> str:
    day = format_date(record.forecast_on) or _("wie geplant")
    return f"{day} ({record.forecast_reason})" if record.forecast_reason else day


def _value(record, indicator: Indicator) -> str:
    period = Period(record.starts_on, record.ends_on)
    text = f"{period}: {format_value(indicator, record.value)}"
    remarks = value_remarks(record)
    return f"{text} ({remarks})" if remarks else text
