import datetime as dt

import pytest
from django.db import connection

from core.queries import RESERVED_PARAMETERS
from outbox.texts import Recipient
from reminders.models import ReminderLog
from reminders.queries import SentReminders, digests_written_for, reminder_mails
from reminders.registry import ReminderStep
from reminders.services import enqueue_reminders
from tests.reminders.builders import (
    DATE,
    TEN_BEFORE,
    THREE_BEFORE,
    at,
    make_personal,
    make_reminder,
    make_reminder_mail,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
SENT = make_reminder("eins", on=TEN_BEFORE)._replace(step=ReminderStep("-10", TEN_BEFORE, "…"))


def is_covered_after_sending(reminder) -> bool:
    """Return whether `reminder` is covered once SENT went out ten working days before DATE."""
    enqueue_reminders([make_reminder_mail(SENT)], day=TEN_BEFORE, now=at(TEN_BEFORE))
    return SentReminders([reminder]).covers(reminder)


@pytest.mark.parametrize(
    ("changes", "is_covered"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param(
            {"step": ReminderStep("-10", THREE_BEFORE, "…")}, True, id="the same step, moved"
        ),
        pytest.param(
            {"step": ReminderStep("-11", TEN_BEFORE - DAY, "…")},
            True,
            id="a step of an earlier day",
        ),
        pytest.param(
            {"step": ReminderStep("-10+", TEN_BEFORE, "…")}, True, id="another step of that day"
        ),
        pytest.param(
            {"step": ReminderStep("-9", TEN_BEFORE + DAY, "…")}, False, id="a step of a later day"
        ),
        pytest.param({"date": DATE + DAY}, False, id="another date"),
        pytest.param({"subject_key": "test:zwei"}, False, id="another thing"),
        pytest.param({"kind": "test_personal"}, False, id="another rule"),
        pytest.param({"to": Recipient("andere@example.org")}, False, id="another person"),
    ],
)
def test_sent_step_covers_itself_and_earlier_ones(changes, is_covered):
    assert is_covered_after_sending(SENT._replace(**changes)) is is_covered


def test_added_reminder_counts_as_sent():
    sent = SentReminders([])

    sent.add(SENT, THREE_BEFORE)

    assert sent.covers(SENT)
    assert sent.last_on(SENT) == THREE_BEFORE
    assert sent.last_on(make_reminder("zwei")) is None


def test_day_of_sending_is_the_day_in_berlin():
    enqueue_reminders(
        [make_reminder_mail(SENT)],
        day=TEN_BEFORE,
        now=dt.datetime(2026, 3, 29, 22, 30, tzinfo=dt.UTC),
    )

    assert SentReminders([SENT]).last_on(SENT) == dt.date(2026, 3, 30)


def test_digests_of_the_days_are_known():
    enqueue_reminders([make_reminder_mail(SENT)], day=TEN_BEFORE, now=at(TEN_BEFORE))

    assert digests_written_for([TEN_BEFORE, THREE_BEFORE]) == {("2026-03-30", "gast@example.org")}
    assert digests_written_for([THREE_BEFORE]) == set()


def test_log_is_read_in_batches(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(connection.features, "max_query_params", RESERVED_PARAMETERS + 2)
    many = [make_reminder() for _number in range(3)]

    with django_assert_num_queries(2):
        SentReminders(many)


def test_mails_of_a_day_come_with_their_number_of_reminders(django_assert_num_queries):
    enqueue_reminders(
        [make_reminder_mail(make_reminder(), make_reminder())],
        day=TEN_BEFORE,
        now=at(TEN_BEFORE, 0),
    )
    enqueue_reminders(
        [make_reminder_mail(make_personal())], day=TEN_BEFORE, now=at(TEN_BEFORE, 23, 59)
    )
    enqueue_reminders(
        [make_reminder_mail(make_personal())], day=TEN_BEFORE, now=at(TEN_BEFORE + DAY, 0)
    )

    with django_assert_num_queries(1):
        found = [(mail.kind, mail.count) for mail in reminder_mails(TEN_BEFORE)]

    assert found == [("test_personal", 1), ("reminder_digest", 2)]
    assert ReminderLog.objects.count() == 4
