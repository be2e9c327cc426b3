"""Content of the start page: pending work, alerts, and upcoming events."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.queries import waiting_approvals
from core.dates import format_date, format_moment, local_date
from core.progress import WaitingEntry
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE, has_role, is_office, senator_office_name
from dialogues.progress import waiting_for
from dialogues.queries import upcoming_dialogues
from measures.models import Plan, ReportingRound
from measures.queries import reports_due_for, reports_to_check, waiting_for_reports
from media_visits.models import Visit
from media_visits.progress import waiting_for_office
from media_visits.queries import upcoming_visits
from outbox.enums import StateFilter
from outbox.queries.mails import count_problems

MAX_EVENTS = 5
# Backlogs may grow without bound; the start page shows only the first few entries anyway.
MAX_CONDITIONS = 20
MAX_REPORTS_TO_CHECK = 20


class Event(NamedTuple):
    """A dialogue or a visit with a fixed date."""

    starts_at: dt.datetime
    title: str
    kind: str
    url: str


class Alert(NamedTuple):
    """A red card at the top of the page; `lines` are (sentence, URL)."""

    key: str
    title: str
    lines: list[tuple[str, str]]


def plan_line(plan: Plan | None, rounds: Sequence[ReportingRound]) -> str:
    """Return the line below the heading: the plan and its own one of the open `rounds`, if any."""
    if plan is None:
        return ""
    running = next((reporting for reporting in rounds if reporting.plan_id == plan.pk), None)
    if running is None:
        return str(plan)
    text = _("%(round)s läuft bis %(day)s") % {
        "round": running.title,
        "day": format_date(running.due_on),
    }
    return f"{plan} · {text}"


def waiting_heading(user) -> str:
    """Leave the addressee open for the office, which also watches what others have to do."""
    return _("Wartet auf") if is_office(user) else _("Wartet auf Sie")


def nothing_waiting_text(user) -> str:
    if has_role(user, PARTNER) and not is_office(user):
        return _(
            "Zurzeit ist nichts zu beantworten. Themen können Sie jederzeit unter "
            "„Branchengespräche“ vorschlagen."
        )
    return _("Zurzeit wartet nichts.")


def waiting_entries(
    user,
    now: dt.datetime,
    rounds: Sequence[ReportingRound] = (),
    visits: Sequence[Visit] = (),
) -> list[WaitingEntry]:
    """Return the pending work of `user`, for the office that of everybody, by deadline; entries
    without a deadline come last.

    `rounds` are the open reporting rounds, `visits` the visits in progress that `user` may see.
    """
    entries = list(waiting_for(user, now))
    # The office watches the decisions that the senator's office has to take.
    if has_role(user, OFFICE, SENATOR_OFFICE):
        entries += _decisions(user)
    entries += [
        WaitingEntry(
            _("Sie"),
            _("Statusbericht: %(measure)s") % {"measure": due.measure},
            due.url,
            due.due_on,
        )
        # For every role: somebody in the office may also speak for an organisation.
        for due in reports_due_for(user)
    ]
    if is_office(user):
        entries += waiting_for_office(visits, local_date(now))
        entries += waiting_for_reports(rounds) + _reports_to_check() + _conditions(user)
    # The flag decides before the date does, because None and dates cannot be compared.
    return sorted(entries, key=lambda entry: (entry.due_on is None, entry.due_on, entry.what))


def _decisions(user) -> list[WaitingEntry]:
    # No extra query: `waiting_approvals` caches per request for navigation, alerts and this list.
    who = senator_office_name()
    return [
        WaitingEntry(
            who,
            _("%(kind)s „%(title)s“ freigeben")
            % {"kind": approval.get_kind_display(), "title": approval.title},
            reverse("approval", args=[approval.pk]),
            approval.due_on,
        )
        for approval in waiting_approvals(user)
        if approval.is_open
    ]


def _conditions(user) -> list[WaitingEntry]:
    who = _("Geschäftsstelle")
    approvals = [approval for approval in waiting_approvals(user) if not approval.is_open]
    return [
        WaitingEntry(
            who,
            _("Auflage zu „%(title)s“: %(text)s")
            % {"title": approval.title, "text": approval.condition_text},
            reverse("condition", args=[approval.condition_pk]),
        )
        for approval in approvals[:MAX_CONDITIONS]
    ]


def _reports_to_check() -> list[WaitingEntry]:
    who = _("Geschäftsstelle")
    return [
        WaitingEntry(
            who,
            _("Statusbericht prüfen: %(measure)s") % {"measure": report.measure},
            report.measure.get_absolute_url(),
        )
        for report in reports_to_check()[:MAX_REPORTS_TO_CHECK]
    ]


def alerts(user, now: dt.datetime) -> list[Alert]:
    """Return alerts about overdue decisions and failed or late mail, for the office only."""
    if not is_office(user):
        return []
    found = [
        Alert("overdue", _("Freigaben"), _overdue_decisions(user, local_date(now))),
        Alert("mail", _("Postausgang"), _mail_problems(now)),
    ]
    # An alert without lines has nothing to report.
    return [alert for alert in found if alert.lines]


def _overdue_decisions(user, today: dt.date) -> list[tuple[str, str]]:
    due_days = [
        approval.due_on
        for approval in waiting_approvals(user)
        if approval.is_open and approval.due_on < today
    ]
    if not due_days:
        return []
    text = ngettext(
        "%(count)d Entscheidung ist überfällig, erbeten war sie bis zum %(day)s.",
        "%(count)d Entscheidungen sind überfällig, die älteste war bis zum %(day)s erbeten.",
        len(due_days),
    )
    values = {"count": len(due_days), "day": format_date(min(due_days))}
    return [(text % values, reverse("approvals_desk"))]


def _mail_problems(now: dt.datetime) -> list[tuple[str, str]]:
    problems, lines, url = count_problems(now), [], reverse("outbox:list")
    if problems.unsolved:
        text = ngettext(
            "%(count)d E-Mail ging nicht hinaus.",
            "%(count)d E-Mails gingen nicht hinaus.",
            problems.unsolved,
        )
        lines.append((text % {"count": problems.unsolved}, f"{url}?state={StateFilter.UNSOLVED}"))
    if problems.late:
        text = ngettext(
            "%(count)d E-Mail ist verspätet, fällig seit %(since)s.",
            "%(count)d E-Mails sind verspätet, die älteste ist fällig seit %(since)s.",
            problems.late,
        )
        values = {"count": problems.late, "since": format_moment(problems.late_since)}
        lines.append((text % values, f"{url}?state={StateFilter.LATE}"))
    return lines


def next_events(user, today: dt.date, visits: Sequence[Visit]) -> list[Event]:
    """Return the next dialogues that `user` may see and the next of `visits`, soonest first."""
    kind = _("Branchengespräch")
    events = [
        Event(dialogue.starts_at, dialogue.title, kind, dialogue.get_absolute_url())
        for dialogue in upcoming_dialogues(user, today, MAX_EVENTS)
    ]
    kind = _("Besuch %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE}
    events += [
        Event(visit.starts_at, visit.title, kind, visit.get_absolute_url())
        for visit in upcoming_visits(visits, today)
    ]
    # Tuples sort by their first field, `starts_at`.
    return sorted(events)[:MAX_EVENTS]
