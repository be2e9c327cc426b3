"""Background work of the reminders."""

import datetime as dt

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from reminders.mails import END_OF_DAY
from reminders.planning import send_reminders


@shared_task
def remind() -> None:
    """Write today's reminders. Safe to run again; a later run makes up for a missed one."""
    now = timezone.now()
    # A worker may take up the task hours late. In the evening and at night nobody is reminded;
    # the next working day's run finds what is due.
    if dt.time(settings.REMINDER_HOURS[0]) <= timezone.localtime(now).time() < END_OF_DAY:
        send_reminders(today=timezone.localdate(now), now=now)
