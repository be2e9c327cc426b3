"""The plans as trees of their measures."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from measures.models import Plan
from measures.queries import plan_tree


@require_safe
def tree(request):
    """Show the plan named by `?plan=`, by default the newest one."""
    plans = list(Plan.objects.visible_to(request.user).newest_first())
    # Fall back to the newest plan if it is unknown or not visible, so that old links still work.
    wanted = [plan for plan in plans if str(plan.pk) == request.GET.get("plan")] or plans
    chosen = wanted[0] if wanted else None
    tabs = [(plan.short_title, plan.get_absolute_url(), plan == chosen) for plan in plans]
    context = {
        "plan": chosen,
        "tabs": tabs if len(tabs) > 1 else [],
        "root": plan_tree(chosen, request.user) if chosen else None,
    }
    return render(request, "measures/tree.html", context)
