"""Plans the reminder mails of a day across all apps: a digest per person, and personal links.

The daily run and the forecast use the same function, so the forecast shows what the run will do.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.dates import add_working_days, is_working_day, local_date
from outbox.rendering import TextError
from outbox.rendering.headers import normalise_address
from reminders.models import ReminderPause
from reminders.queries import (
    SentReminders,
    current_schedules,
    digests_written_for,
    pause_for,
    valid_pauses,
)
from reminders.registry import Reminder, ReminderMail, reminder_sources
from reminders.schedules import CATCH_UP_WORKING_DAYS, Schedules
from reminders.services import enqueue_reminders

RUN_TAKES_MINUTES = 10  # how long a run that starts on the hour may take


class PausedReminder(NamedTuple):
    """A reminder that a pause keeps from being sent."""

    reminder: Reminder
    pause: ReminderPause


class DayPlan(NamedTuple):
    """The mails of a day, and the reminders that are paused."""

    day: dt.date
    mails: list[ReminderMail]
    paused: list[PausedReminder]


def plan_days(
    days: Sequence[dt.date],
    pauses: Iterable[ReminderPause] | None = None,
    digests: set[tuple[str, str]] | None = None,
) -> list[DayPlan]:
    """Return the plan of each of `days`, given in ascending order, provided that nothing changes.

    Reminders already sent are left out. `pauses` are those valid on the first day, `digests` those
    written for the days (`digests_written_for`); they are loaded if not given. The number of
    queries does not grow with the days or the reminders.
    """
    return plan_gathered(gather_reminders(days, current_schedules()), pauses, digests)


def plan_gathered(
    reminders_by_day: Mapping[dt.date, Sequence[Reminder]],
    pauses: Iterable[ReminderPause] | None = None,
    digests: set[tuple[str, str]] | None = None,
) -> list[DayPlan]:
    """Return the plan of the days of `reminders_by_day`, in ascending order, as `plan_days`."""
    days = list(reminders_by_day)
    reminders = [reminder for found in reminders_by_day.values() for reminder in found]
    sent = SentReminders(reminders)
    digests = digests_written_for(days) if digests is None else digests
    pauses = list(valid_pauses(min(days)) if pauses is None else pauses)
    # In order, because `sent` grows: later days must treat as sent what earlier ones will send.
    return [_plan_day(day, reminders_by_day[day], sent, digests, pauses) for day in days]


def gather_reminders(
    days: Sequence[dt.date], schedules: Schedules
) -> dict[dt.date, list[Reminder]]:
    """Return the reminders of all sources for each of `days`, without those that cannot be mailed
    or whose recipient has left.

    Weekends and public holidays get none.
    """
    found: dict[dt.date, list[Reminder]] = {day: [] for day in days}
    if working_days := [day for day in days if is_working_day(day)]:
        for source in reminder_sources():
            for day, reminder in source(working_days, schedules):
                if addressed := mailable(reminder):
                    found[day].append(addressed)
    return found


def mailable(reminder: Reminder) -> Reminder | None:
    """Return `reminder` with its address normalised as in mails and log; None if it is invalid or
    the recipient has left.
    """
    # Whatever the source found, nobody is reminded once they have left.
    if reminder.to.has_left:
        return None
    try:
        email = normalise_address(reminder.to.email)
    # One mistyped address must not keep everybody else from being reminded.
    except TextError:
        return None
    return reminder._replace(to=reminder.to._replace(email=email))


def _plan_day(
    day: dt.date,
    reminders: Iterable[Reminder],
    sent: SentReminders,
    digests: set[tuple[str, str]],
    pauses: list[ReminderPause],
) -> DayPlan:
    personal: list[ReminderMail] = []
    gathered: dict[str, ReminderMail] = {}
    paused: list[PausedReminder] = []
    for reminder in reminders:
        email = reminder.to.email
        if sent.covers(reminder):
            continue
        pause = pause_for(pauses, day, rule=reminder.kind, about=reminder.about, recipient=email)
        if pause:
            paused.append(PausedReminder(reminder, pause))
        elif reminder.has_personal_link:
            personal.append(ReminderMail(reminder.to, [reminder]))
            sent.add(reminder, day)
        # At most one digest a day: anything due after it was written waits for the next day.
        elif (day.isoformat(), email) not in digests:
            gathered.setdefault(email, ReminderMail(reminder.to, [])).reminders.append(reminder)
            sent.add(reminder, day)
    for mail in gathered.values():
        mail.reminders.sort(key=lambda reminder: (reminder.date, reminder.line))
    return DayPlan(day, [*gathered.values(), *personal], paused)


def plan_day(day: dt.date, *, now: dt.datetime) -> DayPlan:
    """Return the plan of `day`; for a future day, assuming that the runs until then take place."""
    first = day
    if day > local_date(now):
        # `day` catches up on a missed step only if no earlier run has sent it. So simulate the
        # earlier runs too, as far back as a missed step can still be caught up on.
        first = max(next_run_on(now), add_working_days(day, -CATCH_UP_WORKING_DAYS))
    days = [first + dt.timedelta(days=offset) for offset in range((day - first).days + 1)]
    return plan_days(days)[-1]


def next_run_on(now: dt.datetime) -> dt.date:
    """Return the day of the next run: today until its last run is over, then tomorrow."""
    local = timezone.localtime(now)
    is_over = local.time() >= dt.time(settings.REMINDER_HOURS[1], RUN_TAKES_MINUTES)
    return local.date() + dt.timedelta(days=int(is_over))


@transaction.atomic
def send_reminders(*, today: dt.date, now: dt.datetime) -> int:
    """Write the reminder mails of `today` that do not exist yet; return how many were written.

    Safe to run twice, even at the same moment: see `enqueue_reminders`.
    """
    return enqueue_reminders(plan_day(today, now=now).mails, day=today, now=now)
