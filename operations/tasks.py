"""Background work that shows monitoring that the portal works."""

from celery import shared_task
from django.utils import timezone

from operations.heartbeat import note_alive
from operations.models import Heartbeat


@shared_task
def heartbeat() -> None:
    """Note that the worker consumes what beat sends."""
    note_alive(Heartbeat.Process.WORKER, now=timezone.now())
