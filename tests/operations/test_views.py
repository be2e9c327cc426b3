"""What the health checks answer to the container engine and to monitoring."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from operations import health
from tests.operations.builders import make_heartbeats


class DeadConnection:
    def cursor(self):
        raise OperationalError("gone")


@pytest.fixture
def no_mail(monkeypatch):
    monkeypatch.setattr(health.outbox, "oldest_due_at", lambda now: None)


def test_container_is_healthy_without_background_processes(client, db):
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "teile": {"datenbank": {"ok": True}}}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/healthz/betrieb"])
def test_dead_database_is_answered_with_503(client, monkeypatch, path):
    monkeypatch.setattr(health, "connection", DeadConnection())

    answer = client.get(path)

    assert answer.status_code == 503
    assert answer.json() == {
        "ok": False,
        "teile": {"datenbank": {"ok": False, "grund": "Die Datenbank antwortet nicht."}},
    }


def test_operation_is_healthy_when_every_part_is(client, db, no_mail):
    make_heartbeats(beat=timezone.now(), worker=timezone.now())

    answer = client.get("/healthz/betrieb")

    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "teile": {
            name: {"ok": True} for name in ("datenbank", "broker", "postausgang", "beat", "worker")
        },
    }


def test_operation_reports_each_fault(client, db, no_mail):
    answer = client.get("/healthz/betrieb")

    assert answer.status_code == 503
    assert answer.json()["teile"]["beat"] == {
        "ok": False,
        "grund": "Der Zeitplan (Beat) hat sich noch nie gemeldet.",
    }
    assert answer.json()["teile"]["broker"] == {"ok": True}
