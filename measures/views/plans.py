"""The plans as trees of their measures."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.dates import local_date
from measures.models import Plan
from measures.queries import plan_tree, running_plan


@require_safe
def tree(request):
    """Show the plan named by `?plan=`, by default the running one."""
    plans = list(Plan.objects.visible_to(request.user).newest_first())
    wanted = [plan for plan in plans if str(plan.pk) == request.GET.get("plan")]
    # Fall back if the plan is unknown or not visible, so that old links still work.
    chosen = wanted[0] if wanted else running_plan(plans, local_date(timezone.now()))
    tabs = [(plan.short_title, plan.get_absolute_url(), plan == chosen) for plan in plans]
    context = {
        "plan": chosen,
        "tabs": tabs if len(tabs) > 1 else [],
        "root": plan_tree(chosen, request.user) if chosen else None,
    }
    return render(request, "measures/tree.html", context)
