"""Milestones, kept by the office."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.dates import format_date
from measures import services
from measures.forms import MilestoneForm
from measures.models import Measure, Milestone
from measures.permissions import can_change_measures
from measures.views.answers import act, allow, attempt, go, submitted


def milestone_add(request, pk):
    measure = get_object_or_404(Measure.objects.visible_to(request.user), pk=pk)
    allow(can_change_measures(request.user))
    form = MilestoneForm(submitted(request))
    if form.is_valid() and attempt(
        form,
        services.add_milestone,
        measure=measure,
        values=form.values,
        now=timezone.now(),
        by=request.user,
    ):
        return go(request, _("Der Meilenstein ist angelegt."), measure)
    return _form(request, form, measure, _("Neuer Meilenstein"))


def milestone_edit(request, pk):
    milestone = _milestone(request, pk)
    allow(can_change_measures(request.user))
    form = MilestoneForm(submitted(request), instance=milestone)
    if form.is_valid() and attempt(
        form,
        services.change_milestone,
        milestone=milestone,
        values=form.values,
        version=form.version_shown,
        now=timezone.now(),
        by=request.user,
    ):
        return go(request, _("Der Meilenstein ist gespeichert."), milestone.measure)
    return _form(request, form, milestone.measure, _("Meilenstein bearbeiten"))


@require_POST
def milestone_done(request, pk):
    milestone = _milestone(request, pk)
    return act(
        request,
        services.complete_milestone,
        milestone=milestone,
        now=timezone.now(),
        by=request.user,
        done=_("Meilenstein erreicht: %(title)s") % {"title": milestone.title},
        target=milestone.measure.get_absolute_url(),
    )


@require_POST
def milestone_reopen(request, pk):
    milestone = _milestone(request, pk)
    return act(
        request,
        services.reopen_milestone,
        milestone=milestone,
        by=request.user,
        now=timezone.now(),
        done=_("Meilenstein wieder offen: %(title)s") % {"title": milestone.title},
        target=milestone.measure.get_absolute_url(),
    )


def milestone_delete(request, pk):
    milestone = _milestone(request, pk)
    allow(can_change_measures(request.user))
    target = milestone.measure.get_absolute_url()
    if request.method == "POST":
        done = _("Der Meilenstein ist gelöscht.")
        return act(
            request,
            services.delete_milestone,
            milestone=milestone,
            by=request.user,
            now=timezone.now(),
            done=done,
            target=target,
        )
    context = {
        "title": _("Meilenstein löschen"),
        "question": _("Soll der Meilenstein „%(title)s“ gelöscht werden?")
        % {"title": milestone.title},
        "details": [_("geplant bis %(day)s") % {"day": format_date(milestone.due_on)}],
        "submit_label": _("Meilenstein löschen"),
        "danger": True,
        "cancel_url": target,
    }
    return render(request, "generic/confirm.html", context)


def _milestone(request, pk) -> Milestone:
    """Return a milestone of a measure that the user may see, or answer 404."""
    milestones = Milestone.objects.filter(measure__in=Measure.objects.visible_to(request.user))
    return get_object_or_404(milestones.select_related("measure"), pk=pk)


def _form(request, form, measure, title):
    context = {
        "form": form,
        "title": title,
        "subject": measure,
        "cancel_url": measure.get_absolute_url(),
    }
    return render(request, "measures/form.html", context)
