"""The office is reminded of failed mails on every working day until they are settled."""

import datetime as dt

import pytest
from django.utils import timezone

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from outbox.services import settle_mail
from reminders import reminders
from reminders.planning import send_reminders
from tests.outbox.builders import NOW, make_batch, make_draft, make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 3, 27)
MONDAY = FRIDAY + dt.timedelta(days=3)


def reminders_due(day):
    return [reminder for _day, reminder in reminders.reminders_due([day], {})]


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


def digests():
    return list(Mail.objects.filter(kind="reminder_digest").order_by("pk"))


def test_line_says_how_many_failed_and_which_last(office):
    make_batch(2, state="failed")
    make_mail(
        make_draft(values={"topic": "Netze *neu*", "comment": ""}), state="expired", created_at=NOW
    )

    [reminder] = reminders_due(FRIDAY)

    assert (
        reminder.line
        == "3 E-Mails gingen nicht hinaus, zuletzt „Neu\\: Netze \\*neu\\*“, 27.03.2026, 10:00 Uhr"
    )
    assert (reminder.to.email, reminder.path) == (
        "geschaeftsstelle@example.org",
        "/postausgang/?state=unsolved",
    )
    assert (reminder.subject_key, reminder.event) == ("outbox", "2026-03-27:daily")


def test_single_failure_is_in_the_singular(office):
    make_mail(state="failed")

    assert (
        reminders_due(FRIDAY)[0].line
        == "1 E-Mail ging nicht hinaus: „Neu\\: Netze“, 27.03.2026, 10:00 Uhr"
    )


def test_settled_failure_gives_no_reminder(office, django_assert_num_queries):
    make_mail()
    make_mail(state="failed", settled_at=NOW)

    with django_assert_num_queries(1):
        assert reminders_due(FRIDAY) == []


@pytest.mark.parametrize("day", [dt.date(2026, 3, 28), dt.date(2026, 3, 29), dt.date(2026, 4, 3)])
def test_nobody_is_reminded_on_weekends_and_holidays(office, day):
    make_mail(state="failed")

    assert send_reminders(today=day, now=NOW) == 0
    assert digests() == []


def test_only_the_office_is_reminded(office):
    for role in (SENATOR_OFFICE, PARTNER, OBSERVER):
        make_user(role)
    make_user(OFFICE, email="zweite@example.org")
    make_mail(state="failed")

    assert [reminder.to.email for reminder in reminders_due(FRIDAY)] == [
        office.email,
        "zweite@example.org",
    ]


def test_digest_repeats_it_once_a_day_until_it_is_settled(office):
    failed = make_mail(state="failed")

    for day in (FRIDAY, FRIDAY, MONDAY):
        send_reminders(today=day, now=timezone.now())
    settle_mail(failed, now=timezone.now(), by=office)
    send_reminders(today=MONDAY + dt.timedelta(days=1), now=timezone.now())

    assert [mail.event for mail in digests()] == ["2026-03-27", "2026-03-30"]
    assert "1 E-Mail ging nicht hinaus" in digests()[0].text
    assert "/postausgang/?state=unsolved" in digests()[0].text
