import datetime as dt
import re
from email import message_from_string

import pytest
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from core.errors import Refused
from outbox.models import Mail
from outbox.rendering import TextError
from outbox.services import enqueue_account_mail, enqueue_mails, settle_demo_mails
from tests.outbox.builders import (
    NOW,
    PERSONAL_LINK,
    TOKEN,
    make_account_mail,
    make_draft,
    make_event_text,
    make_invitation_draft,
    make_mail,
    make_recipient,
    make_wording,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hints(monkeypatch):
    """The tasks that were sent to the broker."""
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))
    return sent


def test_mail_is_complete_when_it_is_written():
    user = make_user("office")

    mail = make_mail(
        make_draft(subject_key="topic:1", to=make_recipient(email="Gast@Example.org")), by=user
    )

    assert (mail.kind, mail.subject_key, mail.event) == ("test_notice", "topic:1", "proposed")
    assert (mail.recipient, mail.recipient_name) == ("gast@example.org", "Leitung Werk")
    assert (mail.subject, mail.state, mail.priority, mail.attempts) == (
        "Neu: Netze",
        "waiting",
        5,
        0,
    )
    assert (mail.created_at, mail.due_at, mail.expires_at) == (
        NOW,
        NOW,
        NOW + dt.timedelta(hours=72),
    )
    assert (mail.created_by, mail.path) == (user, "/branchengespraeche/themen/12/")
    assert mail.text.startswith("Guten Tag,\n\ndas Thema Netze ist neu.")
    assert message_from_string(mail.mime)["Message-ID"] == mail.message_id
    assert mail.log.count() == 0


def test_link_is_the_path_unless_another_is_given():
    mail = make_mail()
    other = make_mail(make_draft(link="/anders/"))

    assert "Thema öffnen: http://localhost:8000/branchengespraeche/themen/12/\n" in mail.text
    assert "Thema öffnen: http://localhost:8000/anders/\n" in other.text


def test_same_event_is_written_once_even_with_other_words():
    draft = make_draft(subject_key="topic:1")
    first = make_mail(draft)

    written = enqueue_mails([draft._replace(values={"topic": "Anders", "comment": ""})], now=NOW)

    assert written == 0
    assert list(Mail.objects.values_list("message_id", "subject")) == [
        (first.message_id, "Neu: Netze")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "test_invitation", "values": {"topic": "x"}},
        {"subject_key": "topic:2"},
        {"event": "again"},
        {"to": make_recipient(email="zweiter@example.org")},
    ],
)
def test_any_other_kind_subject_event_or_recipient_is_another_mail(change):
    draft = make_draft(subject_key="topic:1")
    make_mail(draft)

    assert enqueue_mails([draft._replace(**change)], now=NOW) == 1


def test_database_refuses_a_second_mail_of_the_same_event():
    mail = make_mail()
    mail.pk, mail.message_id = None, "<other@example.org>"

    with pytest.raises(IntegrityError), transaction.atomic():
        mail.save(force_insert=True)


def test_500_mails_cost_as_many_queries_as_50_apart_from_the_batches(django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        assert enqueue_mails([make_draft() for _n in range(500)], now=NOW) == 500


def test_texts_in_force_are_queried_once_per_call():
    make_wording()

    with CaptureQueriesContext(connection) as queries:
        enqueue_mails([make_draft(), make_draft(), make_invitation_draft()], now=NOW)

    asked = [query["sql"] for query in queries if 'FROM "outbox_wording"' in query["sql"]]
    assert len(asked) == 1
    assert sorted(Mail.objects.values_list("subject", flat=True)) == [
        "Einladung: Infrastruktur & Netze",
        "Thema Netze",
        "Thema Netze",
    ]


def test_unknown_kind_and_wrong_values_are_errors_and_write_nothing():
    with pytest.raises(TextError):
        enqueue_mails([make_draft(), make_draft(kind="gone")], now=NOW)
    with pytest.raises(TextError):
        enqueue_mails([make_draft(values={"topic": "x"})], now=NOW)

    assert Mail.objects.count() == 0


def test_worker_is_woken_once_after_the_commit(hints, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue_mails([make_draft(), make_draft()], now=NOW)
        assert hints == []

    assert hints == ["outbox.tasks.drain"]


def test_known_mail_wakes_no_worker(hints, django_capture_on_commit_callbacks):
    draft = make_draft()
    make_mail(draft)

    with django_capture_on_commit_callbacks(execute=True):
        enqueue_mails([draft], now=NOW)
        enqueue_mails([], now=NOW)

    assert hints == []


@pytest.mark.django_db(transaction=True)
def test_rollback_writes_no_mail_and_wakes_no_worker(hints):
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue_mails([make_draft()], now=NOW)
        raise RuntimeError

    assert (Mail.objects.count(), hints) == (0, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "error", [OperationalError("away"), ConnectionRefusedError("away"), RuntimeError("any")]
)
def test_unreachable_broker_does_not_fail_the_caller(monkeypatch, caplog, error):
    def refuse(name, **options):
        raise error

    monkeypatch.setattr(current_app, "send_task", refuse)

    assert enqueue_mails([make_draft()], now=NOW) == 1

    assert Mail.objects.get().state == "waiting"
    assert len(caplog.records) == 1
    assert "gast@example.org" not in caplog.text


def test_secret_of_a_personal_link_is_stored():
    mail = make_mail(make_invitation_draft())

    assert mail.has_personal_link
    assert mail.secret == PERSONAL_LINK
    assert mail.text.count(TOKEN) == 2


def test_personal_link_with_the_address_of_the_portal_is_the_same_secret():
    mail = make_mail(make_invitation_draft(link=f"http://localhost:8000{PERSONAL_LINK}"))

    assert mail.secret == PERSONAL_LINK


@pytest.mark.parametrize(
    "fields",
    [
        {"link": ""},
        {"link": "/branchengespraeche/themen/12/"},
        {"values": {"topic": f"x {PERSONAL_LINK}"}},
        {"calendar": make_event_text(description=f"Link: {PERSONAL_LINK}")},
    ],
)
def test_personal_link_must_exist_and_stand_in_the_body_only(fields):
    with pytest.raises(TextError):
        enqueue_mails([make_invitation_draft(**fields)], now=NOW)

    assert Mail.objects.count() == 0


def test_database_refuses_a_personal_link_that_is_not_known():
    mail = make_mail()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(has_personal_link=True)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "sent"},
        {"state": "sending"},
        {"claim": "x"},
        {"state": "sending", "claimed_at": NOW},
    ],
)
def test_database_refuses_incomplete_states(fields):
    mail = make_mail()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(**fields)


def test_draft_may_be_due_later_and_expire_at_its_own_time():
    later, end = NOW + dt.timedelta(hours=2), NOW + dt.timedelta(days=9)

    mail = make_mail(make_draft(due_at=later))
    other = make_mail(make_draft(expires_at=end))

    assert (mail.due_at, mail.expires_at) == (later, later + dt.timedelta(hours=72))
    assert (other.due_at, other.expires_at) == (NOW, end)


def test_account_mail_has_priority_and_expires_soon():
    mail = make_account_mail()

    assert (mail.is_account_mail, mail.priority, mail.kind) == (True, 0, "account")
    assert (mail.subject, mail.text) == ("Anmeldung", "Ihr Code lautet 123456.\n")
    assert mail.expires_at == NOW + dt.timedelta(hours=2)


def test_account_mails_are_distinct_unless_they_name_an_event():
    make_account_mail()
    make_account_mail()
    for _n in range(2):
        enqueue_account_mail(
            to=make_recipient(),
            subject="Einladung",
            text="Link",
            now=NOW,
            event="invitation:1:1",
            expires_at=NOW + dt.timedelta(days=3),
        )

    assert Mail.objects.count() == 3
    assert Mail.objects.get(subject="Einladung").expires_at == NOW + dt.timedelta(days=3)


def test_demo_mails_are_sent_with_their_files(
    mail_folder, hints, django_capture_on_commit_callbacks
):
    mail, account_mail = make_mail(), make_account_mail()

    with django_capture_on_commit_callbacks(execute=True):
        assert settle_demo_mails() == 1

    mail.refresh_from_db()
    account_mail.refresh_from_db()
    assert (mail.state, mail.sent_at, mail.attempts, mail.is_demo) == ("sent", NOW, 1, True)
    assert [path.name for path in mail_folder.iterdir()] == [f"20260327-090000-{mail.pk}.eml"]
    assert (mail_folder / f"20260327-090000-{mail.pk}.eml").read_bytes() == mail.mime.encode()
    assert (account_mail.state, account_mail.is_demo) == ("waiting", False)
    assert hints == []


def test_mail_that_is_too_large_is_refused_with_a_sentence_and_nothing_is_written(settings):
    settings.MAIL_MAX_KB = 20

    with pytest.raises(Refused) as caught:
        enqueue_mails(
            [make_draft(), make_draft(values={"topic": "Netze", "comment": "lang " * 5000})],
            now=NOW,
        )

    assert re.fullmatch(
        r"Die E-Mail „Neu: Netze“ wäre \d+ KB groß, erlaubt sind 20 KB. Bitte kürzen Sie den Text.",
        str(caught.value),
    )
    assert Mail.objects.count() == 0


def test_account_mail_wakes_the_worker_of_its_own_connection(
    hints, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        make_account_mail()

    assert hints == ["outbox.tasks.drain_account"]
