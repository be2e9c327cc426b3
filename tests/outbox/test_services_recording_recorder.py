"""A mail is recorded while the next one is being sent; no failure in between loses a record."""

import datetime as dt
from time import sleep

import psycopg2
import pytest
from django.db import OperationalError, connection

from outbox.models import ConnectionSlot, Mail
from outbox.services import deliver_due_mails, delivery, recording
from tests.outbox.builders import NOW, make_draft, make_mail, make_recipient

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def mails():
    """Five mails that are due."""
    return [
        make_mail(make_draft(to=make_recipient(email=f"gast-{number}@example.org")))
        for number in range(5)
    ]


def deliver():
    return deliver_due_mails(clock=lambda: LATER).sent


def states():
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


class ShakyDatabase:
    """A database that is unavailable for the first few statements."""

    def __init__(self, failures):
        self.failures = failures
        self.execute = recording._execute

    def __call__(self, statement, values):
        if self.failures:
            self.failures -= 1
            raise OperationalError("server closed the connection")
        self.execute(statement, values)


def be_away(*args):
    raise psycopg2.Error("server closed the connection")


def test_asynchronous_records_log_no_warning(sink, mails, caplog):
    assert deliver() == 5

    assert (states(), len(sink.raw), caplog.messages) == (["sent"] * 5, 5, [])


def test_previous_mail_is_recorded_before_the_next_is_accepted(sink, mails, monkeypatch):
    """A worker that dies thus leaves at most one accepted mail unrecorded."""
    recorded = []
    execute = recording._execute

    def slowly(statement, values):
        sleep(0.05)
        execute(statement, values)

    def look():
        recorded.append(Mail.objects.filter(state="sent").count())
        connection.close()

    monkeypatch.setattr(recording, "_execute", slowly)
    monkeypatch.setattr(recording, "EXECUTE", f"SELECT pg_sleep(0.05); {recording.EXECUTE}")
    sink.look = look

    assert deliver() == 5
    assert recorded == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("step", ["_start", "_finish"])
def test_broken_connection_of_the_recorder_loses_no_record(step, sink, mails, monkeypatch):
    monkeypatch.setattr(recording.Recorder, step, be_away)

    assert deliver() == 5

    assert (states(), len(sink.raw)) == (["sent"] * 5, 5)


@pytest.mark.parametrize("step", ["_start", "_finish"])
def test_recording_is_retried_without_sending_again(step, sink, mails, monkeypatch):
    monkeypatch.setattr(recording, "sleep", lambda seconds: None)
    monkeypatch.setattr(recording.Recorder, step, be_away)
    away = ShakyDatabase(failures=3)
    monkeypatch.setattr(recording, "_execute", away)

    assert deliver() == 5

    assert away.failures == 0
    assert (len(sink.raw), states()) == (5, ["sent"] * 5)


def test_record_that_cannot_be_written_stops_the_run(sink, mails, monkeypatch):
    def broken(statement, values):
        raise ValueError("broken")

    monkeypatch.setattr(recording.Recorder, "_start", be_away)
    monkeypatch.setattr(recording, "_execute", broken)

    with pytest.raises(ValueError, match="broken"):
        deliver()

    assert len(sink.raw) == 1
    assert states() == ["sending"] * 5


def only_once(claimable):
    """Return a function that allows one batch to be claimed and then no more."""
    calls = []

    def claim(now, only_account):
        calls.append(now)
        return claimable(now, only_account) if len(calls) == 1 else Mail.objects.none()

    return claim


def test_mail_is_abandoned_when_the_previous_record_outlasts_the_lease(
    sink, mails, settings, monkeypatch
):
    settings.MAIL_LEASE_SECONDS = 4
    wait = recording.Recorder.wait

    def slowly(self):
        if len(sink.raw) == 1:
            sleep(3.2)
        wait(self)

    monkeypatch.setattr(recording.Recorder, "wait", slowly)
    monkeypatch.setattr(delivery, "_claimable", only_once(delivery._claimable))

    assert deliver() == 1
    assert (len(sink.raw), states()) == (1, ["sent"] + ["waiting"] * 4)


def test_slot_that_another_worker_took_is_not_used(sink, mails, settings):
    settings.MAIL_BATCH_SIZE = 2

    def lose():
        if not sink.raw:
            ConnectionSlot.objects.exclude(holder="").update(holder="another")
        connection.close()

    sink.look = lose

    assert deliver() == 2
    assert states() == ["sent"] * 2 + ["waiting"] * 3
    assert ConnectionSlot.objects.filter(holder="another").count() == 1
