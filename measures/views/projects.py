"""Projects: under a measure or outside the plans."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.history import entries_of
from core.roles import PARTNER, is_inside
from measures.forms import ProjectForm
from measures.models import Measure, Project
from measures.permissions import can_change_measures
from measures.progress import project_facts_of
from measures.services import change_project, create_project
from measures.views.answers import allow, attempt, go, submitted


@require_safe
def project_page(request, pk):
    projects = Project.objects.visible_to(request.user).select_related("plan", "lead")
    project = get_object_or_404(projects.prefetch_related("supporters"), pk=pk)
    measure = Measure.objects.visible_to(request.user).filter(pk=project.measure_id).first()
    context = {
        "project": project,
        "measure": measure,
        "facts": project_facts_of(
            project, measure=measure, can_see_organisations=PARTNER not in request.user.roles
        ),
        "entries": entries_of(project) if is_inside(request.user) else [],
        "can_change": can_change_measures(request.user),
    }
    return render(request, "measures/project.html", context)


def project_add(request, pk=None):
    """Add a project to the measure `pk`, or outside the plans without one."""
    measure = get_object_or_404(Measure.objects.visible_to(request.user), pk=pk) if pk else None
    allow(can_change_measures(request.user))
    form = ProjectForm(submitted(request))
    if form.is_valid() and (
        project := attempt(
            form,
            create_project,
            measure=measure,
            values=form.values,
            by=request.user,
            now=timezone.now(),
        )
    ):
        return go(request, _("Das Projekt ist angelegt."), project)
    context = {"form": form, "title": _("Neues Projekt"), "subject": measure}
    return render(request, "measures/form.html", context)


def project_edit(request, pk):
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    allow(can_change_measures(request.user))
    form = ProjectForm(submitted(request), instance=project)
    if form.is_valid() and attempt(
        form,
        change_project,
        project=project,
        values=form.values,
        version=form.version_shown,
        by=request.user,
        now=timezone.now(),
    ):
        return go(request, _("Das Projekt ist gespeichert."), project)
    context = {
        "form": form,
        "title": _("Projekt bearbeiten"),
        "cancel_url": project.get_absolute_url(),
    }
    return render(request, "measures/form.html", context)
