"""The watchdog ends a worker that receives no tasks, and no other."""

import os
import signal
import sys

import pytest
from celery.worker import state

from masterplan.celery import app
from operations import watchdog
from operations.watchdog import Watchdog


class Clock:
    """Stands in for the module `time`: sleeping advances it and calls `on_sleep`."""

    def __init__(self):
        self.now, self.on_sleep = 0.0, lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.on_sleep()


@pytest.fixture
def clock(monkeypatch, settings):
    settings.WORKER_SILENT_SECONDS = 60
    clock = Clock()
    monkeypatch.setattr(watchdog, "time", clock)
    return clock


@pytest.fixture
def kills(monkeypatch, clock):
    """Return the (second, signal) of each signal that the watchdog sends to its own process."""
    kills = []

    def kill(pid, number):
        assert pid == os.getpid()
        kills.append((clock.now, number))

    monkeypatch.setattr(watchdog.os, "kill", kill)
    return kills


def test_worker_loads_the_watchdog(monkeypatch):
    monkeypatch.delitem(sys.modules, "operations.watchdog", raising=False)

    app.loader.import_default_modules()

    assert "operations.watchdog" in sys.modules


def test_worker_without_tasks_is_asked_to_end_and_then_killed(kills):
    Watchdog().run()

    assert kills == [(60, signal.SIGTERM), (90, signal.SIGKILL)]


def test_received_task_restarts_the_timer(clock, kills):
    dog = Watchdog()
    clock.on_sleep = lambda: dog.note_received() if clock.now <= 40 else None

    dog.run()

    assert kills[0] == (100, signal.SIGTERM)


def test_busy_worker_is_left_running(clock, kills, monkeypatch):
    monkeypatch.setattr(state, "active_requests", {"a task"})
    clock.on_sleep = lambda: state.active_requests.clear() if clock.now >= 300 else None

    Watchdog().run()

    assert kills[0] == (350, signal.SIGTERM)
