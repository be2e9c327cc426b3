"""Health: what the container engine and monitoring are told."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.utils import timezone

from operations import health
from operations.heartbeat import note_alive
from operations.models import Heartbeat

NOW = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # in the hour that Berlin's clocks repeat
FRESH, OLD = NOW - dt.timedelta(minutes=2), NOW - dt.timedelta(minutes=7, seconds=30)


@pytest.fixture
def signs(db):
    def note(*, beat=None, worker=None):
        for process, moment in ((Heartbeat.Process.BEAT, beat), (Heartbeat.Process.WORKER, worker)):
            if moment:
                note_alive(process, now=moment)

    return note


@pytest.fixture
def no_mail(monkeypatch):
    monkeypatch.setattr(health.outbox, "oldest_due_at", lambda now: None)


def test_container_is_well_without_background_processes(client, db):
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "teile": {"datenbank": {"ok": True}}}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/healthz/betrieb"])
def test_dead_database_is_told_with_503(client, monkeypatch, path):
    monkeypatch.setattr(health, "connection", _DeadConnection())

    answer = client.get(path)

    assert answer.status_code == 503
    assert answer.json() == {
        "ok": False,
        "teile": {"datenbank": {"ok": False, "grund": "Die Datenbank antwortet nicht."}},
    }


def test_operation_is_well_when_every_part_is(client, signs, no_mail):
    signs(beat=timezone.now(), worker=timezone.now())

    answer = client.get("/healthz/betrieb")

    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "teile": {
            name: {"ok": True} for name in ("datenbank", "broker", "postausgang", "beat", "worker")
        },
    }


def test_operation_tells_each_fault(client, db, no_mail):
    answer = client.get("/healthz/betrieb")

    assert answer.status_code == 503
    assert answer.json()["teile"]["beat"] == {
        "ok": False,
        "grund": "Der Zeitplan (Beat) hat sich noch nie gemeldet.",
    }
    assert answer.json()["teile"]["broker"] == {"ok": True}


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
def test_silence_is_laid_at_the_right_door(signs, beat, worker, beat_fault, worker_fault):
    signs(beat=beat, worker=worker)

    assert (health.check_beat(NOW), health.check_worker(NOW)) == (beat_fault, worker_fault)


@pytest.mark.parametrize(
    ("minutes", "fault"),
    [(0, ""), (15, ""), (16, "Die älteste fällige E-Mail wartet seit 16 Minuten.")],
)
def test_late_mail_is_told(monkeypatch, minutes, fault):
    monkeypatch.setattr(
        health.outbox, "oldest_due_at", lambda now: now - dt.timedelta(minutes=minutes)
    )

    assert health.check_mail(NOW) == fault


def test_unreachable_broker_is_told(settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(health.current_app, "connection_for_write", _refuse)

    assert health.check_broker(NOW) == "Die Warteschlange (Broker) ist nicht erreichbar."


def test_missing_folder_of_the_embedded_broker_is_told(settings, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "gone")}

    assert health.check_broker(NOW) == "Die Warteschlange (Broker) ist nicht erreichbar."


def test_a_second_sign_replaces_the_first(db):
    note_alive(Heartbeat.Process.BEAT, now=OLD)
    note_alive(Heartbeat.Process.BEAT, now=FRESH)

    assert list(Heartbeat.objects.values_list("process", "at")) == [("beat", FRESH)]


class _DeadConnection:
    def cursor(self):
        raise OperationalError("gone")


def _refuse():
    raise ConnectionRefusedError
