"""Reminder mails and their log are written in one transaction."""

import datetime as dt

import pytest
from django.db import IntegrityError

from outbox.models import Mail
from outbox.texts import Recipient
from reminders.models import ReminderLog
from reminders.registry import Reminder, ReminderStep
from reminders.services import enqueue_reminders
from tests.racing import race
from tests.reminders.builders import (
    DATE,
    THREE_BEFORE,
    at,
    make_personal,
    make_reminder,
    make_reminder_mail,
)

pytestmark = pytest.mark.django_db
NOW = at(THREE_BEFORE)


def send(*mails, day: dt.date = THREE_BEFORE, now: dt.datetime = NOW) -> int:
    return enqueue_reminders(mails, day=day, now=now)


def log() -> list[tuple[str, str, str, dt.date]]:
    entries = ReminderLog.objects.order_by("subject_key", "recipient", "step")
    return list(entries.values_list("subject_key", "step", "recipient", "date"))


def test_digest_names_each_reminder_and_each_is_logged():
    mail = make_reminder_mail(make_reminder("eins", path="/a/"), make_reminder("zwei", path="/b/"))

    assert send(mail) == 1

    mail = Mail.objects.get()
    assert (mail.kind, mail.subject_key, mail.event) == (
        "reminder_digest",
        "digest",
        "2026-04-10",
    )
    assert mail.subject == "Offene Vorgänge am 10.04.2026"
    assert "- eins: http://localhost:8000/a/\n- zwei: http://localhost:8000/b/" in mail.text
    assert log() == [
        ("test:eins", "-3", "gast@example.org", DATE),
        ("test:zwei", "-3", "gast@example.org", DATE),
    ]
    assert set(ReminderLog.objects.values_list("mail", "at")) == {(mail.pk, NOW)}


def test_personal_link_has_a_mail_of_its_own_kind():
    reminder = make_personal("Netze")

    assert send(make_reminder_mail(reminder)) == 1

    mail = Mail.objects.get()
    assert (mail.kind, mail.subject_key, mail.event) == (
        "test_personal",
        "test:Netze",
        "2026-04-15:-5",
    )
    assert (mail.has_personal_link, reminder.link in mail.text) == (True, True)
    assert log() == [("test:Netze", "-5", "gast@example.org", DATE)]


def test_address_is_logged_as_mails_store_it():
    send(make_reminder_mail(make_reminder("eins", to=Recipient("GAST@Example.org"))))

    assert (Mail.objects.get().recipient, log()[0][2]) == ("gast@example.org", "gast@example.org")


def test_second_digest_of_the_day_is_neither_written_nor_logged():
    send(make_reminder_mail(make_reminder("eins")))

    assert send(make_reminder_mail(make_reminder("zwei"))) == 0

    assert Mail.objects.count() == 1
    assert [row[0] for row in log()] == ["test:eins"]


def test_reminder_logged_with_another_mail_stops_the_whole_run():
    again = make_reminder("eins")
    send(make_reminder_mail(again))

    with pytest.raises(IntegrityError):
        send(
            make_reminder_mail(again, make_reminder("zwei")),
            day=THREE_BEFORE + dt.timedelta(days=3),
        )

    assert (Mail.objects.count(), ReminderLog.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("now", "expires_at"),
    [
        (at(THREE_BEFORE, 7), at(THREE_BEFORE, 20)),
        (at(THREE_BEFORE, 11), at(THREE_BEFORE, 20)),
        (at(THREE_BEFORE, 21, 30), at(THREE_BEFORE, 22, 30)),  # sent by hand in the evening
        (at(dt.date(2026, 10, 25)), at(dt.date(2026, 10, 25), 20)),  # the day has 25 hours
    ],
)
def test_reminder_expires_in_the_evening(now, expires_at):
    send(make_reminder_mail(make_personal()), make_reminder_mail(make_reminder()), now=now)

    assert set(Mail.objects.values_list("expires_at", flat=True)) == {expires_at}


def test_reminder_whose_mail_expired_is_sent_and_logged_again():
    mails = [make_reminder_mail(make_reminder("eins")), make_reminder_mail(make_personal("zwei"))]
    send(*mails)
    Mail.objects.update(state="expired")
    monday = THREE_BEFORE + dt.timedelta(days=3)

    assert send(*mails, day=monday, now=at(monday)) == 2

    events = list(Mail.objects.order_by("pk").values_list("kind", "event", "state"))
    assert sorted(events[2:]) == [
        ("reminder_digest", "2026-04-13", "waiting"),
        ("test_personal", "2026-04-15:-5:2026-04-13", "waiting"),
    ]
    assert set(ReminderLog.objects.values_list("at", "mail__state")) == {(at(monday), "waiting")}
    assert ReminderLog.objects.count() == 2


@pytest.mark.parametrize("state", ["sent", "failed", "withdrawn", "retry"])
def test_reminder_whose_mail_did_not_expire_is_never_logged_twice(state):
    mail = make_reminder_mail(make_personal("eins"))
    send(mail)
    Mail.objects.update(state=state, sent_at=NOW)

    assert send(mail, day=THREE_BEFORE + dt.timedelta(days=3)) == 0

    assert (Mail.objects.count(), ReminderLog.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_concurrent_runs_write_and_log_each_mail_once():
    mails = [
        make_reminder_mail(make_reminder("eins")),
        make_reminder_mail(make_personal("zwei", link="/antwort/token-1234567890/")),
    ]

    counts = race(*[lambda: send(*mails) for _run in range(3)])

    assert sorted(counts) == [0, 0, 2]
    assert (Mail.objects.count(), ReminderLog.objects.count()) == (2, 2)


def test_queries_do_not_grow_with_the_reminders(django_assert_num_queries):
    send(make_reminder_mail(make_reminder()))
    with django_assert_num_queries(10):
        send(make_reminder_mail(make_personal()))

    many = [
        make_reminder_mail(make_personal(to=Recipient(f"gast-{number}@example.org")))
        for number in range(20)
    ]
    with django_assert_num_queries(10):
        assert send(*many) == 20


def test_log_outlives_its_mail():
    send(make_reminder_mail(make_reminder("eins")))

    Mail.objects.all().delete()

    assert ReminderLog.objects.get().mail is None


def test_event_is_the_date_and_the_step_but_not_the_day_of_sending():
    reminder = Reminder(
        "test_rule",
        "x",
        DATE,
        ReminderStep("-3", THREE_BEFORE, "…"),
        Recipient("gast@example.org"),
        "line",
    )

    assert reminder.event == "2026-04-15:-3"
    assert reminder.why == "Antwort zum Test: …"
