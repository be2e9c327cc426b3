"""Milestones, maintained by the office."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.dates import format_date
from core.views import (
    redirect_if_refused,
    require,
    run_service,
    save_form,
)
from measures import services
from measures.forms import MilestoneForm
from measures.models import Measure, Milestone
from measures.permissions import can_change_measures
from measures.progress import lost_statements
from measures.queries import statements_on
from measures.views import delete_if_confirmed, render_form_about


def milestone_add(request, pk):
    measure = get_object_or_404(Measure.objects.visible_to(request.user), pk=pk)
    require(can_change_measures(request.user))
    form = MilestoneForm(request.POST or None)
    done = _("Der Meilenstein ist angelegt.")
    if save_form(request, form, services.create_milestone, measure=measure, done=done):
        return redirect(measure)
    return render_form_about(request, form, measure, _("Neuer Meilenstein"))


def milestone_edit(request, pk):
    milestone = get_milestone(request, pk)
    require(can_change_measures(request.user))
    form = MilestoneForm(request.POST or None, instance=milestone)
    done = _("Der Meilenstein ist gespeichert.")
    if save_form(request, form, services.change_milestone, milestone=milestone, done=done):
        return redirect(milestone.measure)
    return render_form_about(request, form, milestone.measure, _("Meilenstein bearbeiten"))


@require_POST
def milestone_done(request, pk):
    milestone = get_milestone(request, pk)
    run_service(
        request,
        lambda: services.complete_milestone(
            milestone=milestone, by=request.user, now=timezone.now()
        ),
        done=_("Meilenstein erreicht: %(title)s") % {"title": milestone.title},
        seen=[milestone],
    )
    return redirect(milestone.measure)


@require_POST
def milestone_reopen(request, pk):
    milestone = get_milestone(request, pk)
    run_service(
        request,
        lambda: services.reopen_milestone(milestone=milestone, by=request.user, now=timezone.now()),
        done=_("Meilenstein wieder offen: %(title)s") % {"title": milestone.title},
        seen=[milestone],
    )
    return redirect(milestone.measure)


def milestone_delete(request, pk):
    milestone = get_milestone(request, pk)
    require(can_change_measures(request.user))
    check, back = services.require_unreported_milestone, milestone.measure.get_absolute_url()
    if refused := redirect_if_refused(request, milestone, check, to=back):
        return refused
    # A lead may report something that the page does not name yet.
    statements = list(statements_on(milestone))
    return delete_if_confirmed(
        request,
        partial(services.delete_milestone, milestone=milestone),
        seen=[milestone, *statements],
        back=milestone.measure,
        title=_("Meilenstein löschen"),
        question=_("Soll der Meilenstein „%(title)s“ gelöscht werden?")
        % {"title": milestone.title},
        details=[
            _("geplant bis %(day)s") % {"day": format_date(milestone.due_on)},
            *_dependent_details(milestone),
            *lost_statements(statements),
        ],
        done=_("Der Meilenstein ist gelöscht."),
    )


def _dependent_details(milestone: Milestone) -> list[str]:
    """Return what loses a requirement when `milestone` is deleted."""
    dependents = milestone.dependents.select_related("milestone__measure").order_by("pk")
    return [
        _("„%(title)s“ (%(measure)s) setzt ihn voraus.")
        % {"title": dependency.milestone, "measure": dependency.milestone.measure}
        for dependency in dependents
    ]


def get_milestone(request, pk) -> Milestone:
    """Return a milestone of a measure that the user may see; else 404."""
    # 404 rather than 403, so that the answer does not reveal that the milestone exists.
    milestones = Milestone.objects.filter(measure__in=Measure.objects.visible_to(request.user))
    return get_object_or_404(milestones.select_related("measure"), pk=pk)
