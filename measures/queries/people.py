"""Measures, projects and reports that no work goes on with, whose texts may name people."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from measures.enums import FINISHED_PHASES
from measures.models import Measure, Project, StatusReport


def finished_measures() -> QuerySet[Measure]:
    return Measure.objects.filter(phase__in=FINISHED_PHASES)


def finished_projects() -> QuerySet[Project]:
    over = Q(ends_on__lt=timezone.localdate()) | Q(measure__in=finished_measures())
    return Project.objects.filter(over)


def finished_reports() -> QuerySet[StatusReport]:
    return StatusReport.objects.filter(measure__in=finished_measures())
