"""`manage.py remind` shows and sends the reminders of a day."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.roles import SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.subjects import make_topic_approval
from tests.partners.builders import make_user
from tests.reminders.builders import RULE, make_pause, make_reminder, source_with

pytestmark = pytest.mark.django_db
D = dt.date


def test_command_shows_and_sends_the_reminders_of_the_day():
    make_user(SENATOR_OFFICE, email="senatorin@example.org")
    approval = make_topic_approval(due_on=D(2030, 5, 10))
    Mail.objects.all().delete()

    shown = StringIO()
    call_command("remind", "--on", "10.05.2030", "--dry-run", stdout=shown)
    assert "an senatorin@example.org" in shown.getvalue()
    assert approval.title in shown.getvalue()
    assert "(Entscheidung über eine Freigabe: am 10.05.2030)" in shown.getvalue()
    assert Mail.objects.count() == 0

    call_command("remind", "--on", "2030-05-10", stdout=StringIO())
    assert list(Mail.objects.values_list("kind", "recipient")) == [
        ("reminder_digest", "senatorin@example.org")
    ]
    call_command("remind", "--on", "2030-05-10", stdout=(again := StringIO()))
    assert "0 E-Mails" in again.getvalue()
    assert Mail.objects.count() == 1


def test_command_names_what_is_paused(sources):
    sources(source_with(make_reminder("eins")))
    make_pause(rule=RULE.key)

    call_command("remind", "--on", "2026-04-10", stdout=(shown := StringIO()))

    assert "pausiert (Pause zum Test): eins, an gast@example.org" in shown.getvalue()
    assert Mail.objects.count() == 0


def test_text_that_is_no_date_is_refused():
    with pytest.raises(CommandError, match="kein Datum"):
        call_command("remind", "--on", "morgen")
