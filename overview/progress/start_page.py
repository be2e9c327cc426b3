"""Content of the start page: pending work, alerts, and upcoming events."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.queries import decisions_awaited
from core.dates import format_date, format_moment, local_date
from core.roles import PARTNER, has_role, is_office
from dialogues.queries import upcoming_dialogues
from measures.models import Plan, ReportingRound
from media_visits.queries import upcoming_visits
from outbox.enums import StateFilter
from outbox.queries.mails import Problems, mails_waiting

MAX_EVENTS = 5
MAX_OVERDUE = 5  # decisions named; the desk has all


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


def own_tasks_title(user) -> str:
    return _("Ihre Aufgaben") if is_office(user) else _("Wartet auf Sie")


def nothing_waiting_text(user) -> str:
    if has_role(user, PARTNER) and not is_office(user):
        return _(
            "Zurzeit ist nichts zu beantworten. Themen können Sie jederzeit unter "
            "„Branchengespräche“ vorschlagen."
        )
    return _("Zurzeit wartet nichts.")


def alerts(user, now: dt.datetime, problems: Problems | None = None) -> list[Alert]:
    """Return alerts about overdue decisions and failed or late mail, for the office only. The
    `problems` are counted unless the caller has done so.
    """
    if not is_office(user):
        return []
    found = [
        Alert("overdue", _("Freigaben"), _overdue_decisions(user, local_date(now))),
        Alert("mail", _("Postausgang"), _mail_problems(problems or mails_waiting(now)[0])),
    ]
    # An alert without lines has nothing to report.
    return [alert for alert in found if alert.lines]


def _overdue_decisions(user, today: dt.date) -> list[tuple[str, str]]:
    overdue = decisions_awaited(user).filter(due_on__lt=today).order_by("due_on", "pk")
    first = list(overdue[: MAX_OVERDUE + 1])
    text = _("%(kind)s „%(title)s“: Die Entscheidung war bis zum %(day)s erbeten.")
    lines = [
        (
            text
            % {
                "kind": approval.get_kind_display(),
                "title": approval.title,
                "day": format_date(approval.due_on),
            },
            # Where the office can withdraw or change what it submitted. On the page of the
            # approval it can only read.
            approval.path,
        )
        for approval in first[:MAX_OVERDUE]
    ]
    if len(first) > MAX_OVERDUE:
        more = overdue.count() - MAX_OVERDUE
        rest = ngettext(
            "%(count)d weitere Entscheidung ist überfällig.",
            "%(count)d weitere Entscheidungen sind überfällig.",
            more,
        )
        lines.append((rest % {"count": more}, reverse("approvals_desk")))
    return lines


def _mail_problems(problems: Problems) -> list[tuple[str, str]]:
    lines, url = [], reverse("outbox:list")
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


def next_events(user, today: dt.date) -> list[Event]:
    """Return the next dialogues and visits that `user` may see, soonest first."""
    kind = _("Branchengespräch")
    # As many of either kind as are shown, because the next ones may all be of one.
    events = [
        Event(dialogue.starts_at, dialogue.title, kind, dialogue.get_absolute_url())
        for dialogue in upcoming_dialogues(user, today, MAX_EVENTS)
    ]
    kind = _("Besuch %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE}
    events += [
        Event(visit.starts_at, visit.title, kind, visit.get_absolute_url())
        for visit in upcoming_visits(user, today, MAX_EVENTS)
    ]
    # Tuples sort by their first field, `starts_at`.
    return sorted(events)[:MAX_EVENTS]
