"""The timeline of the current plan: a page of its own, which the start page loads as a fragment."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.views import render_page_or_fragment
from measures.models import Plan
from measures.queries import TimelineRow, current_plan, timeline_rows
from measures.timeline import draw_timeline

ROWS, MOST = 8, 200  # measures on the start page, and on the page of its own
AIR = 3  # years shown around those of the plan


@require_safe
def timeline_page(request: HttpRequest) -> HttpResponse:
    """Show measures of the current plan on a line of years: those that still run or ended lately,
    else all.

    The start page shows the first of them and how many more there are.
    """
    plan = current_plan(request.user)
    today = timezone.localdate()
    lasting = _lasting_rows(request.user, plan, since=dt.date(today.year - 1, 1, 1)) if plan else []
    shown = lasting[:ROWS] if request.htmx else lasting
    context = {
        "title": _("Zeitplan"),
        "timeline": draw_timeline(shown, years=_years_around(plan, today), today=today),
        "more": len(lasting) - len(shown),
        "is_cut": len(lasting) == MOST and not request.htmx,
    }
    return render_page_or_fragment(request, "measures/_timeline.html", context)


def _lasting_rows(user, plan: Plan, *, since: dt.date) -> list[TimelineRow]:
    return timeline_rows(user, plan, MOST, since=since) or timeline_rows(user, plan, MOST)


def _years_around(plan: Plan | None, today: dt.date) -> tuple[int, int]:
    """Return the first and the last year to show: those of the plan and today's, with some air.

    One measure that runs until 2099 would leave nothing of the others.
    """
    first, last = plan and plan.first_year or today.year, plan and plan.last_year or today.year
    return min(first, today.year) - AIR, max(last, today.year) + AIR
