"""Signs of life: beat notes when it sends the heartbeat, the worker when it receives it.

Two rows, so that monitoring can tell a dead worker (beat goes on, nobody consumes) from a dead
beat.
"""

import datetime as dt
import logging

from celery.beat import PersistentScheduler, ScheduleEntry
from django.db import DatabaseError
from django.utils import timezone

from operations.models import Heartbeat

HEARTBEAT_ENTRY = "heartbeat"
logger = logging.getLogger(__name__)


def note_alive(process: str, *, now: dt.datetime) -> None:
    """Record that `process` (a `Heartbeat.Process`) was alive at `now`."""
    Heartbeat.objects.update_or_create(process=process, defaults={"at": now})


class PortalScheduler(PersistentScheduler):
    """Celery's scheduler, which beats at once when it starts and notes each beat in the database."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        entry = self.schedule[HEARTBEAT_ENTRY]
        entry.last_run_at -= dt.timedelta(days=1)

    def apply_async(self, entry: ScheduleEntry, *args, **kwargs):
        if entry.name == HEARTBEAT_ENTRY:
            try:
                note_alive(Heartbeat.Process.BEAT, now=timezone.now())
            except DatabaseError:
                logger.exception("Beat could not note that it is alive")
        return super().apply_async(entry, *args, **kwargs)
