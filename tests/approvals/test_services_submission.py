import datetime as dt

import pytest
from celery import current_app
from django.db import transaction

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.services import request_approval
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.builders import (
    BRIEFING,
    DUE_ON,
    NOW,
    TODAY,
    make_deputy,
    make_subject,
)
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def submit(by, **fields):
    values = {
        "subject": make_subject(),
        "briefing": BRIEFING,
        "due_on": DUE_ON,
        "by": by,
        "now": NOW,
    }
    return request_approval(**values | fields)


def test_submission_keeps_what_was_shown(office):
    subject = make_subject(snapshot=[["Thema", "Fachkräfte sichern"]])

    approval = submit(office, subject=subject)

    approval.refresh_from_db()
    assert (approval.kind, approval.subject_id, approval.state) == (
        ApprovalKind.TOPIC,
        1,
        ApprovalState.OPEN,
    )
    assert approval.snapshot == [["Thema", "Fachkräfte sichern"]]
    assert (approval.vote, approval.due_on, approval.submitted_at, approval.submitted_by) == (
        BRIEFING.vote,
        DUE_ON,
        NOW,
        office,
    )
    assert [entry.history_change_reason for entry in approval.history.all()] == [
        "Freigabe beantragt"
    ]


def test_submission_is_mailed_once_to_each_account_of_the_senators_office(office, senator):
    second = make_user(SENATOR_OFFICE, email="zweites-konto@example.org")
    make_user(SENATOR_OFFICE, email="stillgelegt@example.org", is_active=False)
    make_user(PARTNER)

    approval = submit(office)

    assert mails_written() == [("approval_asked", senator.email), ("approval_asked", second.email)]
    mail = Mail.objects.get(recipient=senator.email)
    assert mail.subject == "Freigabe erbeten bis 13.03.2026: Fachkräfte sichern"
    assert mail.path == f"/freigaben/{approval.pk}/"
    assert f"http://localhost:8000/freigaben/{approval.pk}/" in mail.text


def test_submission_is_mailed_to_the_deputies_of_the_day_only(office, senator):
    make_deputy(senator)
    make_deputy(
        senator, starts_on=TODAY + dt.timedelta(1), ends_on=None, email="ab-morgen@example.org"
    )
    make_deputy(
        senator,
        starts_on=dt.date(2026, 1, 1),
        ends_on=TODAY - dt.timedelta(1),
        email="bis-gestern@example.org",
    )

    submit(office)

    assert mails_written() == [
        ("approval_asked", "senatorin@example.org"),
        ("approval_asked", "vertretung@example.org"),
    ]


def test_submission_is_mailed_only_to_deputies_for_its_kind(office, senator):
    make_deputy(senator, kinds=[ApprovalKind.TOPIC])
    make_deputy(senator, kinds=[ApprovalKind.VISIT], email="besuche@example.org")
    make_deputy(senator, email="alles@example.org")

    submit(office)

    assert [recipient for _kind, recipient in mails_written()] == [
        "alles@example.org",
        "senatorin@example.org",
        "vertretung@example.org",
    ]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER, None])
def test_only_the_office_submits(role):
    by = make_user(role) if role else make_user()

    with (
        nothing_changes(),
        pytest.raises(NotAllowed, match=r"^Freigaben beantragt die Geschäftsstelle\.$"),
    ):
        submit(by)

    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"due_on": TODAY - dt.timedelta(1)}, "liegt in der Vergangenheit"),
        ({"briefing": BRIEFING._replace(vote="  ")}, "nennen Sie das Votum"),
    ],
    ids=["deadline in the past", "no vote"],
)
def test_incomplete_submission_is_refused(office, senator, fields, sentence):
    with nothing_changes(), pytest.raises(Refused, match=sentence):
        submit(office, **fields)

    assert not ApprovalRequest.objects.exists()


def test_deadline_today_is_accepted_until_midnight_in_berlin(office):
    late = dt.datetime(2026, 3, 2, 23, 30, tzinfo=NOW.tzinfo)

    assert submit(office, due_on=TODAY, now=late).due_on == TODAY


def test_second_open_approval_of_a_subject_is_refused(office, senator):
    first = submit(office)

    with (
        nothing_changes(first),
        pytest.raises(
            ChangedMeanwhile, match=r"^Für diesen Gegenstand ist bereits eine Freigabe beantragt\.$"
        ),
    ):
        submit(office)

    assert ApprovalRequest.objects.count() == 1


def test_no_mail_is_sent_before_the_commit(
    office, senator, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))

    with django_capture_on_commit_callbacks() as callbacks:
        submit(office)
        assert sent == []
    for callback in callbacks:
        callback()

    assert sent == ["outbox.tasks.drain"]


def test_rollback_removes_the_mail(office, senator):
    with pytest.raises(RuntimeError), transaction.atomic():
        submit(office)
        raise RuntimeError

    assert (ApprovalRequest.objects.count(), Mail.objects.count()) == (0, 0)
