"""Status reports: due ones and their reporters, and those awaiting the office."""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import format_date
from core.progress import WaitingEntry
from core.roles import PARTNER
from measures.enums import EDITABLE_REPORT_STATES, OPEN_REPORT_STATES, ReportState
from measures.models import Measure, ReportingRound, StatusReport
from measures.permissions import represented_organisations
from measures.queries.rounds import measures_awaiting_report, open_rounds
from partners.models import Organisation, Person


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


def reports_to_check() -> QuerySet[StatusReport]:
    """Return the submitted reports, the oldest first, with measure and lead."""
    submitted = StatusReport.objects.filter(state=ReportState.SUBMITTED)
    return submitted.select_related("measure__lead", "round").order_by("reported_at", "pk")


def open_report_of(measure: Measure, user) -> StatusReport | None:
    """Return the draft, submitted or returned report on `measure`, if `user` may see it."""
    reports = StatusReport.objects.visible_to(user).filter(
        measure=measure, state__in=OPEN_REPORT_STATES
    )
    return reports.select_related("round").first()


def reporters_of(organisation_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Return organisation id → the people who may report for it: those with an active partner
    account.
    """
    people = Person.objects.filter(
        organisation_id__in=list(organisation_ids),
        is_active=True,
        user__is_active=True,
        user__groups__name=PARTNER,
    )
    reporters: dict[int, list[Person]] = defaultdict(list)
    for person in people.select_related("user").order_by("pk"):
        reporters[person.organisation_id].append(person)
    return dict(reporters)


class AwaitedLead(NamedTuple):
    """An organisation that owes reports in a round; `reporters` is empty if nobody there can be
    asked.
    """

    lead: Organisation
    measures: list[Measure]
    reporters: list[Person]


def awaited_leads(reporting_round: ReportingRound) -> list[AwaitedLead]:
    """Return the organisations that owe reports in `reporting_round`, by name, in two queries."""
    measures_by_lead: dict[Organisation, list[Measure]] = defaultdict(list)
    for measure in measures_awaiting_report(reporting_round):
        # Always true because of the query; the check satisfies the type checker.
        if measure.lead:
            measures_by_lead[measure.lead].append(measure)
    reporters = reporters_of(lead.pk for lead in measures_by_lead)
    leads = [
        AwaitedLead(lead, measures, reporters.get(lead.pk, []))
        for lead, measures in measures_by_lead.items()
    ]
    return sorted(leads, key=lambda awaited: (awaited.lead.search, awaited.lead.pk))


def awaited_reporters(reporting_round: ReportingRound) -> list[tuple[Person, list[Measure]]]:
    """Return each person who may report in the round, with all measures of their organisation that
    still need a report.
    """
    return [
        (person, awaited.measures)
        for awaited in awaited_leads(reporting_round)
        for person in awaited.reporters
    ]


def round_version(reporting_round: ReportingRound) -> str:
    """Return a fingerprint of what the office confirms when it opens or closes the round: whom it
    asks for which report, and until when.
    """
    asked = [
        (lead.pk, [measure.pk for measure in measures], [person.pk for person in reporters])
        for lead, measures, reporters in awaited_leads(reporting_round)
    ]
    days = reporting_round.cut_off_on, reporting_round.due_on
    return hashlib.sha256(repr((days, asked)).encode()).hexdigest()[:20]


def waiting_for_reports(rounds: Iterable[ReportingRound]) -> list[WaitingEntry]:
    """Return an entry per organisation that owes reports in `rounds`, for the start page."""
    lines = []
    for reporting_round in rounds:
        measures = measures_awaiting_report(reporting_round)
        owed = Counter(measure.lead.label for measure in measures)
        url = reporting_round.get_absolute_url()
        lines += [
            WaitingEntry(lead, _reports_owed(reporting_round, count), url, reporting_round.due_on)
            for lead, count in owed.items()
        ]
    return lines


def _reports_owed(reporting_round: ReportingRound, count: int) -> str:
    values = {"count": count, "day": format_date(reporting_round.cut_off_on)}
    if count == 1:
        return _("Statusbericht zum Stichtag %(day)s") % values
    return _("%(count)d Statusberichte zum Stichtag %(day)s") % values
