"""How this app refers to people: accounts, and texts that no work goes on with."""

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import format_date, format_moment
from measures.enums import FINISHED_PHASES
from measures.models import Continuation, Measure, Milestone, Project, StatusReport
from partners.models import Person
from partners.registry import ClosedTexts, PersonData, Section


def export_person(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return the status reports that `person` wrote (`partners.registry.ExportPerson`)."""
    reports = StatusReport.objects.filter(reported_by__person=person).select_related("measure")
    rows = [
        [
            (_("Maßnahme"), str(report.measure)),
            (_("Stichtag"), format_date(report.as_of_on)),
            (_("berichtet am"), format_moment(report.reported_at)),
            (_("Stand"), report.get_state_display()),
            (_("Bericht"), report.summary),
        ]
        for report in reports.order_by("reported_at", "pk")
    ]
    yield Section(_("Statusberichte"), rows)


def finished_measures() -> QuerySet[Measure]:
    return Measure.objects.filter(phase__in=FINISHED_PHASES)


def finished_milestones() -> QuerySet[Milestone]:
    return Milestone.objects.filter(measure__in=finished_measures())


def finished_projects() -> QuerySet[Project]:
    over = Q(ends_on__lt=timezone.localdate()) | Q(measure__in=finished_measures())
    return Project.objects.filter(over)


def finished_reports() -> QuerySet[StatusReport]:
    return StatusReport.objects.filter(measure__in=finished_measures())


def published_continuations() -> QuerySet[Continuation]:
    return Continuation.objects.filter(plan__is_published=True)


PERSON_DATA = PersonData(
    app="measures",
    export=export_person,
    moved=frozenset({"measures.Measure.responsible"}),
    # Reports keep who wrote and who accepted them, decisions who made them.
    kept=frozenset(
        {
            "measures.Continuation.decided_by",
            "measures.StatusReport.decided_by",
            "measures.StatusReport.reported_by",
        }
    ),
    texts=(
        ClosedTexts("measures.Continuation", published_continuations),
        ClosedTexts("measures.Measure", finished_measures),
        ClosedTexts("measures.Milestone", finished_milestones),
        ClosedTexts("measures.Project", finished_projects),
        ClosedTexts("measures.StatusReport", finished_reports),
    ),
    # Titles of rounds and of parts of a plan.
    nameless=frozenset({"measures.Plan", "measures.PlanSection", "measures.ReportingRound"}),
)
