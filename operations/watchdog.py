"""Ends a worker that consumes nothing any more, so that its supervisor or container engine starts
it anew.

Workers have been seen alive but deaf after a restart of Redis. Beat sends a heartbeat each minute,
so a worker that received nothing for minutes is not merely idle.
"""

import logging
import os
import signal
import threading
import time

from celery.signals import task_received, worker_ready
from celery.worker import state
from django.conf import settings

LAST_EXIT_SECONDS = 30
logger = logging.getLogger(__name__)


class Watchdog(threading.Thread):
    """Watches when this worker last received a task."""

    def __init__(self):
        super().__init__(name="watchdog", daemon=True)
        self.received_at = time.monotonic()

    def note_received(self, **kwargs) -> None:
        self.received_at = time.monotonic()

    def run(self) -> None:
        patience = settings.WORKER_SILENT_SECONDS
        while (silent := time.monotonic() - self.received_at) < patience:
            time.sleep(min(patience - silent, 10))
            if state.active_requests:  # at work, though perhaps for long: not deaf
                self.note_received()
        logger.error(
            "This worker received nothing for %d seconds and ends itself to be started anew",
            patience,
        )
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_EXIT_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)


@worker_ready.connect
def watch(**kwargs) -> None:
    """Start watching once the worker consumes."""
    watchdog = Watchdog()
    task_received.connect(watchdog.note_received, weak=False)
    watchdog.start()
