"""Heartbeats for tests."""

import datetime as dt

from operations.heartbeat import record_heartbeat
from operations.models import Heartbeat


def make_heartbeats(*, beat: dt.datetime | None = None, worker: dt.datetime | None = None) -> None:
    """Record when each process last sent a heartbeat; None means it never did."""
    if beat:
        record_heartbeat(Heartbeat.Process.BEAT, now=beat)
    if worker:
        record_heartbeat(Heartbeat.Process.WORKER, now=worker)
