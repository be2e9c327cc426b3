"""The difference between a plan on two days, or between two of its closed rounds."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import add_months, format_date, local_date
from core.exports import workbook_response
from measures.forms.differences import DaysForm, RoundsForm
from measures.models import Plan, ReportingRound
from measures.progress import (
    DifferenceGroup,
    difference_groups,
    difference_sheet,
    differences_line,
    differences_notes,
)
from measures.queries import (
    Snapshot,
    current_plan,
    recorded_since,
    rounds_with_entries,
    snapshot_of_day,
    snapshot_of_round,
)

MONTHS_BACK = 6  # about one reporting round


class Compared(NamedTuple):
    """What was compared: a plan as it stood at two times."""

    plan: Plan
    before: Snapshot
    after: Snapshot
    groups: list[DifferenceGroup]
    notes: list[str]


@require_safe
def differences(request: HttpRequest) -> HttpResponse:
    """Show what is different about a plan on the day `?bis=` since `?von=`, or in the round
    `?runde_bis=` since `?runde_von=`.
    """
    days, rounds = _forms(request)
    context = {"days": days, "rounds": rounds}
    if compared := _compared(request, days, rounds):
        url = reverse("measures:differences_export")
        context |= {
            "compared": compared,
            "line": differences_line(compared.before, compared.after, compared.groups),
            "export_url": f"{url}?{request.GET.urlencode()}" if compared.groups else "",
        }
    return render(request, "measures/differences.html", context)


@require_safe
def differences_export(request: HttpRequest) -> HttpResponse:
    """Return the same as an Excel file; the page says what is wrong with a bad choice."""
    compared = _compared(request, *_forms(request))
    if compared is None:
        return redirect(f"{reverse('measures:differences')}?{request.GET.urlencode()}")
    plan, before, after, groups, _notes = compared
    title = _("%(plan)s: Unterschied von %(before)s bis %(after)s") % {
        "plan": plan,
        "before": before.label,
        "after": after.label,
    }
    sheet = difference_sheet(groups, before.label, after.label)
    return workbook_response(title, [sheet], now=timezone.now())


def _forms(request: HttpRequest) -> tuple[DaysForm, RoundsForm]:
    """Return the two forms. The one that was sent is bound; by default that of the days."""
    user, today = request.user, local_date(timezone.now())
    plans = Plan.objects.visible_to(user).newest_first()
    rounds = rounds_with_entries(user)
    # What is left out means what people mean by it: the running plan, lately, until today.
    usual = {
        "plan": request.GET.get("plan") or getattr(current_plan(user, today), "pk", ""),
        "von": format_date(add_months(today, -MONTHS_BACK)),
        "bis": format_date(today),
    }
    if "runde_von" in request.GET or "runde_bis" in request.GET:
        days = DaysForm(initial=usual, plans=plans, today=today)
        return days, RoundsForm(request.GET, rounds=rounds)
    sent = {name: request.GET[name] for name in ("von", "bis") if request.GET.get(name)}
    return DaysForm(usual | sent, plans=plans, today=today), RoundsForm(rounds=rounds)


def _compared(request: HttpRequest, days: DaysForm, rounds: RoundsForm) -> Compared | None:
    """Return the comparison that was asked for, None if nothing valid was."""
    if days.is_bound and days.is_valid():
        plan, chosen = days.cleaned_data["plan"], days.cleaned_data
        snapshots = [snapshot_of_day(plan, chosen[name], request.user) for name in ("von", "bis")]
        since = recorded_since(plan)
        since = since if since and chosen["von"] < since else None
    elif rounds.is_bound and rounds.is_valid():
        chosen, since = rounds.cleaned_data, None
        plan = chosen["runde_bis"].plan
        snapshots = [
            snapshot_of_round(chosen[name], request.user) for name in ("runde_von", "runde_bis")
        ]
    else:
        return None
    before, after = snapshots
    notes = differences_notes(before, after, since)
    return Compared(plan, before, after, difference_groups(before, after), notes)


def round_difference_url(earlier: ReportingRound | None, later: ReportingRound) -> str:
    """Return where two rounds are compared, "" without an earlier one."""
    if earlier is None:
        return ""
    return f"{reverse('measures:differences')}?runde_von={earlier.pk}&runde_bis={later.pk}"
