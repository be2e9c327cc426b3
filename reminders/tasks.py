"""Background work of the reminders."""

import datetime as dt

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from reminders.mails import END_OF_DAY
from reminders.planning import send_reminders


@shared_task
def remind() -> None:
    """Write today's reminders. Safe to run again; a later run catches up on a missed one."""
    now = timezone.now()
    # A worker may receive the task hours late. Nobody is reminded in the evening or at night; the
    # run of the next working day catches up.
    if dt.time(settings.REMINDER_HOURS[0]) <= timezone.localtime(now).time() < END_OF_DAY:
        send_reminders(today=timezone.localdate(now), now=now)
