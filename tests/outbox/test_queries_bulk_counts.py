"""Counts by state take one query and match what the filter finds."""

import datetime as dt

import pytest
import time_machine

from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.filters import MailFilter
from outbox.models import Mail
from outbox.queries.bulk import STATE_FILTER_CHOICES, count_states
from tests.outbox.builders import NOW, fields_in_state, make_account_mail, make_batch, make_mail

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def many():
    """Two mails in each state; some are settled, some late, one belongs to an account."""
    for state in (
        "draft",
        "waiting",
        "sending",
        "sent",
        "retry",
        "failed",
        "withdrawn",
        "expired",
    ):
        make_mail(**fields_in_state(state, due_at=NOW + HOUR))
        make_mail(**fields_in_state(state, due_at=NOW - HOUR))
    # Somebody tried out a text.
    make_mail(**fields_in_state("sent", event="test:1"))
    make_mail(state="failed", settled_at=NOW)
    make_mail(state="expired", settled_at=NOW + HOUR)
    account = make_account_mail()
    Mail.objects.filter(pk=account.pk).update(state="failed")


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("value", ["", *dict(STATE_FILTER_CHOICES)])
def test_counts_agree_with_the_filter(value):
    with time_machine.travel(NOW, tick=False):
        found = MailFilter({"state": value}, queryset=Mail.objects.all()).qs.count()

        assert count_states(Mail.objects.all(), now=NOW).count(value) == found


@pytest.mark.usefixtures("many")
def test_mails_are_counted_by_state():
    counts = count_states(Mail.objects.all(), now=NOW)

    assert {
        value: counts.count(value)
        for value in ("", "unsolved", "late", "tested", "failed", "sent", "expired")
    } == {
        "": 20,
        "unsolved": 5,
        "late": 3,
        "tested": 1,
        "failed": 4,
        "sent": 2,
        "expired": 3,
    }


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("action", "value", "expected"),
    [
        (APPROVE, "", {"draft": 2}),
        (RESEND, "", {"failed": 2, "expired": 2}),
        (RESEND, "failed", {"failed": 2}),
        (RESEND, "sent", {}),
        (WITHDRAW, "late", {"waiting": 1, "retry": 1}),
        (SETTLE, "unsolved", {"failed": 3, "expired": 2}),
    ],
)
def test_counts_by_action_leave_out_settled_and_account_mails(action, value, expected):
    assert count_states(Mail.objects.all(), now=NOW).reached_by(action, value) == expected


def test_test_that_failed_is_unsolved_like_any_other_mail():
    make_mail(state="failed", event="test:1")

    counts = count_states(Mail.objects.all(), now=NOW)

    assert [counts.count(value) for value in ("unsolved", "failed", "tested")] == [1, 1, 0]


@pytest.mark.parametrize("count", [1, 40])
def test_counting_needs_one_query(count, django_assert_num_queries):
    make_batch(count, state="failed")
    Mail.objects.filter(pk__lte=Mail.objects.latest("pk").pk - count // 2).update(settled_at=NOW)

    with django_assert_num_queries(1):
        counts = count_states(Mail.objects.order_by("-created_at"), now=NOW)

    assert counts.count() == count
