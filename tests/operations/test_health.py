"""Each check reports the fault of the component it watches."""

import datetime as dt

import pytest

from operations import health
from tests.operations.builders import make_heartbeats

NOW = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # in the hour that Berlin's clocks repeat
FRESH, OLD = NOW - dt.timedelta(minutes=2), NOW - dt.timedelta(minutes=7, seconds=30)


@pytest.mark.parametrize(
    ("beat", "worker", "beat_fault", "worker_fault"),
    [
        (FRESH, FRESH, "", ""),
        (FRESH, OLD, "", "Der Hintergrunddienst (Worker) schweigt seit 7 Minuten."),
        (OLD, OLD, "Der Zeitplan (Beat) schweigt seit 7 Minuten.", ""),
        (OLD, FRESH, "Der Zeitplan (Beat) schweigt seit 7 Minuten.", ""),
        (FRESH, None, "", "Der Hintergrunddienst (Worker) hat sich noch nie gemeldet."),
    ],
)
def test_silence_is_blamed_on_the_process_that_caused_it(
    db, beat, worker, beat_fault, worker_fault
):
    make_heartbeats(beat=beat, worker=worker)

    assert (health.check_beat(NOW), health.check_worker(NOW)) == (beat_fault, worker_fault)


@pytest.mark.parametrize(
    ("minutes", "fault"),
    [(0, ""), (15, ""), (16, "Die älteste fällige E-Mail wartet seit 16 Minuten.")],
)
def test_late_mail_is_a_fault(monkeypatch, minutes, fault):
    monkeypatch.setattr(
        health.outbox, "oldest_due_at", lambda now: now - dt.timedelta(minutes=minutes)
    )

    assert health.check_mail(NOW) == fault


def test_unreachable_broker_is_a_fault(settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(health.current_app, "connection_for_write", _refuse)

    assert health.check_broker(NOW) == "Die Warteschlange (Broker) ist nicht erreichbar."


def test_missing_folder_of_the_embedded_broker_is_a_fault(settings, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "gone")}

    assert health.check_broker(NOW) == "Die Warteschlange (Broker) ist nicht erreichbar."


def _refuse():
    raise ConnectionRefusedError
