"""Reminders over all apps: what goes out on a day, gathered by person, so that one person gets one
mail a day.

The run of the day and the forecast ask the same function; for later days it notes what the days
before will have sent.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.dates import add_working_days, is_working_day, local_date
from outbox.errors import TextError
from outbox.rendering.headers import normalise_address
from reminders.models import ReminderPause
from reminders.queries import Memory, Rules, reminder_rules, valid_pauses
from reminders.registry import Reminder, ReminderLetter, reminder_sources
from reminders.rules import CATCH_UP_DAYS
from reminders.services import enqueue_reminders

RUN_TAKES_MINUTES = 10  # so long after its hour a run may still be at work


class Held(NamedTuple):
    """A reminder that would go out but for a pause."""

    reminder: Reminder
    pause: ReminderPause


class DayPlan(NamedTuple):
    """What goes out on a day, one letter a mail, and what a pause holds back."""

    day: dt.date
    letters: list[ReminderLetter]
    held: list[Held]


def plan_days(
    days: Sequence[dt.date], pauses: Iterable[ReminderPause] | None = None
) -> list[DayPlan]:
    """Return what goes out on each of `days`, given in their order, when nothing changes until
    then.

    Only what was not sent yet is in it. `pauses` are those that hold on the first day, loaded when
    not given. The number of queries does not grow with the days nor with the reminders.
    """
    gathered = gather(days, reminder_rules())
    every = [reminder for reminders in gathered.values() for reminder in reminders]
    memory = Memory(every, valid_pauses(min(days)) if pauses is None else pauses, days)
    return [_plan(day, gathered[day], memory) for day in days]


def gather(days: Sequence[dt.date], rules: Rules) -> dict[dt.date, list[Reminder]]:
    """Return what may be reminded of on each of `days`, to whom a mail can be sent; nothing on free
    days.
    """
    gathered: dict[dt.date, list[Reminder]] = {day: [] for day in days}
    if working := [day for day in days if is_working_day(day)]:
        for day, row in (pair for source in reminder_sources() for pair in source(working, rules)):
            if reminder := _addressed(row):
                gathered[day].append(reminder)
    return gathered


def _addressed(reminder: Reminder) -> Reminder | None:
    """Return `reminder` with the address as it is stored; None for one that no mail can be sent to."""
    try:
        email = normalise_address(reminder.to.email)
    except TextError:
        return None
    return reminder._replace(to=reminder.to._replace(email=email))


def _plan(day: dt.date, reminders: Iterable[Reminder], memory: Memory) -> DayPlan:
    personal: list[ReminderLetter] = []
    gathered: dict[str, ReminderLetter] = {}
    held: list[Held] = []
    for reminder in reminders:
        if memory.covers(reminder):
            continue
        if pause := memory.pause_of(reminder, day):
            held.append(Held(reminder, pause))
        elif reminder.has_personal_link:
            personal.append(ReminderLetter(reminder.to, [reminder]))
            memory.note(reminder, day)
        elif (day.isoformat(), reminder.to.email) not in memory.digests:
            letter = gathered.setdefault(reminder.to.email, ReminderLetter(reminder.to, []))
            letter.reminders.append(reminder)
            memory.note(reminder, day)
    for letter in gathered.values():
        letter.reminders.sort(key=lambda reminder: (reminder.date, reminder.line))
    return DayPlan(day, [*gathered.values(), *personal], held)


def plan_of(day: dt.date, *, now: dt.datetime) -> DayPlan:
    """Return what goes out on `day`; on a day to come after the runs until then have had their
    turn.
    """
    first = day
    if day > local_date(now):
        first = max(next_run_on(now), add_working_days(day, -CATCH_UP_DAYS))
    days = [first + dt.timedelta(days=offset) for offset in range((day - first).days + 1)]
    return plan_days(days)[-1]


def next_run_on(now: dt.datetime) -> dt.date:
    """Return the day of the next run at `now`: today until the last one of the day has passed, else
    tomorrow.
    """
    local = timezone.localtime(now)
    is_over = local.time() >= dt.time(settings.REMINDER_HOURS[1], RUN_TAKES_MINUTES)
    return local.date() + dt.timedelta(days=int(is_over))


@transaction.atomic
def send_reminders(*, today: dt.date, now: dt.datetime) -> int:
    """Write the reminder mails of `today` that were not written yet; return how many are new. Safe
    to run twice.
    """
    return enqueue_reminders(plan_of(today, now=now).letters, day=today, now=now)
