"""Which reports are due, from whom, and which wait for the office."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import format_date
from core.progress import WaitingEntry
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from measures.enums import (
    EDITABLE_REPORT_STATES,
    FINISHED_PHASES,
    OPEN_REPORT_STATES,
    ReportState,
    RoundState,
)
from measures.models import Measure, Plan, ReportingRound, StatusReport
from measures.permissions import represented_organisations
from partners.models import Person

ANSWERED = (ReportState.SUBMITTED, ReportState.ACCEPTED)


class DueReport(NamedTuple):
    """A report that a lead owes: on which measure, in which round, and what is written of it so
    far.
    """

    measure: Measure
    round: ReportingRound
    report: StatusReport | None

    @property
    def due_on(self) -> dt.date:
        return self.round.due_on

    @property
    def url(self) -> str:
        return reverse("measures:write_report", args=[self.measure.pk])


class Answer(NamedTuple):
    """A measure in a round, and the latest report on it there, if any."""

    measure: Measure
    report: StatusReport | None


def measures_awaiting_report(reporting_round: ReportingRound) -> QuerySet[Measure]:
    """Return the measures whose lead still owes a report in `reporting_round`, with their leads, by
    title.

    Finished measures, measures without an organisation in the lead, and what was taken over owe
    none.
    """
    answered = StatusReport.objects.filter(
        measure=OuterRef("pk"), round=reporting_round, state__in=ANSWERED
    )
    owing = Measure.objects.in_workflow().filter(
        plan_id=reporting_round.plan_id, lead__isnull=False
    )
    owing = owing.exclude(phase__in=FINISHED_PHASES).exclude(Exists(answered))
    return owing.select_related("lead").order_by("search", "pk")


def reports_due_for(user) -> list[DueReport]:
    """Return what the organisations that `user` speaks for owe in the open rounds, the earliest
    deadline first.
    """
    organisations = represented_organisations(user)
    if not organisations:
        return []
    drafts = Prefetch(
        "reports",
        queryset=StatusReport.objects.filter(state__in=EDITABLE_REPORT_STATES),
        to_attr="open_reports",
    )
    due = []
    for reporting_round in open_rounds():
        measures = measures_awaiting_report(reporting_round).filter(lead_id__in=organisations)
        due += [
            DueReport(measure, reporting_round, next(iter(measure.open_reports), None))
            for measure in measures.prefetch_related(drafts)
        ]
    return due


def reports_to_check() -> QuerySet[StatusReport]:
    """Return the submitted reports that wait for the office, the oldest first, with measure and
    lead.
    """
    submitted = StatusReport.objects.filter(state=ReportState.SUBMITTED)
    return submitted.select_related("measure__lead", "round").order_by("reported_at", "pk")


def open_report_of(measure: Measure, user) -> StatusReport | None:
    """Return the report on `measure` that is being written, submitted or returned, if `user` may
    see it.
    """
    reports = StatusReport.objects.visible_to(user).filter(
        measure=measure, state__in=OPEN_REPORT_STATES
    )
    return reports.select_related("round").first()


def running_round_of(measure: Measure) -> ReportingRound | None:
    """Return the open round of the measure's plan, if any."""
    return open_round(measure.plan_id)


def round_owed_in(measure: Measure) -> ReportingRound | None:
    """Return the open round in which the lead of `measure` still owes a report, if any."""
    running = running_round_of(measure)
    if running and measures_awaiting_report(running).filter(pk=measure.pk).exists():
        return running
    return None


def answers_in(reporting_round: ReportingRound, user) -> list[Answer]:
    """Return how far the reports of a round are, measure by measure, as far as `user` may see them.

    Partners see the measures that they lead. Every measure that owes a report or has given one is
    listed.
    """
    answers = (
        StatusReport.objects.visible_to(user)
        .filter(round=reporting_round)
        .order_by("-as_of_on", "-pk")
    )
    asked = Q(pk__in=measures_awaiting_report(reporting_round).order_by().values("pk")) | Q(
        pk__in=answers.order_by().values("measure_id")
    )
    measures = Measure.objects.visible_to(user).filter(asked)
    if not has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER):
        measures = measures.filter(lead_id__in=represented_organisations(user))
    measures = measures.select_related("lead").prefetch_related(
        Prefetch("reports", answers, to_attr="answers")
    )
    return [Answer(row, next(iter(row.answers), None)) for row in measures.order_by("search", "pk")]


def reporters_of(organisation_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Return the people with a partner's account by organisation: whom the portal asks for reports."""
    people = Person.objects.filter(
        organisation_id__in=list(organisation_ids),
        is_active=True,
        user__is_active=True,
        user__groups__name=PARTNER,
    )
    found: dict[int, list[Person]] = defaultdict(list)
    for person in people.select_related("user").order_by("pk"):
        found[person.organisation_id].append(person)
    return dict(found)


def waiting_for_reports(rounds: Iterable[ReportingRound]) -> list[WaitingEntry]:
    """Return one line for each organisation that owes reports in `rounds`, for the start page of
    the office.
    """
    lines = []
    for reporting_round in rounds:
        counts: dict[str, int] = defaultdict(int)
        for measure in measures_awaiting_report(reporting_round):
            counts[measure.lead.label] += 1
        url = reporting_round.get_absolute_url()
        for who, count in counts.items():
            lines.append(
                WaitingEntry(
                    who, _what_is_owed(reporting_round, count), url, reporting_round.due_on
                )
            )
    return lines


def open_round(plan: Plan | int) -> ReportingRound | None:
    """Return the open reporting round of `plan` (row or primary key), or None: a plan has one at a
    time.
    """
    return ReportingRound.objects.filter(plan=plan, state=RoundState.OPEN).first()


def _what_is_owed(reporting_round: ReportingRound, count: int) -> str:
    values = {"count": count, "day": format_date(reporting_round.cut_off_on)}
    if count == 1:
        return _("Statusbericht zum Stichtag %(day)s") % values
    return _("%(count)d Statusberichte zum Stichtag %(day)s") % values


def open_rounds() -> list[ReportingRound]:
    """Return the open reporting rounds of all plans, the earliest deadline first."""
    return list(ReportingRound.objects.filter(state=RoundState.OPEN).order_by("due_on", "pk"))
