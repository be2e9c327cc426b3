"""Ends a worker that no longer receives tasks; the supervisor or container engine restarts it.

After a restart of Redis, workers have been seen running without consuming. Beat sends a heartbeat
each minute, so a worker that receives nothing for minutes is not idle but cut off.
"""

import logging
import os
import signal
import threading
import time

from celery.signals import task_received, worker_ready
from celery.worker import state
from django.conf import settings

MAX_PAUSE_SECONDS = 10  # between two checks
EXIT_GRACE_SECONDS = 30  # for a warm shutdown, before the worker is killed
logger = logging.getLogger(__name__)


class Watchdog(threading.Thread):
    """Watches when this worker last received a task."""

    def __init__(self):
        super().__init__(name="watchdog", daemon=True)
        self.received_at = time.monotonic()

    def note_received(self, **kwargs) -> None:
        self.received_at = time.monotonic()

    def run(self) -> None:
        limit = settings.WORKER_SILENT_SECONDS
        while (silence := time.monotonic() - self.received_at) < limit:
            time.sleep(min(limit - silence, MAX_PAUSE_SECONDS))
            # A worker whose threads are all busy receives nothing either, but it is alive.
            if state.active_requests:
                self.note_received()
        logger.error("This worker received nothing for %d seconds and ends to be restarted", limit)
        os.kill(os.getpid(), signal.SIGTERM)
        # A worker that hangs on a dead connection may not react to SIGTERM.
        time.sleep(EXIT_GRACE_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)


@worker_ready.connect
def start_watchdog(**kwargs) -> None:
    """Start watching once the worker consumes."""
    watchdog = Watchdog()
    task_received.connect(watchdog.note_received, weak=False)
    watchdog.start()
