import datetime as dt
import threading
from collections import Counter
from itertools import chain, repeat

import pytest
from django.db import connection, transaction

from outbox.models import ConnectionSlot, Mail
from outbox.services import deliver_due_mails, delivery, recording, sweep_mails
from outbox.services.delivery import claim_batch
from tests.outbox.builders import NOW, make_account_mail, make_draft, make_mail, make_recipient
from tests.outbox.sink import DROP_AFTER_DATA
from tests.stack import free_port

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + dt.timedelta(minutes=1)


def deliver(now=LATER, **options):
    return deliver_due_mails(clock=lambda: now, **options)


def mails_to(*names):
    return [make_mail(make_draft(to=make_recipient(email=f"{name}@example.org"))) for name in names]


def fresh(mail):
    return Mail.objects.get(pk=mail.pk)


def log_of(mail):
    return [
        (entry.at, entry.from_state, entry.to_state, entry.note)
        for entry in mail.log.order_by("pk")
    ]


def test_server_gets_the_stored_message_and_the_answer_is_kept(sink):
    mail = make_mail()

    result = deliver()

    sent = fresh(mail)
    assert result[:2] == (1, False)
    assert sink.raw == [mail.mime.encode()]
    assert sink.messages[0]["Message-ID"] == mail.message_id
    assert (sent.state, sent.sent_at, sent.server_answer) == ("sent", LATER, "250 2.0.0 angenommen")
    assert (sent.attempts, sent.claim, sent.claimed_at, sent.last_error) == (1, "", None, "")
    assert sent.mime == mail.mime
    assert log_of(mail) == []


def test_all_batches_go_over_one_connection(sink, settings):
    settings.MAIL_BATCH_SIZE = 2
    mails_to("a", "b", "c", "d", "e")

    assert deliver().sent == 5

    assert [to for _sender, to in sink.envelopes] == [[f"{name}@example.org"] for name in "abcde"]
    assert sink.connections == 1


def test_second_run_sends_nothing(sink):
    make_mail()
    deliver()

    assert deliver()[:2] == (0, False)
    assert len(sink.raw) == 1


def test_account_mail_goes_first_and_its_text_is_removed(sink):
    notice, account_mail = make_mail(), make_account_mail()

    deliver()

    assert [str(message["Subject"]) for message in sink.messages] == ["Anmeldung", "Neu: Netze"]
    assert (fresh(account_mail).state, fresh(account_mail).text, fresh(account_mail).mime) == (
        "sent",
        "",
        "",
    )
    assert fresh(notice).text == notice.text


@pytest.mark.parametrize(
    "fields", [{"due_at": LATER + dt.timedelta(seconds=1)}, {"expires_at": LATER}]
)
def test_mails_not_due_or_expired_are_not_sent(sink, fields):
    mail = make_mail(**fields)

    assert deliver()[:2] == (0, False)
    assert (fresh(mail).state, sink.raw) == ("waiting", [])


@pytest.mark.parametrize("state", ["draft", "failed", "withdrawn", "expired"])
def test_finished_mail_is_never_sent(sink, state):
    make_mail(state=state)

    assert deliver()[:2] == (0, False)
    assert sink.raw == []


def test_rejected_mail_fails_with_the_answer_of_the_server(sink):
    sink.rcpt.append("550 5.1.1 Postfach unbekannt")
    refused, other = mails_to("a", "b")

    assert deliver().sent == 1

    failed = fresh(refused)
    assert (failed.state, failed.last_error, failed.attempts) == (
        "failed",
        "550 5.1.1 Postfach unbekannt",
        1,
    )
    assert log_of(refused) == [(LATER, "sending", "failed", "550 5.1.1 Postfach unbekannt")]
    assert fresh(other).state == "sent"


def test_deferred_mail_is_tried_again_later(sink):
    sink.data.append("450 4.2.0 später bitte")
    mail = make_mail()

    deliver()

    waiting = fresh(mail)
    assert (waiting.state, waiting.last_error, waiting.attempts) == (
        "retry",
        "450 4.2.0 später bitte",
        1,
    )
    assert dt.timedelta(seconds=48) <= waiting.due_at - LATER <= dt.timedelta(seconds=72)
    assert log_of(mail) == [(LATER, "sending", "retry", "450 4.2.0 später bitte")]
    assert deliver(LATER + dt.timedelta(seconds=30)).sent == 0
    assert deliver(LATER + dt.timedelta(seconds=80)).sent == 1
    assert (fresh(mail).state, fresh(mail).attempts, fresh(mail).last_error) == ("sent", 2, "")


def test_mail_fails_after_the_last_attempt(sink, settings):
    settings.MAIL_MAX_ATTEMPTS = 3
    sink.data += ["450 später"] * 3
    mail = make_mail()

    for hour in range(1, 4):
        deliver(NOW + dt.timedelta(hours=hour))

    assert (fresh(mail).state, fresh(mail).attempts) == ("failed", 3)
    assert [entry[2] for entry in log_of(mail)] == ["retry", "retry", "failed"]


def test_unreachable_server_leaves_all_mails_queued(settings):
    settings.MAIL_URL = f"smtp://127.0.0.1:{free_port()}/"
    mails = mails_to("a", "b")

    assert deliver()[:2] == (0, True)

    tried, other = map(fresh, mails)
    words = "Der Mailserver ist nicht erreichbar: Verbindung abgelehnt"
    assert (tried.state, tried.attempts, tried.last_error, tried.claim) == ("retry", 1, words, "")
    assert (other.state, other.attempts, other.last_error, other.claim) == ("waiting", 0, words, "")
    assert dt.timedelta(seconds=48) <= tried.due_at - LATER <= dt.timedelta(seconds=72)
    assert other.due_at == tried.due_at
    assert (log_of(tried), log_of(other)) == ([(LATER, "sending", "retry", words)], [])


def test_long_outage_of_the_server_fails_no_mail(settings):
    settings.MAIL_URL = f"smtp://127.0.0.1:{free_port()}/"
    mail = make_mail()

    for hour in range(1, 13):
        deliver(NOW + dt.timedelta(hours=hour))

    kept = fresh(mail)
    assert (kept.state, kept.attempts, kept.refusals) == ("retry", 12, 0)
    assert kept.due_at - NOW - dt.timedelta(hours=12) <= dt.timedelta(minutes=15)


def test_throttling_ends_the_run_and_counts_no_attempt(sink):
    sink.rcpt.append("432 4.3.2 zu viele Verbindungen")
    mails = mails_to("a", "b")

    assert deliver()[:2] == (0, True)

    assert [(mail.state, mail.attempts, mail.last_error) for mail in map(fresh, mails)] == [
        ("waiting", 0, "432 4.3.2 zu viele Verbindungen")
    ] * 2
    slots = ConnectionSlot.objects.order_by("number").values_list(
        "number", "holder", "closed_until"
    )
    assert list(slots) == [(1, "", LATER + dt.timedelta(minutes=10)), (2, "", None)]


def test_broken_connection_defers_one_mail_and_the_rest_are_sent(sink):
    sink.data.append(DROP_AFTER_DATA)
    first, second = mails_to("a", "b")

    assert deliver().sent == 1

    assert (fresh(first).state, fresh(second).state) == ("retry", "sent")
    deliver(LATER + dt.timedelta(minutes=5))
    assert [message["Message-ID"] for message in sink.messages] == [
        second.message_id,
        first.message_id,
    ]


def test_slow_worker_releases_the_rest_of_its_claim(sink, monkeypatch):
    mails = mails_to("a", "b", "c")
    seconds = chain(
        # Start of the batch, first mail, then five minutes later.
        [0, 1, 1],
        repeat(301),
    )
    monkeypatch.setattr(delivery, "monotonic", lambda: next(seconds))
    given_back = []

    def release(rest, **options):
        given_back.append([mail.pk for mail in rest])
        recording.release_claims(rest, **options)

    monkeypatch.setattr(delivery, "release_claims", release)

    assert deliver().sent == 3

    assert given_back == [[mails[1].pk, mails[2].pk]]
    assert [fresh(mail).attempts for mail in mails] == [1, 1, 1]


def test_worker_that_lost_its_slot_stops(sink, monkeypatch, settings):
    settings.MAIL_SLOT_SECONDS = 0
    monkeypatch.setattr(delivery, "renew_slot", lambda slot, now: False)
    mails = mails_to("a", "b")

    assert deliver()[:2] == (0, False)
    assert [fresh(mail).state for mail in mails] == ["waiting", "waiting"]


def test_claim_belongs_to_one_worker():
    mails = mails_to("a", "b", "c")

    first, second = claim_batch(now=NOW, size=2), claim_batch(now=NOW, size=2)

    assert [mail.pk for mail in first + second] == [mail.pk for mail in mails]
    assert {fresh(mail).claim for mail in mails[:2]} == {first[0].claim}
    assert fresh(mails[2]).claim == second[0].claim != first[0].claim
    assert fresh(mails[0]).claimed_at == NOW
    assert claim_batch(now=NOW, size=2) == []


def test_claiming_and_recording_cost_few_statements(sink, django_assert_num_queries):
    mails_to("a", "b", "c")

    deliver(NOW - dt.timedelta(hours=1))  # creates the connection slots

    # Slot: SELECT, UPDATE, UPDATE. Bundling: BEGIN, SELECT, COMMIT. Claim: BEGIN, SELECT, UPDATE,
    # COMMIT. Three records; on PostgreSQL they use a connection that is not counted. Then slot,
    # bundling, BEGIN, SELECT, COMMIT once more, and a SELECT for remaining mails.
    with django_assert_num_queries(19 if connection.vendor == "postgresql" else 22):
        deliver()


def test_sending_within_a_transaction_is_an_error(sink):
    make_mail()

    with pytest.raises(RuntimeError), transaction.atomic():
        deliver()
    assert sink.raw == []


def test_workers_at_once_send_each_mail_once(sink, settings):
    settings.MAIL_BATCH_SIZE = 3
    mails = mails_to(*(f"gast-{n}" for n in range(30)))
    barrier = threading.Barrier(4)
    errors = []

    def work():
        barrier.wait()
        try:
            deliver()
            sweep_mails(now=LATER)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert Counter(message["Message-ID"] for message in sink.messages) == Counter(
        mail.message_id for mail in mails
    )
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent"}
