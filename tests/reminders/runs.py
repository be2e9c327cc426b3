"""Runs of the reminder task and changes to a rule, for tests."""

import datetime as dt

from django.utils import timezone

from reminders.models import ReminderLog
from reminders.planning import plan_days, send_reminders
from reminders.queries import current_schedule
from reminders.services import change_rule
from tests.reminders.builders import RULE, at

DAY = dt.timedelta(days=1)


def run(day: dt.date, hour: int = 7) -> int:
    """Send the reminders of `day`; return the number of new mails."""
    return send_reminders(today=day, now=at(day, hour))


def run_through(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Run the task daily from `first` to `last`; return (day, step) of each reminder sent."""
    sent = []
    for offset in range((last - first).days + 1):
        day, before = first + offset * DAY, ReminderLog.objects.count()
        run(day)
        sent += [(day, entry.step) for entry in ReminderLog.objects.order_by("pk")[before:]]
    return sent


def change_days(by, before: list[int], after: tuple[int, ...] = (5,), rule=RULE) -> None:
    change_rule(
        rule=rule,
        before=before,
        after=after,
        weekly=False,
        is_active=True,
        version=current_schedule(rule.key).version,
        by=by,
        now=timezone.now(),
    )


def lines_on(day: dt.date) -> list[list[str]]:
    """Return the lines of each mail planned for `day`."""
    return [[reminder.line for reminder in mail.reminders] for mail in plan_days([day])[0].mails]
