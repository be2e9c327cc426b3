"""Timeline and Branchenbilanz: pages of their own, which the start page loads after it is shown."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from masterplan.charts import draw_timeline
from masterplan.sector_balance import sector_balance, sees_balance
from measures.models import Plan
from measures.queries import TimelineRow, current_plan, timeline_rows

ROWS = 8


@require_safe
def timeline_page(request: HttpRequest) -> HttpResponse:
    """Show measures of the current plan on a line of years: those that still run or ended lately, else the first."""
    plan = current_plan(request.user)
    today = timezone.localdate()
    rows = _lasting_rows(request.user, plan, since=dt.date(today.year - 1, 1, 1)) if plan else []
    context = {"title": _("Zeitplan"), "timeline": draw_timeline(rows, today=today)}
    return _page(request, "masterplan/_timeline.html", context)


def _lasting_rows(user, plan: Plan, *, since: dt.date) -> list[TimelineRow]:
    return timeline_rows(user, plan, ROWS, since=since) or timeline_rows(user, plan, ROWS)


@require_safe
def sector_balance_page(request: HttpRequest) -> HttpResponse:
    """Show which sectors got how much attention. 403 for partners."""
    if not sees_balance(request.user):
        raise PermissionDenied
    context = {"title": _("Branchenbilanz"), "balance": sector_balance(request.user, timezone.localdate())}
    return _page(request, "masterplan/_sector_balance.html", context)


def _page(request: HttpRequest, fragment: str, context: dict) -> HttpResponse:
    """Return the whole page, or to htmx only the fragment."""
    template = fragment if request.htmx else "masterplan/chart.html"
    return render(request, template, context | {"fragment": fragment})
