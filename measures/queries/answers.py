"""What one lead has to answer in a round: its measures, with what is known of each."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.utils.translation import gettext as _

from core.dates import format_date
from core.history import records_at
from measures.enums import EDITABLE_REPORT_STATES, FINISHED_PHASES, OPEN_REPORT_STATES, ReportState
from measures.models import (
    Indicator,
    IndicatorValue,
    Measure,
    Milestone,
    ReportedForecast,
    ReportedValue,
    ReportingRound,
    ReportRequest,
    StatusReport,
)
from measures.models.measures import STATUS_FIELDS
from measures.models.reports import ANSWER_FIELDS
from measures.queries.indicators import end_error, indicators_with_series
from measures.queries.reports import ReportingSituation
from measures.queries.rounds import open_round_of


@dataclass(frozen=True)
class Answer:
    """A measure in a round, or between two: its open report, if any, its latest accepted one,
    whether one was accepted in this round, the milestones not reached yet, the indicators that have
    not ended with their series, and the request by whose personal link it is answered.
    """

    round: ReportingRound | None
    measure: Measure
    report: StatusReport | None
    accepted: StatusReport | None
    is_accepted: bool
    milestones: list[Milestone]
    indicators: list[Indicator]
    request: ReportRequest | None = None

    @property
    def forecasts(self) -> dict[int, ReportedForecast]:
        """What the open report says of milestones, by their keys."""
        reported = self.report.forecasts.all() if self.report else []
        return _of(reported, "milestone", self.milestones)

    @property
    def values(self) -> dict[int, ReportedValue]:
        """What the open report says of indicators, by their keys."""
        reported = self.report.reported_values.all() if self.report else []
        return _of(reported, "indicator", self.indicators)

    @property
    def is_given(self) -> bool:
        """Whether the round awaits nothing more on the measure, by the rule of
        `measures_awaiting_report`: a correction that was begun is not owed.
        """
        is_submitted = self.report is not None and self.report.state == ReportState.SUBMITTED
        return is_submitted or self.is_accepted

    @property
    def is_editable(self) -> bool:
        # After the round has closed, a report that was begun can still be finished: its lead was
        # asked.
        is_begun = self.report is not None and self.report.state in EDITABLE_REPORT_STATES
        is_awaited = bool(self.round and self.round.is_open) and not self.is_given
        return (is_awaited or is_begun) and self.is_accepting

    @property
    def is_accepting(self) -> bool:
        """Whether the personal link still reports on the measure; an account of the lead does."""
        return self.request is None or self.request.accepts(self.report)

    @property
    def has_own_answer(self) -> bool:
        """Whether there is an answer that repeating the former one would overwrite, or that the
        office has returned.
        """
        # Repeating what the office has just returned would answer its comment with nothing.
        if self.report is None or self.report.state == ReportState.RETURNED:
            return self.report is not None
        # What the form began with is no answer of one's own.
        known = self.known_status(self.situation)
        said = ((name, getattr(self.report, name)) for name in ANSWER_FIELDS)
        return any(value and value != known.get(name) for name, value in said)

    def known_status(self, shown: ReportingSituation) -> dict[str, str]:
        """Return what was known of the measure in the situation `shown`, by field. A form begins
        with it, since a field left empty must not make it unknown.
        """
        known: Measure | StatusReport | None = self.measure
        # What a page loaded earlier began with must not look as if somebody had typed it.
        if shown.accepted != self.situation.accepted:
            reports = (report.as_official() for report in self.measure.known_reports)
            known = next((one for one in reports if str(one.pk) == shown.accepted), None)
        return {name: getattr(known, name) for name in STATUS_FIELDS} if known else {}

    @property
    def saved_at(self) -> dt.datetime | None:
        return getattr(self.report, "saved_at", None)

    @property
    def situation(self) -> ReportingSituation:
        """The situation as `queries.reporting_situation` returns it, without a query."""
        report, accepted = self.report, self.accepted
        is_returned = report is not None and report.state == ReportState.RETURNED
        returned = report.decided_at.isoformat() if is_returned and report.decided_at else ""
        return ReportingSituation(
            returned,
            str(accepted.pk) if accepted else "",
            str(self.round.pk) if self.round and self.round.is_open else "",
        )


def _of(reported: Iterable, name: str, subjects: Iterable) -> dict[int, Any]:
    """Return what is `reported` by the key of its subject, which is one of the loaded ones."""
    found = {getattr(said, f"{name}_id"): said for said in reported}
    for subject in subjects:
        if subject.pk in found:
            setattr(found[subject.pk], name, subject)
    return found


def answers_of(
    reporting_round: ReportingRound,
    organisation_ids,
    *,
    request: ReportRequest | None = None,
    only: int | None = None,
) -> list[Answer]:
    """Return an answer for each measure that the organisations lead and that the round asks about,
    by title, in a fixed number of queries; with `only`, the one about that measure.

    `request` is set if they are answered by personal link.
    """
    in_round = StatusReport.objects.filter(round=reporting_round, measure=OuterRef("pk"))
    measures = (
        Measure.objects.in_workflow()
        .filter(plan_id=reporting_round.plan_id, lead_id__in=organisation_ids)
        .filter(~Q(phase__in=FINISHED_PHASES) | Exists(in_round))
        .select_related("lead")
        .prefetch_related(*_known())
    )
    if only is not None:
        measures = measures.filter(pk=only)
    measures = measures.order_by("search", "pk")
    return [_answer(reporting_round, measure, request) for measure in measures]


def answer_on(measure: Measure) -> Answer:
    """Return the answer about `measure` in its open round, if there is one."""
    prefetch_related_objects([measure], *_known())
    return _answer(open_round_of(measure), measure)


def _known() -> list[Prefetch]:
    milestones = Milestone.objects.filter(done_on__isnull=True).in_order()
    return [
        Prefetch("reports", _reports(), to_attr="known_reports"),
        Prefetch("milestones", milestones, to_attr="open_milestones"),
        Prefetch("indicators", indicators_with_series().running(), to_attr="known_indicators"),
    ]


def forecast_conflict(forecast: ReportedForecast) -> str:
    """Return why accepting the report leaves the milestone of `forecast` as it is, or ""."""
    milestone = forecast.milestone
    if milestone.done_on:
        return _("Inzwischen ist er als erreicht eingetragen (%(day)s).") % {
            "day": format_date(milestone.done_on)
        }
    if milestone.forecast_on in (forecast.known_on, forecast.forecast_on):
        return ""
    if milestone.forecast_on is None:
        return _("Inzwischen ist die Verschiebung zurückgenommen.")
    return _("Inzwischen ist der %(day)s eingetragen.") % {
        "day": format_date(milestone.forecast_on)
    }


def value_conflict(reported: ReportedValue, series: Iterable[IndicatorValue]) -> str:
    """Return why accepting the report leaves the `series` of the indicator as it is, or ""."""
    series = list(series)
    if reason := end_error(reported.indicator, reported.period):
        return reason
    same = next((value for value in series if value.period == reported.period), None)
    if same is None and reported.known_value is not None:
        return _("Der Wert für diesen Zeitraum ist inzwischen gelöscht.")
    if same and same.value not in (reported.known_value, reported.value):
        return _("Inzwischen sind %(value)s eingetragen.") % {
            "value": reported.indicator.format(same.value)
        }
    if same:
        return ""
    # A year and one of its quarters would count the quarter twice.
    other = next((value for value in series if value.period.overlaps(reported.period)), None)
    if other is None:
        return ""
    return _("Inzwischen gibt es einen Wert für %(period)s (%(value)s).") % {
        "period": other.period,
        "value": reported.indicator.format(other.value),
    }


def series_beside(report: StatusReport) -> Mapping[int, list]:
    """Return indicator id → the values beside which `report` puts its own, by day: those of today,
    or once it is accepted those just before, as historical records.
    """
    found: dict[int, list] = defaultdict(list)
    named = {"indicator_id__in": report.reported_values.values("indicator_id")}
    values = IndicatorValue.objects.filter(**named)
    if report.accepted_at:
        # Whatever is corrected later, the page has to say what was decided on.
        values = records_at(IndicatorValue, report.accepted_at, **named)
    for value in values.order_by("ends_on", "starts_on"):
        found[value.indicator_id].append(value)
    return found


def _reports() -> QuerySet[StatusReport]:
    """Return the reports, that which gives a measure its status first, with `saved_at`."""
    saved = StatusReport.history.filter(id=OuterRef("pk")).order_by("-history_date", "-history_id")
    reports = StatusReport.objects.select_related(
        "round", "reported_by__person", "reported_via__person"
    ).annotate(saved_at=Subquery(saved.values("history_date")[:1]))
    # Of open reports only: nobody answers what an accepted one said of milestones and indicators.
    is_open = Q(report__state__in=OPEN_REPORT_STATES)
    reports = reports.prefetch_related(
        Prefetch("forecasts", ReportedForecast.objects.filter(is_open)),
        Prefetch("reported_values", ReportedValue.objects.filter(is_open)),
    )
    return reports.order_by("-as_of_on", "-decided_at", "-pk")


def _answer(
    reporting_round: ReportingRound | None, measure: Measure, request: ReportRequest | None = None
) -> Answer:
    reports = measure.known_reports
    accepted = [report for report in reports if report.state == ReportState.ACCEPTED]
    return Answer(
        reporting_round,
        measure,
        next((report for report in reports if report.state in OPEN_REPORT_STATES), None),
        next(iter(accepted), None),
        reporting_round is not None
        and any(report.round_id == reporting_round.pk for report in accepted),
        measure.open_milestones,
        measure.known_indicators,
        request,
    )
