"""What a milestone requires: a page to look at it, to search and to add."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.dates import local_date
from core.views import require, run_service
from measures import services
from measures.permissions import can_change_measures
from measures.progress import requirement_lines
from measures.queries import MAX_CANDIDATES, requirement_candidates
from measures.views.milestones import get_milestone


@require_safe
def requirements(request, pk):
    milestone = get_milestone(request, pk)
    require(can_change_measures(request.user))
    today, words = local_date(timezone.now()), request.GET.get("q", "").strip()[:200]
    required = [
        dependency.requirement
        for dependency in milestone.dependencies.select_related("requirement__measure")
    ]
    dependents = [
        dependency.milestone
        for dependency in milestone.dependents.select_related("milestone__measure")
    ]
    candidates = requirement_candidates(milestone, request.user, words)
    context = {
        "milestone": milestone,
        "words": words,
        "required": requirement_lines(required, today),
        "dependents": requirement_lines(dependents, today),
        "candidates": requirement_lines(candidates, today),
        "is_limited": len(candidates) == MAX_CANDIDATES,
        "most": MAX_CANDIDATES,
    }
    return render(request, "measures/requirements.html", context)


@require_POST
def requirement_add(request, pk, requirement):
    milestone = get_milestone(request, pk)
    required = get_milestone(request, requirement)
    run_service(
        request,
        lambda: services.add_requirement(
            milestone=milestone, requirement=required, by=request.user, now=timezone.now()
        ),
        done=_("Die Voraussetzung ist eingetragen: %(title)s") % {"title": required},
    )
    return redirect("measures:requirements", milestone.pk)


@require_POST
def requirement_remove(request, pk, requirement):
    milestone = get_milestone(request, pk)
    required = get_milestone(request, requirement)
    run_service(
        request,
        lambda: services.remove_requirement(
            milestone=milestone, requirement=required, by=request.user, now=timezone.now()
        ),
        done=_("Die Voraussetzung ist entfernt: %(title)s") % {"title": required},
    )
    return redirect("measures:requirements", milestone.pk)
