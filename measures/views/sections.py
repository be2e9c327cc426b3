"""Sections of a plan: their page, and the office's forms of the tree."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.queries import keys_from
from core.views import (
    get_for_office,
    redirect_if_refused,
    render_confirmation,
    require,
    run_service,
    save_form,
)
from measures import services
from measures.forms import SectionForm
from measures.models import Plan, PlanSection
from measures.permissions import can_change_plans
from measures.progress import section_facts
from measures.queries import section_branch, section_history
from measures.services.sections import require_empty
from measures.views import render_form_about


@require_safe
def section_page(request, pk):
    sections = PlanSection.objects.visible_to(request.user).select_related("plan", "predecessor")
    section = get_object_or_404(sections, pk=pk)
    branch = section_branch(section, request.user)
    context = {
        "section": section,
        "branch": branch,
        "facts": section_facts(section, branch),
        "entries": section_history(section, request.user),
        "can_change": can_change_plans(request.user),
    }
    return render(request, "measures/section.html", context)


def section_add(request, pk):
    """Add a section to a plan, below the one that `?unter=` names."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(can_change_plans(request.user))
    if not plan.levels:
        messages.error(request, _("Bitte nennen Sie zuerst die Gliederungsebenen des Plans."))
        return redirect("measures:plan_edit", plan.pk)
    keys = keys_from(request.GET.getlist("unter"))
    parent = plan.sections.filter(pk__in=keys).first()
    section = PlanSection(plan=plan, parent=parent, level=_level_below(plan, parent))
    form = SectionForm(request.POST or None, instance=section, plan=plan)
    done = _("Der Abschnitt ist angelegt.")
    if made := save_form(request, form, services.create_section, plan=plan, done=done):
        return redirect(made)
    return render_form_about(request, form, parent or plan, _("Neuer Abschnitt"))


def _level_below(plan: Plan, parent: PlanSection | None) -> str:
    """Return the level to suggest for a new section."""
    above = plan.levels.index(parent.level) if parent and parent.level in plan.levels else -1
    return plan.levels[min(above + 1, len(plan.levels) - 1)]


def section_edit(request, pk):
    section = get_for_office(request, PlanSection.objects.select_related("plan"), pk)
    form = SectionForm(request.POST or None, instance=section, plan=section.plan)
    done = _("Der Abschnitt ist gespeichert.")
    if save_form(request, form, services.change_section, section=section, done=done):
        return redirect(section)
    return render_form_about(request, form, section, _("Abschnitt bearbeiten"))


def section_delete(request, pk):
    section = get_for_office(request, PlanSection.objects.select_related("plan"), pk)
    if refused := redirect_if_refused(request, section, require_empty):
        return refused
    if request.method == "POST":
        gone = run_service(
            request,
            lambda: services.delete_section(section=section, by=request.user, now=timezone.now()),
            done=_("Der Abschnitt ist gelöscht."),
            seen=[section],
            lock=section.plan,
        )
        return redirect(section.plan if gone else section)
    return render_confirmation(
        request,
        seen=[section],
        title=_("Abschnitt löschen"),
        question=_("Soll der Abschnitt „%(section)s“ gelöscht werden?") % {"section": section},
        submit_label=_("Abschnitt löschen"),
        danger=True,
        cancel_url=section.get_absolute_url(),
    )
