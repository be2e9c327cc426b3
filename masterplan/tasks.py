"""Background work of the whole portal."""

import datetime as dt

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from masterplan.heartbeat import note_alive
from masterplan.models import Heartbeat
from masterplan.reminding import send_reminders
from outbox.reminders import END_OF_DAY


@shared_task
def heartbeat() -> None:
    """Note that the worker consumes what beat sends."""
    note_alive(Heartbeat.Process.WORKER, now=timezone.now())


@shared_task
def remind() -> None:
    """Write the reminders of the day; running it again writes nothing twice, so a missed run is
    made up for.

    A worker that comes to it only in the evening or at night leaves it to the next working day.
    """
    now = timezone.now()
    if dt.time(settings.REMINDER_HOURS[0]) <= timezone.localtime(now).time() < END_OF_DAY:
        send_reminders(today=timezone.localdate(now), now=now)
