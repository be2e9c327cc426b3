"""The page of a measure, and the office's forms for it."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.roles import PARTNER
from measures.forms import MeasureForm
from measures.models import Measure, Project, StatusReport
from measures.permissions import can_change_measures, can_report, can_see_internal_notes
from measures.progress import facts_of, next_step_of, steps_of
from measures.queries import current_plan, measure_history, relatives_of, sections_above
from measures.queries.reports import open_report_of, round_owed_in
from measures.services import change_measure, create_measure
from measures.views.answers import allow, attempt, go, submitted


@require_safe
def measure_page(request, pk):
    user = request.user
    measures = Measure.objects.visible_to(user).select_related("plan", "section", "lead")
    measure = get_object_or_404(measures.prefetch_related("supporters"), pk=pk)
    milestones = list(measure.milestones.order_by("due_on", "position", "pk"))
    report = open_report_of(measure, user)
    reports = StatusReport.objects.visible_to(user).filter(measure=measure)
    context = {
        "measure": measure,
        "milestones": milestones,
        "projects": Project.objects.visible_to(user)
        .filter(measure=measure)
        .order_by("search", "pk"),
        "report": report,
        "steps": steps_of(measure),
        "box": next_step_of(
            measure, user=user, report=report, milestones=milestones, owes_in=round_owed_in(measure)
        ),
        "facts": facts_of(
            measure,
            place=sections_above(measure),
            relatives=relatives_of(measure, user),
            can_see_organisations=PARTNER not in user.roles,
        ),
        "entries": measure_history(measure, reports, user),
        "can_change": can_change_measures(user),
        "can_report": can_report(user, measure),
        "can_see_notes": can_see_internal_notes(user),
        "today": local_date(timezone.now()),
    }
    return render(request, "measures/measure.html", context)


def measure_create(request):
    allow(can_change_measures(request.user))
    initial = {"plan": request.GET.get("plan") or current_plan(request.user)}
    form = MeasureForm(submitted(request), initial=initial)
    if form.is_valid() and (
        measure := attempt(
            form, create_measure, values=form.values, by=request.user, now=timezone.now()
        )
    ):
        return go(request, _("Die Maßnahme ist angelegt."), measure)
    context = {"form": form, "title": _("Neue Maßnahme"), "submit_label": _("Maßnahme anlegen")}
    return render(request, "measures/form.html", context)


def measure_edit(request, pk):
    measure = get_object_or_404(Measure.objects.visible_to(request.user), pk=pk)
    allow(can_change_measures(request.user))
    form = MeasureForm(submitted(request), instance=measure)
    if form.is_valid() and attempt(
        form,
        change_measure,
        measure=measure,
        values=form.values,
        version=form.version_shown,
        by=request.user,
        now=timezone.now(),
    ):
        return go(request, _("Die Maßnahme ist gespeichert."), measure)
    context = {
        "form": form,
        "title": _("Maßnahme bearbeiten"),
        "cancel_url": measure.get_absolute_url(),
    }
    return render(request, "measures/form.html", context)
