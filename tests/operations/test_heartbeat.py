"""Heartbeats of beat and worker."""

import datetime as dt

import pytest
from celery import Celery
from celery.schedules import schedule
from django.utils import timezone

from operations.heartbeat import HEARTBEAT_ENTRY, PortalScheduler, record_heartbeat
from operations.models import Heartbeat
from operations.tasks import heartbeat

pytestmark = pytest.mark.django_db
EARLIER, LATER = (dt.datetime(2026, 10, 25, 0, minute, tzinfo=dt.UTC) for minute in (22, 28))


def test_second_heartbeat_replaces_the_first():
    record_heartbeat(Heartbeat.Process.BEAT, now=EARLIER)
    record_heartbeat(Heartbeat.Process.BEAT, now=LATER)

    assert list(Heartbeat.objects.values_list("process", "at")) == [("beat", LATER)]


def test_task_records_the_worker():
    before = timezone.now()

    heartbeat()

    worker = Heartbeat.objects.get()
    assert worker.process == "worker"
    assert worker.at >= before


def test_beat_sends_a_heartbeat_at_once_and_records_it(tmp_path, monkeypatch):
    app = Celery("test", broker="memory://")
    app.conf.beat_schedule = {HEARTBEAT_ENTRY: {"task": "heartbeat", "schedule": schedule(60)}}
    scheduler = PortalScheduler(app=app, schedule_filename=str(tmp_path / "beat"))
    entry = scheduler.schedule[HEARTBEAT_ENTRY]

    assert entry.is_due().is_due
    scheduler.apply_async(entry, advance=False)
    scheduler.close()

    assert list(Heartbeat.objects.values_list("process", flat=True)) == ["beat"]
