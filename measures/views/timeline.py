"""The timeline of measures: as a page, and as a card of the start page."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.views import paginate, render_page_or_fragment
from measures.filters import TimelineFilter
from measures.models import Measure, Plan
from measures.progress import CARD, PAGE, draw_timeline
from measures.queries import current_plan, timeline_bars, with_period

BARS_ON_START_PAGE = 8
YEARS_AROUND_PLAN = 3


@require_safe
def timeline_page(request: HttpRequest) -> HttpResponse:
    """Show the measures that the filters find. Unless a period is chosen, those that end last year
    or later, and if there are none, all.
    """
    today = local_date(timezone.now())
    visible = Measure.objects.visible_to(request.user)
    listing = TimelineFilter(request.GET, queryset=visible, user=request.user, today=today)
    measures, subtitle = listing.qs, ""
    plans = [plan for plan in listing.plans if str(plan.pk) == listing.data.get("plan")]
    if not listing.data.get("zeitraum"):
        measures, subtitle = _since_last_year(measures, _name_of(plans), today)
    # No index tells how many they are: their days may be those of their milestones.
    page = paginate(request, measures, count=listing.kept("timeline", measures.count))
    years = listing.year_shown or _years_around(plans or listing.plans, today)
    context = {
        "filter": listing,
        "page_obj": page,
        "subtitle": subtitle or _name_of(plans),
        "today": today,
        "timeline": draw_timeline(
            timeline_bars(page.object_list), years=years, today=today, layout=PAGE
        ),
    }
    return render(request, "measures/timeline.html", context)


@require_safe
def timeline_card(request: HttpRequest) -> HttpResponse:
    """Show the first measures of the current plan, and how many others its timeline has."""
    today = local_date(timezone.now())
    plan = current_plan(request.user, today)
    measures = with_period(Measure.objects.visible_to(request.user).filter(plan=plan))
    measures, subtitle = _since_last_year(measures, str(plan or ""), today)
    bars = timeline_bars(measures[:BARS_ON_START_PAGE])
    years = _years_around([plan] if plan else [], today)
    context = {
        "title": _("Zeitplan"),
        "subtitle": subtitle,
        "today": today,
        "timeline": draw_timeline(bars, years=years, today=today, layout=CARD),
        "more_count": measures.count() - len(bars),
    }
    return render_page_or_fragment(request, "measures/_timeline.html", context)


def _since_last_year(
    measures: QuerySet[Measure], name: str, today: dt.date
) -> tuple[QuerySet[Measure], str]:
    """Return the measures to show and a line that says which they are."""
    year = today.year - 1
    recent = measures.filter(last_on__gte=dt.date(year, 1, 1))
    # The timeline of a plan that is over would be empty otherwise.
    if recent.exists():
        text = _("%(plan)s: Maßnahmen, die %(year)s oder später enden")
        return recent, text % {"plan": name, "year": year}
    return measures, _("%(plan)s: alle Maßnahmen mit einem Datum") % {"plan": name}


def _name_of(plans: Iterable[Plan]) -> str:
    return ", ".join(map(str, plans)) or _("Alle Pläne")


def _years_around(plans: Iterable[Plan], today: dt.date) -> tuple[int, int]:
    """Return the first and the last year to show: plans and present, with a margin.

    Without the limit, one measure that runs until 2099 would squeeze all others into a corner.
    """
    firsts = [plan.first_year for plan in plans if plan.first_year]
    lasts = [plan.last_year for plan in plans if plan.last_year]
    first, last = min([*firsts, today.year]), max([*lasts, today.year])
    return first - YEARS_AROUND_PLAN, last + YEARS_AROUND_PLAN
