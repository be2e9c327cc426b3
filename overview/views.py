"""The start page, the search and *Branchenbilanz*."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.roles import is_office
from core.views import allowed, paginate, render_page_or_fragment
from measures.queries import current_plan, open_rounds, progress_figures
from media_visits.queries import unfinished_visits
from overview.permissions import can_see_sector_balance
from overview.progress import (
    BALANCE_KINDS,
    KIND_LABELS,
    alerts,
    balance_lines,
    grouped_hits,
    hits_of,
    next_events,
    nothing_waiting_text,
    plan_line,
    waiting_entries,
    waiting_heading,
    without_sector_line,
)
from overview.queries import KINDS, MAX_WORDS_LENGTH, find, is_too_short, ranked, sector_balance

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
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the best hits of each kind for `?q=`, or with `?art=` all hits of one kind."""
    # PostgreSQL rejects NUL in text.
    words = request.GET.get("q", "").replace("\0", " ").strip()[:MAX_WORDS_LENGTH]
    context = {"words": words, "max_length": MAX_WORDS_LENGTH}
    kind = next((kind for kind in KINDS if kind.key == request.GET.get("art")), None)
    if not words:
        return render(request, "overview/search.html", context | {"is_empty": True})
    if is_too_short(words):
        note = _("Bitte geben Sie mindestens zwei Buchstaben oder Ziffern ein.")
        return render(request, "overview/search.html", context | {"note": note})
    if kind:
        page = paginate(request, ranked(kind, request.user, words))
        count = page.paginator.count
        page.object_list = hits_of(kind, page.object_list, request.user)
        context |= {"page": page, "label": KIND_LABELS[kind.key]}
    else:
        groups = grouped_hits(find(request.user, words), words, request.user)
        count = sum(group.count for group in groups)
        context["groups"] = groups
    text = ngettext("%(count)d Treffer für „%(words)s“", "%(count)d Treffer für „%(words)s“", count)
    result = text % {"count": count, "words": words}
    return render(request, "overview/search.html", context | {"result": result, "count": count})


@require_safe
@allowed(can_see_sector_balance)
def sector_balance_page(request: HttpRequest) -> HttpResponse:
    """Show the attention each sector got; the start page loads this view as a fragment."""
    today = timezone.localdate()
    context = {"title": _("Branchenbilanz"), "kinds": BALANCE_KINDS}
    if balance := sector_balance(request.user, today):
        text = _("Gespräche, Besuche und Presseberichte %(first)s–%(last)s")
        context |= {
            "years": balance.years,
            "period": text % {"first": balance.years[0], "last": balance.years[-1]},
            "lines": balance_lines(balance),
            "without_sector": without_sector_line(balance.without_sector),
        }
    return render_page_or_fragment(
        request, "overview/_sector_balance.html", context, page="overview/sector_balance.html"
    )
