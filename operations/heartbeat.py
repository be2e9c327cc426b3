"""Heartbeats: beat records when it sends one, the worker when it receives one.

Two records let monitoring distinguish a dead worker (beat sends, nobody consumes) from a dead beat.
"""

import datetime as dt
import logging

from celery.beat import PersistentScheduler, ScheduleEntry
from django.db import DatabaseError
from django.utils import timezone

from operations.models import Heartbeat

HEARTBEAT_ENTRY = "heartbeat"
logger = logging.getLogger(__name__)


def record_heartbeat(process: str, *, now: dt.datetime) -> None:
    """Record that `process` (a `Heartbeat.Process`) was alive at `now`."""
    Heartbeat.objects.update_or_create(process=process, defaults={"at": now})


class PortalScheduler(PersistentScheduler):
    """Celery's scheduler; it sends a heartbeat right after the start and records each one."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        # The entry comes from the schedule file of the last run. Make it due now, so that
        # monitoring need not wait a minute.
        self.schedule[HEARTBEAT_ENTRY].last_run_at -= dt.timedelta(days=1)

    def apply_async(self, entry: ScheduleEntry, *args, **kwargs):
        if entry.name == HEARTBEAT_ENTRY:
            try:
                record_heartbeat(Heartbeat.Process.BEAT, now=timezone.now())
            # Beat must survive a database outage.
            except DatabaseError:
                logger.exception("Beat could not record its heartbeat")
        return super().apply_async(entry, *args, **kwargs)
