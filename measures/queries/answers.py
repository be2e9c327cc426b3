"""What one lead has to answer in a round: its measures, with what is known of each."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from measures.enums import EDITABLE_REPORT_STATES, FINISHED_PHASES, OPEN_REPORT_STATES, ReportState
from measures.models import Measure, Milestone, ReportingRound, StatusReport
from measures.queries.reports import ReportingSituation


@dataclass(frozen=True)
class Answer:
    """A measure in a round: its open report, if any, its latest accepted one, whether one was
    accepted in this round, and the milestones not reached yet.
    """

    round: ReportingRound
    measure: Measure
    report: StatusReport | None
    accepted: StatusReport | None
    is_accepted: bool
    milestones: list[Milestone]

    @property
    def is_given(self) -> bool:
        """Whether the round awaits nothing more on the measure."""
        if self.report:
            return self.report.state == ReportState.SUBMITTED
        return self.is_accepted

    @property
    def is_editable(self) -> bool:
        if self.is_given:
            return False
        is_begun = self.report is not None and self.report.state in EDITABLE_REPORT_STATES
        return self.round.is_open or is_begun

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
            str(self.round.pk) if self.round.is_open else "",
        )


def answers_of(reporting_round: ReportingRound, organisation_ids) -> list[Answer]:
    """Return an answer for each measure that the organisations lead and that the round asks about,
    by title, in three queries.
    """
    in_round = StatusReport.objects.filter(round=reporting_round, measure=OuterRef("pk"))
    measures = (
        Measure.objects.in_workflow()
        .filter(plan_id=reporting_round.plan_id, lead_id__in=organisation_ids)
        .filter(~Q(phase__in=FINISHED_PHASES) | Exists(in_round))
        .select_related("lead")
        .prefetch_related(
            Prefetch("reports", _reports(), to_attr="known_reports"),
            Prefetch(
                "milestones",
                Milestone.objects.filter(done_on__isnull=True).in_order(),
                to_attr="open_milestones",
            ),
        )
    )
    return [_answer(reporting_round, measure) for measure in measures.order_by("search", "pk")]


def _reports() -> QuerySet[StatusReport]:
    """Return the reports, that which gives a measure its status first, with `saved_at`."""
    saved = StatusReport.history.filter(id=OuterRef("pk")).order_by("-history_date", "-history_id")
    reports = StatusReport.objects.select_related(
        "round", "reported_by__person", "reported_via__person"
    ).annotate(saved_at=Subquery(saved.values("history_date")[:1]))
    return reports.order_by("-as_of_on", "-decided_at", "-pk")


def _answer(reporting_round: ReportingRound, measure: Measure) -> Answer:
    reports = measure.known_reports
    accepted = [report for report in reports if report.state == ReportState.ACCEPTED]
    return Answer(
        reporting_round,
        measure,
        next((report for report in reports if report.state in OPEN_REPORT_STATES), None),
        next(iter(accepted), None),
        any(report.round_id == reporting_round.pk for report in accepted),
        measure.open_milestones,
    )
