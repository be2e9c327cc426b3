import datetime as dt

import pytest

from outbox.models import Mail
from outbox.services import deliver_due_mails, remove_bodies, sweep_mails, sweeping
from outbox.services.delivery import claim_batch
from tests.outbox.builders import (
    NOW,
    claimed_fields,
    make_account_mail,
    make_invitation_draft,
    make_mail,
)

pytestmark = pytest.mark.django_db
LEASE_OVER = NOW + dt.timedelta(seconds=600)
GRACE = dt.timedelta(seconds=30)  # one timeout of the mail server


def fresh(mail):
    return Mail.objects.get(pk=mail.pk)


def test_sweep_counts_what_is_due():
    make_mail()
    make_mail(state="retry")
    make_mail(due_at=NOW + dt.timedelta(hours=1))
    make_mail(state="failed")

    assert sweep_mails(now=NOW) == 2


def test_claim_of_a_killed_worker_ends_with_its_lease():
    mail = make_mail()
    claim_batch(now=NOW, size=5)

    assert sweep_mails(now=LEASE_OVER - dt.timedelta(seconds=1)) == 0
    assert fresh(mail).state == "sending"

    assert sweep_mails(now=LEASE_OVER) == 0
    assert sweep_mails(now=LEASE_OVER + GRACE) == 1
    swept = fresh(mail)
    assert (swept.state, swept.claim, swept.claimed_at, swept.attempts) == ("retry", "", None, 1)
    assert (swept.due_at, swept.last_error) == (
        LEASE_OVER + GRACE,
        "Der Versand wurde unterbrochen.",
    )
    assert [(entry.from_state, entry.to_state) for entry in mail.log.all()] == [
        ("sending", "retry")
    ]


def test_mail_of_a_killed_worker_goes_out_again_with_the_same_message_id(sink):
    mail = make_mail()
    claim_batch(now=NOW, size=5)
    sweep_mails(now=LEASE_OVER)

    deliver_due_mails(clock=lambda: LEASE_OVER + GRACE)

    assert [message["Message-ID"] for message in sink.messages] == [mail.message_id]
    assert fresh(mail).state == "sent"


def test_only_the_interrupted_mail_counts_an_attempt():
    later, second, account = make_mail(), make_mail(refusals=3), make_account_mail()
    Mail.objects.filter(pk=later.pk).update(due_at=NOW + dt.timedelta(minutes=1))
    claim_batch(now=NOW + dt.timedelta(minutes=1), size=5)

    sweep_mails(now=LEASE_OVER + dt.timedelta(minutes=1))

    swept = [fresh(mail) for mail in (account, second, later)]
    assert [(m.state, m.attempts, m.refusals) for m in swept] == [
        ("retry", 1, 1),
        ("waiting", 0, 3),
        ("waiting", 0, 0),
    ]
    assert {(m.claim, m.claimed_at) for m in swept} == {("", None)}
    assert [(entry.from_state, entry.to_state) for entry in swept[1].log.all()] == [
        ("sending", "waiting")
    ]


def test_each_claim_has_one_interrupted_mail(monkeypatch):
    monkeypatch.setattr(sweeping, "CLAIMS_PER_TRANSACTION", 2)
    for _number in range(5):
        make_mail(), make_mail()
        claim_batch(now=NOW, size=2)

    sweep_mails(now=LEASE_OVER)

    assert (
        sorted(Mail.objects.values_list("state", "refusals"))
        == [("retry", 1)] * 5 + [("waiting", 0)] * 5
    )


def test_mail_that_keeps_killing_workers_fails(settings):
    mail = make_mail(**claimed_fields(attempts=1, refusals=settings.MAIL_MAX_ATTEMPTS - 1))

    sweep_mails(now=LEASE_OVER)

    assert (fresh(mail).state, fresh(mail).attempts) == ("failed", 2)


@pytest.mark.parametrize("state", ["waiting", "retry"])
def test_overdue_mail_expires(state):
    mail = make_mail(state=state, expires_at=NOW)

    assert sweep_mails(now=NOW) == 0

    assert fresh(mail).state == "expired"
    assert fresh(mail).last_error == "Die späteste Zeit für den Versand ist verstrichen."
    assert [(entry.from_state, entry.to_state) for entry in mail.log.all()] == [(state, "expired")]


@pytest.mark.parametrize("state", ["sent", "failed", "withdrawn", "expired"])
def test_finished_mail_stays_unchanged(state):
    mail = make_mail(expires_at=NOW, state=state, sent_at=NOW if state == "sent" else None)

    sweep_mails(now=LEASE_OVER)

    assert (fresh(mail).state, mail.log.count()) == (state, 0)


def test_sweep_covers_more_than_one_transaction(monkeypatch):
    monkeypatch.setattr(sweeping, "MAILS_PER_TRANSACTION", 2)
    monkeypatch.setattr(sweeping, "CLAIMS_PER_TRANSACTION", 2)
    for number in range(5):
        make_mail(**claimed_fields(claim=f"claim {number}"))
        make_mail(expires_at=NOW)

    sweep_mails(now=LEASE_OVER)

    assert Mail.objects.filter(state="retry").count() == 5
    assert Mail.objects.filter(state="expired").count() == 5


def test_second_sweep_is_harmless():
    mail = make_mail(**claimed_fields())

    sweep_mails(now=LEASE_OVER)
    sweep_mails(now=LEASE_OVER)

    assert (fresh(mail).attempts, mail.log.count()) == (1, 1)


MONTHS_LATER = NOW + dt.timedelta(days=180)


def test_bodies_are_removed_after_their_time_and_the_proof_stays():
    mail = make_mail(make_invitation_draft(), state="sent", sent_at=NOW, server_answer="250 ok")

    assert remove_bodies(now=MONTHS_LATER - dt.timedelta(seconds=1)) == 0
    assert remove_bodies(now=MONTHS_LATER) == 1

    kept = fresh(mail)
    assert (kept.text, kept.mime, kept.secret) == ("", "", "")
    assert (kept.subject, kept.recipient, kept.message_id) == (
        mail.subject,
        "gast@example.org",
        mail.message_id,
    )
    assert (kept.sent_at, kept.server_answer, kept.has_personal_link) == (NOW, "250 ok", True)
    assert remove_bodies(now=MONTHS_LATER) == 0


@pytest.mark.parametrize("state", ["draft", "waiting", "retry"])
def test_bodies_of_unsent_mails_are_kept(state):
    mail = make_mail(state=state)

    assert remove_bodies(now=MONTHS_LATER) == 0
    assert fresh(mail).mime == mail.mime


@pytest.mark.parametrize("state", ["failed", "expired", "withdrawn"])
def test_body_of_a_finished_account_mail_is_removed_at_once(state):
    mail = make_account_mail()
    Mail.objects.filter(pk=mail.pk).update(state=state)

    assert remove_bodies(now=NOW) == 1
    assert (fresh(mail).text, fresh(mail).mime) == ("", "")
