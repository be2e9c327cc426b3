"""How this app refers to people: accounts, and texts that no work goes on with."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from measures.enums import FINISHED_PHASES
from measures.models import Continuation, Measure, Milestone, Project, StatusReport
from partners.registry import ClosedTexts, PersonData


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
