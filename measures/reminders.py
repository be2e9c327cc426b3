"""Reports that a lead owes: reminded 10 and 3 working days before the deadline, on it, and weekly after it."""

import datetime as dt
from collections import defaultdict

from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import add_working_days, describe_due, is_working_day
from measures.enums import RoundState
from measures.models import Measure, ReportingRound
from measures.queries.reports import measures_awaiting_report, reporters_of
from outbox.reminders import Reminder
from outbox.texts import escape_markdown
from partners.recipients import recipient_of

WORKING_DAYS_BEFORE = (10, 3)


def occasion_on(due_on: dt.date, today: dt.date) -> str:
    """Return which reminder of the deadline `due_on` falls on `today`, or an empty text when none does."""
    for count in WORKING_DAYS_BEFORE:
        if today == add_working_days(due_on, -count):
            return f"before:{count}"
    if today == (due_on if is_working_day(due_on) else add_working_days(due_on, -1)):
        return "before:0"
    weeks = (today - due_on).days // 7
    if weeks > 0 and today == add_working_days(due_on + dt.timedelta(weeks=weeks), 0):
        return f"after:{weeks}"
    return ""


def reminders_due(today: dt.date) -> list[Reminder]:
    """Return what the leads are reminded of on `today`: one reminder for each person and measure."""
    reminders = []
    for reporting_round in ReportingRound.objects.filter(state=RoundState.OPEN).order_by("due_on", "pk"):
        if occasion := occasion_on(reporting_round.due_on, today):
            reminders += _reminders_of(reporting_round, occasion, today)
    return reminders


def _reminders_of(reporting_round: ReportingRound, occasion: str, today: dt.date) -> list[Reminder]:
    by_lead: dict[int, list[Measure]] = defaultdict(list)
    for measure in measures_awaiting_report(reporting_round):
        by_lead[measure.lead_id].append(measure)
    due = describe_due(reporting_round.due_on, today)
    return [
        Reminder(
            kind="report_due",
            subject_key=f"measure:{measure.pk}",
            occasion=f"round:{reporting_round.pk}:{occasion}",
            to=recipient_of(person),
            line=_("Statusbericht zu **%(measure)s** (%(round)s), %(due)s")
            % {
                "measure": escape_markdown(measure.title),
                "round": escape_markdown(reporting_round.title),
                "due": due,
            },
            path=reverse("measures:write_report", args=[measure.pk]),
            due_on=reporting_round.due_on,
        )
        for lead_id, people in reporters_of(by_lead).items()
        for person in people
        for measure in by_lead[lead_id]
    ]
