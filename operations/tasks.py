"""Tasks for monitoring."""

from celery import shared_task
from django.utils import timezone

from operations.heartbeat import record_heartbeat
from operations.models import Heartbeat


@shared_task
def heartbeat() -> None:
    """Record that the worker receives what beat sends."""
    record_heartbeat(Heartbeat.Process.WORKER, now=timezone.now())
