"""Background work of the whole portal."""

from celery import shared_task
from django.utils import timezone

from masterplan.heartbeat import note_alive
from masterplan.models import Heartbeat
from masterplan.reminding import send_reminders


@shared_task
def heartbeat() -> None:
    """Note that the worker consumes what beat sends."""
    note_alive(Heartbeat.Process.WORKER, now=timezone.now())


@shared_task
def remind() -> None:
    """Write the reminders of the day; running it again writes nothing twice, so a missed run is made up for."""
    now = timezone.now()
    send_reminders(today=timezone.localdate(now), now=now)
