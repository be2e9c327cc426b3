"""Status reports: due ones, those awaiting the office, and who hears of its decision."""

import datetime as dt
from typing import NamedTuple

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Prefetch,
    QuerySet,
    When,
)
from django.urls import reverse

from core.conflicts import version_of
from measures.enums import EDITABLE_REPORT_STATES, OPEN_REPORT_STATES, ReportState, RoundState
from measures.models import (
    Indicator,
    Measure,
    Milestone,
    ReportedForecast,
    ReportedValue,
    ReportingRound,
    RoundEntry,
    StatusReport,
)
from measures.permissions import represented_organisations
from measures.queries.indicators import indicators_with_series, series_version
from measures.queries.requests import reporters_of
from measures.queries.rounds import measures_awaiting_report, open_round_of, open_rounds
from partners.models import Person


class DueReport(NamedTuple):
    """A report that a lead owes; `report` is the existing draft or returned report, if any."""

    measure: Measure
    round: ReportingRound
    report: StatusReport | None

    @property
    def due_on(self) -> dt.date:
        return self.round.due_on

    @property
    def note(self) -> str:
        state = self.report.get_state_display() if self.report else ""
        return " · ".join(filter(None, (str(self.round), state)))

    @property
    def url(self) -> str:
        return reverse("measures:write_report", args=[self.measure.pk])


def reports_due_for(user) -> list[DueReport]:
    """Return the reports that the organisations `user` represents owe in the open rounds, the
    earliest deadline first.
    """
    organisations = represented_organisations(user)
    if not organisations:
        return []
    unfinished = Prefetch(
        "reports",
        queryset=StatusReport.objects.filter(state__in=EDITABLE_REPORT_STATES),
        to_attr="unfinished_reports",
    )
    # One query per open round is cheap: a plan has at most one, and there are few plans.
    due = []
    for reporting_round in open_rounds():
        measures = measures_awaiting_report(reporting_round).filter(lead_id__in=organisations)
        due += [
            DueReport(measure, reporting_round, next(iter(measure.unfinished_reports), None))
            for measure in measures.prefetch_related(unfinished)
        ]
    return due


class ReportingSituation(NamedTuple):
    """What a form for a report shows besides the fields of the report: when the open report was
    returned, the latest accepted report, and the open round, each "" if there is none.

    Forms carry it as text, so that the service can tell what has happened since.
    """

    returned: str
    accepted: str
    round: str

    def __str__(self):
        return "|".join(self)

    @classmethod
    def parse(cls, text: str) -> "ReportingSituation":
        return cls(*[*text.split("|"), "", ""][:3])


def reporting_situation(measure: Measure) -> ReportingSituation:
    """Return the situation of `measure`, in three queries."""
    returned = measure.reports.filter(state=ReportState.RETURNED).first()
    accepted, reporting_round = latest_accepted(measure), open_round_of(measure)
    return ReportingSituation(
        returned.decided_at.isoformat() if returned and returned.decided_at else "",
        str(accepted.pk) if accepted else "",
        str(reporting_round.pk) if reporting_round else "",
    )


def latest_accepted(measure: Measure, *, before: dt.datetime | None = None) -> StatusReport | None:
    """Return the accepted report that gives `measure` its status, or gave it `before` a moment.

    Latest by the day it describes, not by acceptance: a late report must not replace a newer one.
    Of two reports on one day, the one decided later wins, because it is the correction.
    """
    accepted = measure.reports.filter(state=ReportState.ACCEPTED)
    if before:
        accepted = accepted.filter(decided_at__lt=before)
    return accepted.order_by("-as_of_on", "-decided_at", "-pk").first()


def people_told_of_decision(report: StatusReport) -> list[Person]:
    """Return who hears what the office decided on `report`: its reporter, or if their account is
    closed, everybody who may report for the lead.
    """
    request = report.reported_via
    if request and request.person.is_active and not request.revoked_at:
        return [request.person]
    if report.reported_by and report.reported_by.is_active:
        return [report.reported_by.person]
    lead_id = report.measure.lead_id
    return reporters_of([lead_id]).get(lead_id, []) if lead_id else []


def reports_on(measure: Measure, user) -> QuerySet[StatusReport]:
    """Return the reports on `measure` that `user` may see, the latest first."""
    # By way of the measure, so that its reports know it without another query.
    reports = measure.reports.visible_to(user)
    return reports.select_related("round").order_by("-as_of_on", "-pk")


def reports_to_check() -> QuerySet[StatusReport]:
    """Return the submitted reports, the oldest first, with `due_day` and `in_charge`."""
    submitted = StatusReport.objects.filter(state=ReportState.SUBMITTED)
    return submitted.order_by("reported_at", "pk").annotate(
        due_day=Case(
            When(round__state=RoundState.OPEN, then=F("round__due_on")), output_field=DateField()
        ),
        in_charge=F("measure__responsible"),
    )


def with_statements(reports: QuerySet[StatusReport]) -> QuerySet[StatusReport]:
    """Add `forecast_count` and `value_count`, which acceptance adopts besides the status."""
    return reports.annotate(
        forecast_count=Count("forecasts", distinct=True),
        value_count=Count("reported_values", distinct=True),
    )


def statements_on(
    subject: Milestone | Indicator,
) -> QuerySet[ReportedForecast] | QuerySet[ReportedValue]:
    """Return what reports say of `subject`, with their reports, in the order of saying it."""
    if isinstance(subject, Milestone):
        return subject.reported_forecasts.select_related("report").order_by("pk")
    return subject.reported_values.select_related("report").order_by("pk")


def subject_version(subject: Milestone | Indicator) -> str:
    """Return a fingerprint of what holds of `subject`: when a milestone is expected and why, or all
    values of an indicator.
    """
    if isinstance(subject, Milestone):
        return version_of(subject, ("forecast_on", "forecast_reason"))
    return series_version(subject)


def is_in_accepted_report(subject: Milestone | Indicator) -> bool:
    return statements_on(subject).filter(report__state=ReportState.ACCEPTED).exists()


def reports_in_review() -> QuerySet[StatusReport]:
    """Return `reports_to_check` with what the queue shows of their measures, in a fixed
    number of queries.
    """
    entries = RoundEntry.objects.order_by("-round__cut_off_on", "-pk")
    return (
        with_statements(reports_to_check())
        .select_related("measure__lead")
        .prefetch_related(
            "forecasts",
            "reported_values",
            Prefetch("measure__milestones", Milestone.objects.in_order(), to_attr="all_milestones"),
            Prefetch("measure__round_entries", entries, to_attr="kept_entries"),
            Prefetch("measure__indicators", indicators_with_series(), to_attr="known_indicators"),
        )
    )


def next_to_check(report: StatusReport) -> StatusReport | None:
    """Return the report that waits longest for the office besides `report`."""
    return reports_to_check().exclude(pk=report.pk).first()


def open_report_of(measure: Measure, user) -> StatusReport | None:
    """Return the draft, submitted or returned report on `measure`, if `user` may see it."""
    reports = StatusReport.objects.visible_to(user).filter(
        measure=measure, state__in=OPEN_REPORT_STATES
    )
    return reports.select_related("round").first()
