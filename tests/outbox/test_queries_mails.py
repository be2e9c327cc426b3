import datetime as dt

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail, MailLog
from outbox.queries.mails import (
    LATE_AFTER,
    Problems,
    latest_batch,
    latest_failure,
    mails_about,
    mails_waiting,
    oldest_due_at,
)
from outbox.services import resend_mail
from tests.outbox.builders import NOW, claimed_fields, fields_in_state, make_draft, make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def test_nothing_is_due_when_mails_are_finished_or_due_later():
    make_mail(state="sent", sent_at=NOW)
    make_mail(state="failed")
    make_mail(due_at=NOW + dt.timedelta(minutes=1))

    assert oldest_due_at(NOW) is None


@pytest.mark.parametrize("columns", [{"state": "waiting"}, {"state": "retry"}, claimed_fields()])
def test_oldest_unsent_mail_counts_in_every_unsent_state(columns):
    make_mail(due_at=NOW - dt.timedelta(minutes=5))
    make_mail(due_at=NOW - dt.timedelta(minutes=20), **columns)

    assert oldest_due_at(NOW) == NOW - dt.timedelta(minutes=20)


def test_mails_about_a_page_come_newest_first_without_their_bodies(django_assert_num_queries):
    old = make_mail(make_draft(path="/a/"))
    new = make_mail(make_draft(path="/a/"), now=NOW + dt.timedelta(hours=1))
    make_mail(make_draft(path="/a/b/"))

    with django_assert_num_queries(1):
        found = list(mails_about("/a/"))

    assert found == [new, old]
    assert {"mime", "text", "secret"} <= found[0].get_deferred_fields()


@pytest.mark.parametrize(
    ("role", "count"), [(OFFICE, 1), (SENATOR_OFFICE, 0), (PARTNER, 0), (OBSERVER, 0)]
)
def test_mail_is_visible_to_the_office_alone(role, count):
    make_mail()

    assert Mail.objects.visible_to(make_user(role)).count() == count


def test_no_problems_while_nothing_failed_and_nothing_is_late(django_assert_num_queries):
    for state in ("draft", "sent", "withdrawn"):
        make_mail(**fields_in_state(state))
    make_mail(due_at=NOW - LATE_AFTER)
    make_mail(state="failed", settled_at=NOW)

    with django_assert_num_queries(1):
        problems, drafts = mails_waiting(NOW)

    assert problems == Problems(0, 0, None)
    assert drafts.count == 1


def test_failed_and_late_mails_are_counted_as_problems():
    for state in ("failed", "expired"):
        make_mail(state=state)
    since = NOW - dt.timedelta(hours=1)
    for columns in ({"state": "waiting"}, {"state": "retry"}, claimed_fields()):
        make_mail(due_at=since, **columns)

    assert mails_waiting(NOW)[0] == Problems(2, 3, since)


def test_latest_failure_goes_by_the_time_of_failing(django_assert_num_queries):
    first, second = (
        make_mail(state="failed"),
        make_mail(state="expired", created_at=NOW + dt.timedelta(minutes=1)),
    )
    at = NOW + dt.timedelta(hours=1)
    MailLog.objects.create(mail=first, at=at, from_state="sending", to_state="failed")
    MailLog.objects.create(
        mail=second, at=at + dt.timedelta(days=1), from_state="waiting", to_state="sending"
    )

    with django_assert_num_queries(2):
        failure = latest_failure()

    assert (failure.count, failure.latest, failure.at) == (2, first, at)


def test_resent_mail_is_no_failure():
    resend_mail(make_mail(state="failed"), now=NOW, by=make_user(OFFICE))

    assert latest_failure() is None


def test_latest_batch_is_that_of_the_newest_mail_of_the_kind():
    make_mail(make_draft(path="/a/"))
    newest = make_mail(make_draft(path="/a/"), now=NOW + dt.timedelta(hours=1))
    make_mail(make_draft(path="/b/"), now=NOW + dt.timedelta(hours=2))

    assert latest_batch("/a/", "test_notice") == newest.batch
    assert latest_batch("/a/", "test_invitation") is None
