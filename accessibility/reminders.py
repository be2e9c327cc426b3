"""Reminders for the office to answer a reported barrier in time."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessibility.models import BarrierReport
from core.dates import describe_due, format_date, local_date
from core.roles import OFFICE
from partners.queries import people_with_role, recipient_of
from reminders.registry import Reminder, ReminderStep, Rule
from reminders.schedules import Schedules

RULE = Rule(
    key="barrier",
    title=gettext_lazy("Hinweis zur Barrierefreiheit beantworten"),
    counts_from=gettext_lazy("dem Tag, bis zu dem das Gesetz eine Antwort verlangt"),
    before=(10, 3, 0),
    # The law is broken by then: every working day for a week, then every week until answered.
    after=(1, 2, 3, 4, 5),
    weekly=True,
)


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return the reminders possible on each of `days`, to everyone in the office."""
    schedule = schedules[RULE.key]
    due = [
        (day, report, step)
        for report in BarrierReport.objects.open().order_by("due_on", "pk")
        for day in days
        if (step := schedule.step_on(report.due_on, day, since=local_date(report.received_at)))
    ]
    people = list(people_with_role(OFFICE)) if due else []
    return [
        (day, _reminder(report, step, person, day))
        for day, report, step in due
        for person in people
    ]


def _reminder(report: BarrierReport, step: ReminderStep, person, today: dt.date) -> Reminder:
    # Without the sender's words, which may be about their health.
    line = _("Hinweis zur Barrierefreiheit vom %(received)s: Antwort %(due)s") % {
        "received": format_date(report.received_at),
        "due": describe_due(report.due_on, today),
    }
    return Reminder(
        kind=RULE.key,
        subject_key=f"barrier:{report.pk}",
        date=report.due_on,
        step=step,
        to=recipient_of(person),
        line=line,
        about=f"barrier:{report.pk}",
        about_title=str(report),
        path=report.get_absolute_url(),
    )
