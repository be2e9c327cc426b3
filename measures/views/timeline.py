"""The timeline of the current plan: a page of its own, and a fragment of the start page."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.views import render_page_or_fragment
from measures.models import Plan
from measures.progress import CARD, PAGE, draw_timeline
from measures.queries import TimelineBar, current_plan, timeline_bars

BARS_ON_START_PAGE = 8
# A chart with more bars is unreadable; the page then refers to the list.
TIMELINE_BAR_LIMIT = 200
YEARS_AROUND_PLAN = 3


@require_safe
def timeline_page(request: HttpRequest) -> HttpResponse:
    """Show the measures that end last year or later; all measures if there are none.

    As a fragment of the start page, show the first few and the number of others.
    """
    today = timezone.localdate()
    plan = current_plan(request.user, today)
    bars, subtitle = _current_bars(request.user, plan, today) if plan else ([], "")
    is_fragment = bool(request.htmx)
    shown = bars[:BARS_ON_START_PAGE] if is_fragment else bars
    layout, years = CARD if is_fragment else PAGE, _years_around(plan, today)
    context = {
        "title": _("Zeitplan"),
        "subtitle": subtitle,
        "today": today,
        "timeline": draw_timeline(shown, years=years, today=today, layout=layout),
        "more_count": len(bars) - len(shown),
        "is_limited": len(bars) == TIMELINE_BAR_LIMIT and not is_fragment,
    }
    return render_page_or_fragment(request, "measures/_timeline.html", context)


def _current_bars(user, plan: Plan, today: dt.date) -> tuple[list[TimelineBar], str]:
    """Return the measures to show and a line that says which they are."""
    year = today.year - 1
    if bars := timeline_bars(user, plan, TIMELINE_BAR_LIMIT, ending_since=dt.date(year, 1, 1)):
        text = _("%(plan)s: Maßnahmen, die %(year)s oder später enden")
        return bars, text % {"plan": plan, "year": year}
    text = _("%(plan)s: alle Maßnahmen mit einem Datum")
    return timeline_bars(user, plan, TIMELINE_BAR_LIMIT), text % {"plan": plan}


def _years_around(plan: Plan | None, today: dt.date) -> tuple[int, int]:
    """Return the first and the last year to show: plan and present, with a margin.

    Without the limit, one measure that runs until 2099 would squeeze all others into a corner.
    """
    first = plan.first_year if plan and plan.first_year else today.year
    last = plan.last_year if plan and plan.last_year else today.year
    return min(first, today.year) - YEARS_AROUND_PLAN, max(last, today.year) + YEARS_AROUND_PLAN
