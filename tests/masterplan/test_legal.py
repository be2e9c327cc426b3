"""The pages required by law, and how a report of a barrier reaches the office."""

import datetime as dt
import re
from email import message_from_string
from email.policy import default

import pytest
import time_machine

from outbox.models import Mail

OFFICE_ADDRESS = "Geschäftsstelle Masterplan Industriestadt Berlin <geschaeftsstelle@example.org>"
HINT = {"message": "Der Kontrast ist zu schwach.", "page": "Übersicht", "email": "gast@example.org"}


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/impressum/", "Impressum"),
        ("/datenschutz/", "Datenschutz"),
        ("/barrierefreiheit/", "Erklärung zur Barrierefreiheit"),
    ],
)
def test_page_is_open_to_everyone_and_names_the_office(client, db, path, heading):
    answer = client.get(path)

    assert answer.status_code == 200
    assert f"<title>{heading} – " in answer.text
    assert 'href="mailto:geschaeftsstelle@example.org"' in answer.text


def test_privacy_page_states_the_periods_that_apply(client, db, settings):
    settings.MAIL_BODY_DAYS, settings.PERSONAL_DATA_MONTHS = 90, 18

    text = " ".join(client.get("/datenschutz/").text.split())

    assert "bei allen anderen nach 90 Tagen." in text
    assert "entfernt es 18 Monate nach Ende des letzten Vorgangs" in text


def test_hint_reaches_the_office_once(client, db):
    first = client.post("/barrierefreiheit/", HINT, follow=True)
    client.post("/barrierefreiheit/", HINT)

    assert first.redirect_chain == [("/barrierefreiheit/", 302)]
    assert "Ihr Hinweis ist bei der Geschäftsstelle." in first.text
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("barrier_reported", "geschaeftsstelle@example.org")


@pytest.mark.parametrize(
    ("email", "reply_to"),
    [
        ("gast@example.org", "gast@example.org"),
        ("Gast@Exämple.org", "gast@xn--exmple-cua.org"),
        ("", OFFICE_ADDRESS),
    ],
)
def test_answer_to_a_hint_goes_to_whoever_sent_it(client, db, email, reply_to):
    client.post("/barrierefreiheit/", HINT | {"email": email})

    mime = message_from_string(Mail.objects.get().mime, policy=default)

    assert str(mime["Reply-To"]) == reply_to


@time_machine.travel(dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC))
def test_same_hint_on_another_day_is_a_new_hint(client, db):
    client.post("/barrierefreiheit/", HINT)
    with time_machine.travel(dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)):
        client.post("/barrierefreiheit/", HINT)
    # Already the next day in Berlin.
    with time_machine.travel(dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)):
        client.post("/barrierefreiheit/", HINT)

    answers = [
        re.search(r"spätestens (\S+)\.", mail.text)[1] for mail in Mail.objects.order_by("pk")
    ]
    assert answers == ["02.04.2026", "03.04.2026"]


def test_empty_hint_is_asked_for_and_nothing_typed_is_lost(client, db):
    answer = client.post("/barrierefreiheit/", HINT | {"message": ""})

    assert answer.status_code == 200
    assert 'value="gast@example.org"' in answer.text
    assert Mail.objects.count() == 0


def test_address_that_no_mail_can_reach_is_refused(client, db):
    answer = client.post("/barrierefreiheit/", HINT | {"email": "gast@\ufffd.de"})

    assert "An diese Adresse kann das Portal nicht schreiben." in answer.text
    assert Mail.objects.count() == 0


def test_flood_of_hints_is_stopped_without_losing_the_text(client, db):
    for number in range(5):
        client.post("/barrierefreiheit/", HINT | {"message": f"Hinweis {number}"})

    answer = client.post("/barrierefreiheit/", HINT)

    assert answer.status_code == 200
    assert "Das waren viele Hinweise kurz nacheinander" in answer.text
    assert HINT["message"] in answer.text
    assert Mail.objects.count() == 5
