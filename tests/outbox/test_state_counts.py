"""Counting by state: one query, and the same numbers as the filter finds."""

import datetime as dt

import pytest
import time_machine

from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.filters import STATE_CHOICES, MailFilter
from outbox.models import Mail
from outbox.queries.bulk import StateCounts
from tests.outbox.builders import NOW, in_state, make_account_mail, make_batch, make_mail

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def many():
    """Two mails in each state, some settled, some late, one of an account."""
    for state in (
        "draft",
        "waiting",
        "sending",
        "sent",
        "retry",
        "failed",
        "undeliverable",
        "withdrawn",
        "expired",
    ):
        make_mail(**in_state(state, due_at=NOW + HOUR))
        make_mail(**in_state(state, due_at=NOW - HOUR))
    make_mail(state="failed", settled_at=NOW)
    make_mail(state="expired", settled_at=NOW + HOUR)
    account = make_account_mail()
    Mail.objects.filter(pk=account.pk).update(state="failed")


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("value", ["", *dict(STATE_CHOICES)])
def test_tally_counts_what_the_filter_finds(value):
    with time_machine.travel(NOW, tick=False):
        found = MailFilter({"state": value}, queryset=Mail.objects.all()).qs.count()

        assert StateCounts.of(Mail.objects.all(), now=NOW).count(value) == found


@pytest.mark.usefixtures("many")
def test_numbers_are_exact():
    tally = StateCounts.of(Mail.objects.all(), now=NOW)

    assert {
        value: tally.count(value) for value in ("", "unsolved", "late", "failed", "sent", "expired")
    } == {"": 21, "unsolved": 7, "late": 3, "failed": 4, "sent": 2, "expired": 3}


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("action", "value", "counts"),
    [
        (APPROVE, "", {"draft": 2}),
        (RESEND, "", {"failed": 2, "expired": 2}),
        (RESEND, "failed", {"failed": 2}),
        (RESEND, "sent", {}),
        (WITHDRAW, "late", {"waiting": 1, "retry": 1}),
        (SETTLE, "unsolved", {"failed": 3, "undeliverable": 2, "expired": 2}),
    ],
)
def test_acts_are_meant_for_what_can_be_acted_on(action, value, counts):
    assert StateCounts.of(Mail.objects.all(), now=NOW).reached_by(action, value) == counts


@pytest.mark.parametrize("count", [1, 40])
def test_counting_is_one_query(count, django_assert_num_queries):
    make_batch(count, state="failed")
    Mail.objects.filter(pk__lte=Mail.objects.latest("pk").pk - count // 2).update(settled_at=NOW)

    with django_assert_num_queries(1):
        tally = StateCounts.of(Mail.objects.order_by("-created_at"), now=NOW)

    assert tally.count() == count


def test_quick_filters_show_what_there_is_and_what_is_looked_at():
    make_batch(3, state="failed")
    make_batch(2, state="waiting", due_at=NOW)

    lines = StateCounts.of(Mail.objects.all(), now=NOW).quick_filters("sent")

    assert [(line.value, str(line.label), line.count, line.is_current) for line in lines] == [
        ("", "alle", 5, False),
        ("unsolved", "ungelöst", 3, False),
        ("waiting", "wartet", 2, False),
        ("sent", "versandt", 0, True),
        ("failed", "fehlgeschlagen", 3, False),
    ]
