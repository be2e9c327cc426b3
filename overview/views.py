"""The start page and *Branchenbilanz*."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.roles import is_office
from core.views import allowed, render_page_or_fragment
from measures.queries import current_plan, open_rounds, progress_figures
from media_visits.queries import unfinished_visits
from overview.permissions import can_see_sector_balance
from overview.progress import (
    alerts,
    next_events,
    nothing_waiting_text,
    plan_line,
    waiting_entries,
    waiting_heading,
)
from overview.queries import sector_balance

MAX_WAITING = 6  # unless the user opens the whole list


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show alerts, pending work, upcoming events and the progress of the plan."""
    user, now = request.user, timezone.now()
    today = local_date(now)
    # Loaded once, since several parts of the page use them.
    rounds, visits, plan = open_rounds(), unfinished_visits(user), current_plan(user)
    waiting = waiting_entries(user, now, rounds, visits)
    context = {
        "today": today,
        "plan": plan,
        "plan_line": plan_line(plan, rounds),
        "has_role": bool(user.roles),
        "alerts": alerts(user, now),
        "watches_others": is_office(user),
        "heading": waiting_heading(user),
        "empty_text": nothing_waiting_text(user),
        "waiting": waiting if "alle" in request.GET else waiting[:MAX_WAITING],
        "waiting_count": len(waiting),
        "events": next_events(user, today, visits),
        "figures": progress_figures(user, plan) if plan else None,
        "can_see_sector_balance": can_see_sector_balance(user),
    }
    return render(request, "overview/overview.html", context)


@require_safe
@allowed(can_see_sector_balance)
def sector_balance_page(request: HttpRequest) -> HttpResponse:
    """Show the attention each sector got; the start page loads this view as a fragment."""
    context = {
        "title": _("Branchenbilanz"),
        "balance": sector_balance(request.user, timezone.localdate()),
    }
    return render_page_or_fragment(request, "overview/_sector_balance.html", context)
