"""The start page: it differs by role and begins with what waits for the person who looks."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from approvals.queries import waiting_approvals
from core.dates import format_date, format_moment, local_date
from core.progress import WaitingEntry
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE, has_role, senator_office_name
from core.views import render_page_or_fragment
from dialogues.progress import waiting_for
from dialogues.queries import upcoming_dialogues
from measures.models import Plan, ReportingRound
from measures.queries import (
    current_plan,
    open_rounds,
    progress_figures,
    reports_due_for,
    reports_to_check,
    waiting_for_reports,
)
from media_visits.models import Visit
from media_visits.progress import waiting_for_office
from media_visits.queries import upcoming_visits, visits_in_motion
from outbox.filters import LATE, UNSOLVED
from outbox.queries import trouble_at
from overview.queries import sector_balance, sees_balance

SHOWN = 6
DATES = 5
SHOWN_CONDITIONS = 20


class Event(NamedTuple):
    """One of the next dates, a dialogue or a visit."""

    starts_at: dt.datetime
    title: str
    kind: str
    url: str


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what waits, how the plan stands, and what comes next, as far as the user's role sees it."""
    user, now = request.user, timezone.now()
    today = local_date(now)
    rounds, visits = open_rounds(), visits_in_motion(user)
    waiting = sorted(
        waiting_lines(user, now, rounds, visits),
        key=lambda line: (line.due_on is None, line.due_on, line.what),
    )
    plan = current_plan(user)
    context = {
        "today": today,
        "plan": plan,
        "watches_others": has_role(user, OFFICE),
        "heading": waiting_heading(user),
        "empty_text": empty_text(user),
        "reporting_round": round_of(plan, rounds),
        "waiting": waiting if "alle" in request.GET else waiting[:SHOWN],
        "waiting_count": len(waiting),
        "figures": progress_figures(user, plan) if plan else None,
        "events": next_events(user, today, visits),
        "has_role": bool(user.roles),
        "sees_balance": sees_balance(user),
        "mail_trouble": mail_trouble(user, now),
        "overdue": overdue_approvals(user, today),
    }
    return render(request, "overview/overview.html", context)


def round_of(plan: Plan | None, rounds: list[ReportingRound]) -> ReportingRound | None:
    """Return the one of `rounds` that runs for `plan`, if any."""
    return next((row for row in rounds if plan and row.plan_id == plan.pk), None)


def waiting_heading(user) -> str:
    """Return the heading of the list of what waits: the office watches others too, everybody else
    sees the own.
    """
    return _("Wartet auf") if has_role(user, OFFICE) else _("Wartet auf Sie")


def empty_text(user) -> str:
    """Return what stands there when nothing waits."""
    if has_role(user, PARTNER) and not has_role(user, OFFICE):
        return _(
            "Zurzeit ist nichts zu beantworten. Themen können Sie jederzeit unter "
            "„Branchengespräche“ vorschlagen."
        )
    return _("Zurzeit wartet nichts.")


def waiting_lines(
    user, now: dt.datetime, rounds: list[ReportingRound], visits: Sequence[Visit] = ()
) -> list[WaitingEntry]:
    """Return everything that waits at `now`: for the office all of it, for others what waits for
    them.

    `rounds` are the open reporting rounds, `visits` those in motion.
    """
    lines = list(waiting_for(user, now))
    if has_role(user, OFFICE, SENATOR_OFFICE):
        lines += _approval_lines(user)
    lines += [
        WaitingEntry(
            _("Sie"),
            _("Statusbericht: %(measure)s") % {"measure": due.measure},
            due.url,
            due.due_on,
        )
        for due in reports_due_for(user)
    ]
    if has_role(user, OFFICE):
        lines += waiting_for_office(visits, local_date(now))
        lines += waiting_for_reports(rounds) + _reports_to_check() + _conditions(user)
    return lines


def _approval_lines(user) -> list[WaitingEntry]:
    who = senator_office_name()
    return [
        WaitingEntry(
            who,
            _("%(kind)s „%(title)s“ freigeben")
            % {"kind": row.get_kind_display(), "title": row.title},
            reverse("approval", args=[row.pk]),
            row.due_on,
        )
        for row in waiting_approvals(user)
        if row.is_open
    ]


def _conditions(user) -> list[WaitingEntry]:
    who = _("Geschäftsstelle")
    rows = [row for row in waiting_approvals(user) if not row.is_open]
    return [
        WaitingEntry(
            who,
            _("Auflage zu „%(title)s“: %(text)s")
            % {"title": row.title, "text": row.condition_text},
            reverse("condition", args=[row.condition_pk]),
        )
        for row in rows[:SHOWN_CONDITIONS]
    ]


def _reports_to_check() -> list[WaitingEntry]:
    who = _("Geschäftsstelle")
    return [
        WaitingEntry(
            who,
            _("Statusbericht prüfen: %(measure)s") % {"measure": row.measure},
            row.measure.get_absolute_url(),
        )
        for row in reports_to_check()[:20]
    ]


def mail_trouble(user, now: dt.datetime) -> list[tuple[str, str]]:
    """Return (sentence, address) of what the office should look at in the outbox; nothing while all
    is well.
    """
    if not has_role(user, OFFICE):
        return []
    trouble, lines, url = trouble_at(now), [], reverse("outbox:list")
    if trouble.unsolved:
        text = ngettext(
            "%(count)d E-Mail ging nicht hinaus.",
            "%(count)d E-Mails gingen nicht hinaus.",
            trouble.unsolved,
        )
        lines.append((text % {"count": trouble.unsolved}, f"{url}?state={UNSOLVED}"))
    if trouble.late:
        text = ngettext(
            "%(count)d E-Mail ist verspätet, fällig seit %(since)s.",
            "%(count)d E-Mails sind verspätet, die älteste ist fällig seit %(since)s.",
            trouble.late,
        )
        values = {"count": trouble.late, "since": format_moment(trouble.late_since)}
        lines.append((text % values, f"{url}?state={LATE}"))
    return lines


def overdue_approvals(user, today: dt.date) -> str:
    """Return the sentence that tells the office how many approvals are overdue and since when;
    empty without any.
    """
    if not has_role(user, OFFICE):
        return ""
    late = [row.due_on for row in waiting_approvals(user) if row.is_open and row.due_on < today]
    if not late:
        return ""
    text = ngettext(
        "%(count)d Entscheidung ist überfällig, erbeten war sie bis zum %(day)s.",
        "%(count)d Entscheidungen sind überfällig, die älteste war bis zum %(day)s erbeten.",
        len(late),
    )
    return text % {"count": len(late), "day": format_date(min(late))}


def next_events(user, today: dt.date, visits: Sequence[Visit]) -> list[Event]:
    """Return the next dates of dialogues that `user` may see and of the `visits` in motion, the
    earliest first.
    """
    events = [
        Event(row.starts_at, row.title, _("Branchengespräch"), row.get_absolute_url())
        for row in upcoming_dialogues(user, today, DATES)
    ]
    kind = _("Besuch %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE}
    events += [
        Event(row.starts_at, row.title, kind, row.get_absolute_url())
        for row in upcoming_visits(visits, today)
    ]
    return sorted(events)[:DATES]


@require_safe
def sector_balance_page(request: HttpRequest) -> HttpResponse:
    """Show which sectors got how much attention. 403 for partners."""
    if not sees_balance(request.user):
        raise PermissionDenied
    context = {
        "title": _("Branchenbilanz"),
        "balance": sector_balance(request.user, timezone.localdate()),
    }
    return render_page_or_fragment(request, "overview/_sector_balance.html", context)
