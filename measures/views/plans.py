"""The plans as trees of their measures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.dates import local_date
from measures.models import Plan, PlanSection
from measures.queries import plan_tree, running_plan, tree_branch

# The branch `?zweig=` that holds the measures without a place in the plan.
UNPLACED = "ohne"


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """Show the plan named by `?plan=`, by default the running one, or to htmx one branch of it.

    `?zweig=` names a section whose measures to show; without scripts its link loads the page again.
    """
    plans = list(Plan.objects.visible_to(request.user).newest_first())
    wanted = [plan for plan in plans if str(plan.pk) == request.GET.get("plan")]
    # Fall back if the plan is unknown or not visible, so that old links still work.
    chosen = wanted[0] if wanted else running_plan(plans, local_date(timezone.now()))
    branch = request.GET.get("zweig", "")
    if request.htmx and branch:
        return _branch(request, chosen, branch)
    tabs = [(plan.short_title, plan.get_absolute_url(), plan == chosen) for plan in plans]
    context = {
        "plan": chosen,
        "tabs": tabs if len(tabs) > 1 else [],
        "tree_url": reverse("measures:tree"),
        "list_url": reverse("measures:list"),
    }
    if chosen:
        opened = _opened_sections(chosen, branch)
        context |= {"root": plan_tree(chosen, request.user, opened=opened), "opened": opened}
    return render(request, "measures/tree.html", context)


def _branch(request: HttpRequest, plan: Plan | None, branch: str) -> HttpResponse:
    if plan is None or not (branch == UNPLACED or branch.isdecimal()):
        raise Http404
    section = None if branch == UNPLACED else get_object_or_404(PlanSection, plan=plan, pk=branch)
    context = {
        "plan": plan,
        "node": tree_branch(plan, section, request.user),
        "list_url": reverse("measures:list"),
    }
    return render(request, "measures/_tree_measures.html", context)


def _opened_sections(plan: Plan, branch: str) -> list[int | None]:
    """Return the key of the section `branch`, None for the root, or nothing if it is unknown."""
    if branch == UNPLACED:
        return [None]
    is_known = branch.isdecimal() and PlanSection.objects.filter(plan=plan, pk=branch).exists()
    return [int(branch)] if is_known else []
