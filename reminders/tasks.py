"""Background work of the reminders."""

import datetime as dt

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from reminders.planning import send_reminders
from reminders.registry import END_OF_DAY


@shared_task
def remind() -> None:
    """Write today's reminders. Safe to run again: a later run makes up for a missed one.

    Does nothing outside the hours of `REMINDER_HOURS`: what a worker picks up in the evening or at
    night waits for the next working day.
    """
    now = timezone.now()
    if dt.time(settings.REMINDER_HOURS[0]) <= timezone.localtime(now).time() < END_OF_DAY:
        send_reminders(today=timezone.localdate(now), now=now)
