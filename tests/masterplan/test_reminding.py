"""Reminders over all apps: one mail a person and day, never twice, personal links alone."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.roles import SENATOR_OFFICE
from masterplan import reminding
from masterplan.reminding import letters_due, send_reminders
from outbox.drafts import Recipient
from outbox.models import Mail
from outbox.reminders import Reminder
from tests.masterplan.builders import make_topic_request
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 6, 9)
GUEST = Recipient("gast@example.org", "Gast")


def reminder(subject, *, to=GUEST, **fields):
    return Reminder(kind="approval", subject_key=subject, occasion="day", to=to, line=subject, path="/", **fields)


@pytest.fixture
def sources(monkeypatch):
    def offer(*reminders):
        monkeypatch.setattr(reminding, "SOURCES", (lambda today: list(reminders),))

    return offer


def test_one_person_gets_one_mail_with_the_earliest_deadline_first(sources):
    sources(
        reminder("später", due_on=dt.date(2026, 6, 12)),
        reminder("früher", due_on=dt.date(2026, 6, 10), to=Recipient("GAST@example.org")),
    )

    letters = letters_due(DAY)

    assert [[r.line for r in letter.reminders] for letter in letters] == [["früher", "später"]]


def test_personal_link_stands_alone(sources):
    sources(reminder("eins"), reminder("zwei", has_personal_link=True, link="/einladung/x/"))

    assert [[r.line for r in letter.reminders] for letter in letters_due(DAY)] == [["eins"], ["zwei"]]


def test_somebody_without_an_address_is_left_out(sources):
    sources(reminder("eins", to=Recipient("")))

    assert letters_due(DAY) == []


def test_running_twice_writes_one_mail(sources):
    sources(reminder("eins"))

    counts = [send_reminders(today=DAY, now=timezone.now()) for _run in range(2)]

    assert counts == [1, 0]
    assert Mail.objects.get().subject == "Offene Vorgänge am 09.06.2026"


def test_command_shows_and_sends_what_beat_would():
    make_user(SENATOR_OFFICE, email="senatorin@example.org")
    approval = make_topic_request(due_on=dt.date(2030, 5, 10))
    Mail.objects.all().delete()

    shown = StringIO()
    call_command("remind", "--on", "10.05.2030", "--dry-run", stdout=shown)
    assert "an senatorin@example.org" in shown.getvalue()
    assert approval.title in shown.getvalue()
    assert Mail.objects.count() == 0

    call_command("remind", "--on", "2030-05-10", stdout=StringIO())
    assert list(Mail.objects.values_list("kind", "recipient")) == [("reminder_digest", "senatorin@example.org")]


def test_command_refuses_what_is_no_date():
    with pytest.raises(CommandError, match="kein Datum"):
        call_command("remind", "--on", "morgen")
