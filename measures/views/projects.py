"""Projects: the list of those outside the plans, their page, and the office's form."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.progress import Button
from core.roles import is_inside
from core.views import paginate, render_form, require, save_form
from measures import services
from measures.filters import ProjectFilter
from measures.forms import ProjectForm
from measures.models import Measure, Project
from measures.permissions import can_change_measures, can_open_organisations
from measures.progress import project_facts, project_subtitle
from measures.queries import project_history
from measures.views.contacts import contact_card
from measures.views.documents import material_card


@require_safe
def outside(request):
    projects = Project.objects.visible_to(request.user).outside_plans().select_related("lead")
    listing = ProjectFilter(request.GET, queryset=projects, user=request.user)
    context = {
        "filter": listing,
        "page_obj": paginate(request, listing.qs.order_by("search", "pk")),
        "buttons": _buttons(
            request.user, _("Neues Projekt"), reverse("measures:project_add_outside")
        ),
    }
    return render(request, "measures/outside.html", context)


@require_safe
def project_page(request, pk):
    projects = Project.objects.visible_to(request.user).select_related("plan", "lead")
    project = get_object_or_404(projects.prefetch_related("supporters"), pk=pk)
    # A project may be visible although its measure is not; then the page does not name the measure.
    measure = Measure.objects.visible_to(request.user).filter(pk=project.measure_id).first()
    context = {
        "project": project,
        "measure": measure,
        "subtitle": project_subtitle(project),
        "facts": project_facts(
            project, measure=measure, with_links=can_open_organisations(request.user)
        ),
        **contact_card(project, request.user),
        **material_card(project, request.user),
        "entries": project_history(project, request.user) if is_inside(request.user) else [],
        "buttons": _buttons(
            request.user, _("Bearbeiten"), reverse("measures:project_edit", args=[pk])
        ),
    }
    return render(request, "measures/project.html", context)


def _buttons(user, label: str, url: str) -> list[Button]:
    return [Button(label, url)] if can_change_measures(user) else []


def project_add(request, pk=None):
    """Add a project to the measure `pk`, or outside the plans without one."""
    measure = get_object_or_404(Measure.objects.visible_to(request.user), pk=pk) if pk else None
    require(can_change_measures(request.user))
    form = ProjectForm(request.POST or None)
    done = _("Das Projekt ist angelegt.")
    if project := save_form(request, form, services.create_project, measure=measure, done=done):
        return redirect(project)
    return render_form(
        request, form, template="measures/form.html", title=_("Neues Projekt"), subject=measure
    )


def project_edit(request, pk):
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(can_change_measures(request.user))
    form = ProjectForm(request.POST or None, instance=project)
    done = _("Das Projekt ist gespeichert.")
    if save_form(request, form, services.change_project, project=project, done=done):
        return redirect(project)
    return render_form(
        request,
        form,
        template="measures/form.html",
        title=_("Projekt bearbeiten"),
        cancel_url=project.get_absolute_url(),
    )
