import datetime as dt

import pytest
from django.db import OperationalError

from outbox.models import Mail
from outbox.services import deliver_due_mails, recording, sweep_mails
from outbox.services.delivery import claim_batch
from tests.outbox.builders import NOW, make_mail

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + dt.timedelta(minutes=1)


def deliver(now=LATER, **options):
    return deliver_due_mails(clock=lambda: now, **options)


def fresh(mail):
    return Mail.objects.get(pk=mail.pk)


def log_of(mail):
    return [
        (entry.at, entry.from_state, entry.to_state, entry.note)
        for entry in mail.log.order_by("pk")
    ]


def test_backoff_grows_is_bounded_and_spread():
    waits = [recording.backoff(attempts).total_seconds() for attempts in (1, 2, 3, 4, 5, 6, 7, 20)]

    for wait, base in zip(waits, (60, 300, 900, 3600, 10800, 21600, 21600, 21600), strict=True):
        assert base * 0.8 <= wait <= base * 1.2
    assert len({recording.backoff(3) for _n in range(20)}) > 1


def test_only_database_errors_are_retried():
    def broken():
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        recording.persist(broken, "x")


def test_retrying_ends_after_the_limit(monkeypatch):
    def away():
        raise OperationalError

    clock = iter([0, 10, recording.RETRY_LIMIT_SECONDS + 1])
    monkeypatch.setattr(recording, "monotonic", lambda: next(clock))
    monkeypatch.setattr(recording, "sleep", lambda seconds: None)

    with pytest.raises(OperationalError):
        recording.persist(away, "x")


def test_accepted_mail_is_recorded_though_the_sweep_took_the_claim_back(sink, settings):
    mail = make_mail()
    (claimed,) = claim_batch(now=NOW, size=5)
    sweep_mails(now=NOW + dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS))

    recording.record_accepted(claimed, "250 ok", LATER)

    assert (fresh(mail).state, fresh(mail).server_answer) == ("sent", "250 ok")


def test_late_refusal_does_not_touch_a_mail_that_another_worker_holds():
    mail = make_mail()
    (claimed,) = claim_batch(now=NOW, size=5)
    Mail.objects.filter(pk=mail.pk).update(claim="another")

    recording.record_rejected(claimed, "550 nein", LATER)

    assert (fresh(mail).state, fresh(mail).claim, log_of(mail)) == ("sending", "another", [])


@pytest.mark.parametrize("state", ["retry", "failed", "expired", "waiting", "withdrawn"])
def test_acceptance_overrides_any_later_state(state):
    mail = make_mail()
    (claimed,) = claim_batch(now=NOW, size=5)
    Mail.objects.filter(pk=mail.pk).update(state=state, claim="", claimed_at=None)

    recording.record_accepted(claimed, "250 ok", LATER)

    assert (fresh(mail).state, fresh(mail).sent_at) == ("sent", LATER)
