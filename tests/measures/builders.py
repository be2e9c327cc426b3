"""Plans, measures, reports and rounds for tests."""

import datetime as dt
import itertools
from decimal import Decimal

from django.utils import timezone

from core.periods import parse_period
from core.roles import OFFICE
from measures.enums import ContinuationKind, Phase, ReportState, RoundState
from measures.models import (
    Contact,
    Continuation,
    Document,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Link,
    Measure,
    Milestone,
    Plan,
    PlanSection,
    Project,
    ReportingRound,
    ReportRequest,
    StatusReport,
)
from tests.partners.builders import make_person, make_user

TODAY = dt.date(2026, 3, 18)
NOW = dt.datetime(2026, 3, 18, 9, 0, tzinfo=dt.UTC)
_numbers = itertools.count(1)


def make_plan(short_title: str | None = None, **fields) -> Plan:
    number = next(_numbers)
    fields.setdefault("is_published", True)
    fields.setdefault("levels", ["Handlungsfeld", "Themencluster"])
    short_title = short_title or f"Plan {number}"
    return Plan.objects.create(
        title=f"{short_title} in voller Länge", short_title=short_title, **fields
    )


def make_section(
    plan: Plan, title: str | None = None, parent: PlanSection | None = None, **fields
) -> PlanSection:
    """Return a saved section of `plan`, at the top level or below `parent`."""
    fields.setdefault("level", plan.levels[1 if parent else 0])
    return PlanSection.objects.create(
        plan=plan, parent=parent, title=title or f"Abschnitt {next(_numbers)}", **fields
    )


def make_measure(plan: Plan | None = None, title: str | None = None, **fields) -> Measure:
    fields.setdefault("is_published", True)
    return Measure.objects.create(
        plan=plan or make_plan(), title=title or f"Maßnahme {next(_numbers)}", **fields
    )


def make_contact(owner: Measure | Project, person=None, **fields) -> Contact:
    """Return a saved contact of a measure or project."""
    return Contact.objects.create(**_owned_by(owner), person=person or make_person(), **fields)


def make_link(owner: Measure | Project, heading: str = "Beschluss", **fields) -> Link:
    """Return a saved link of a measure or project, internal unless said otherwise."""
    fields.setdefault("url", f"https://www.example.org/{next(_numbers)}")
    return Link.objects.create(**_owned_by(owner), heading=heading, **fields)


def make_document(owner: Measure | Project, heading: str = "Gutachten", **fields) -> Document:
    """Return a saved document without a file in the storage, internal unless said otherwise."""
    given = {"title": "Datei.pdf", "file": "Datei.pdf", "size": 2048, "uploaded_at": NOW}
    given |= {"media_type": "application/pdf", **_owned_by(owner), **fields}
    uploaded_by = given.pop("uploaded_by", None) or make_user(OFFICE)
    return Document.objects.create(heading=heading, uploaded_by=uploaded_by, **given)


def _owned_by(owner: Measure | Project) -> dict:
    return {"measure" if isinstance(owner, Measure) else "project": owner}


def make_continuation(
    measure: Measure, *successors: Measure, plan: Plan | None = None, **fields
) -> Continuation:
    """Return a saved continuation of `measure` in `plan`, or in the plan of the first successor:
    continued as one of them, split into several, or ended.
    """
    kinds = (ContinuationKind.ENDED, ContinuationKind.CONTINUED)
    fields.setdefault("kind", ContinuationKind.SPLIT if successors[1:] else kinds[len(successors)])
    if fields["kind"] == ContinuationKind.ENDED:
        fields.setdefault("reason", "Das Ziel ist erreicht.")
    found = Continuation.objects.create(measure=measure, plan=plan or successors[0].plan, **fields)
    found.successors.set(successors)
    return found


def make_milestone(measure: Measure, title: str = "Konzept liegt vor", **fields) -> Milestone:
    """Return a saved milestone, due on 30 June 2026 unless said otherwise."""
    fields.setdefault("due_on", dt.date(2026, 6, 30))
    return Milestone.objects.create(measure=measure, title=title, **fields)


def make_project(title: str | None = None, **fields) -> Project:
    fields.setdefault("is_published", True)
    return Project.objects.create(title=title or f"Projekt {next(_numbers)}", **fields)


def make_round(plan: Plan, **fields) -> ReportingRound:
    """Return a saved round with the cut-off day 1 March and the deadline 31 March 2026, opened on
    the cut-off day.
    """
    fields.setdefault("state", RoundState.OPEN)
    fields.setdefault("cut_off_on", dt.date(2026, 3, 1))
    fields.setdefault("due_on", dt.date(2026, 3, 31))
    opened_on = fields.pop("opened_on", fields["cut_off_on"])
    reporting_round = ReportingRound(plan=plan, title=f"Berichtsrunde {next(_numbers)}", **fields)
    reporting_round._history_date = dt.datetime.combine(opened_on, dt.time(9), dt.UTC)
    reporting_round.save()
    return reporting_round


def make_request(reporting_round: ReportingRound, organisation, **fields) -> ReportRequest:
    """Return a saved request to a person without an account."""
    person = fields.pop("person", None) or make_person(organisation=organisation)
    return ReportRequest.objects.create(
        round=reporting_round, organisation=organisation, person=person, **fields
    )


def make_report(measure: Measure, state: str = ReportState.SUBMITTED, **fields) -> StatusReport:
    """Return a saved report with everything its state requires."""
    fields.setdefault("as_of_on", dt.date(2026, 3, 1))
    fields.setdefault("phase", Phase.RUNNING)
    if state != ReportState.DRAFT:
        fields.setdefault("reported_at", timezone.now())
    if state in (ReportState.ACCEPTED, ReportState.RETURNED):
        fields.setdefault("decided_at", timezone.now())
    if state == ReportState.RETURNED:
        fields.setdefault("comment", "Bitte ergänzen.")
    return StatusReport.objects.create(measure=measure, state=state, **fields)


def report_values(**changes) -> dict:
    """Return the values of a complete, green report as the services take them."""
    return {
        "as_of_on": dt.date(2026, 3, 1),
        "phase": Phase.RUNNING,
        "traffic_light": "green",
        "traffic_light_reason": "",
        "help_wanted": "",
        "financing": "secured",
        "obstacle": "",
        "summary": "Es geht voran.",
        "outlook": "",
        **changes,
    }


def make_indicator(measure: Measure | None = None, title: str | None = None, **fields) -> Indicator:
    """Return a saved indicator that counts places, rising."""
    fields.setdefault("unit", "Plätze")
    return Indicator.objects.create(
        measure=measure or make_measure(), title=title or f"Indikator {next(_numbers)}", **fields
    )


def make_value(indicator: Indicator, period: str, value: str, **fields) -> IndicatorValue:
    """Return a saved value for a period as people name it."""
    starts_on, ends_on = parse_period(period)
    return IndicatorValue.objects.create(
        indicator=indicator, starts_on=starts_on, ends_on=ends_on, value=Decimal(value), **fields
    )


def make_target(indicator: Indicator, day: str, value: str) -> IndicatorTarget:
    return IndicatorTarget.objects.create(
        indicator=indicator, due_on=dt.date.fromisoformat(day), value=Decimal(value)
    )
