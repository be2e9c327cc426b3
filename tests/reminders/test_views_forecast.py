"""The page *Vorschau*: for the office only; pausing takes two steps, ending a pause takes one."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState
from outbox.models import Mail
from outbox.texts import Recipient
from reminders.models import ReminderLog, ReminderPause
from reminders.planning import send_reminders
from tests.dialogues.builders import make_dialogue, make_invitation
from tests.partners.builders import make_person, make_user
from tests.reminders.builders import (
    DATE,
    RULE,
    THREE_BEFORE,
    at,
    make_pause,
    make_personal,
    make_reminder,
    source_of,
    source_with,
)

pytestmark = pytest.mark.django_db
PAGE, PAUSE = "/postausgang/vorschau/", "/postausgang/vorschau/pausieren/"
WEDNESDAY = dt.date(2026, 4, 8)


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def morning(time_machine):
    time_machine.move_to(at(THREE_BEFORE, 6), tick=False)


def page(client) -> str:
    return client.get(PAGE).content.decode()


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_can_neither_see_nor_pause(client, sources, role):
    sources(source_with(make_reminder("eins")))
    pause = make_pause(rule=RULE.key)
    client.force_login(make_user(role))

    assert client.get(PAGE).status_code == 403
    assert client.post(PAUSE, {"target": "about:test:eins", "confirmed": "1"}).status_code == 403
    assert client.post(f"{PAGE}pausen/{pause.pk}/aufheben/").status_code == 403
    pause.refresh_from_db()
    assert (ReminderPause.objects.count(), pause.ended_at) == (1, None)


def test_page_shows_recipient_text_and_reason(client, office, sources):
    sources(source_with(make_reminder("Netze & Leitungen", path="/seite/")))

    html = page(client)

    for words in (
        "Heute, Fr, 10.04.2026",
        "Leitung Werk",
        "gast@example.org",
        "1 E-Mail geht hinaus.",
        '<a href="/seite/">Netze &amp; Leitungen</a>',
        "Antwort zum Test: 3 Arbeitstage vor dem 15.04.2026",
        'value="rule:test_rule"',
        'value="recipient:gast@example.org"',
    ):
        assert words in html


def test_no_personal_link_is_shown(client, office, sources):
    reminder = make_personal()
    sources(source_with(reminder))

    html = page(client)

    assert "Persönlich zum Test: 5 Arbeitstage vor dem 15.04.2026" in html
    assert "token-of-the-guest" in reminder.link
    assert "token-of-the-guest" not in html


def test_invited_guests_are_one_entry_with_their_names(client, office, time_machine):
    time_machine.move_to(at(WEDNESDAY, 6), tick=False)
    dialogue = make_dialogue(DialogueState.INVITED)
    for number in range(3):
        make_invitation(
            dialogue, person=make_person(f"Leitung {number}", email=f"gast-{number}@example.org")
        )

    html = page(client)

    assert "3 Personen, je eine eigene E-Mail" in html
    assert all(f"gast-{number}@example.org" in html for number in range(3))
    assert html.count("Antwort auf eine Einladung: 5 Arbeitstage vor dem 15.04.2026") == 1


def test_empty_days_say_so(client, office, sources):
    sources()

    html = page(client)

    assert "Nach heutigem Stand wird niemand erinnert." in html
    assert "Kein Arbeitstag. An Wochenenden und Berliner Feiertagen wird niemand erinnert." in html
    assert "Zurzeit ist nichts pausiert." in html


def test_after_the_last_run_the_page_says_so(client, office, sources, time_machine):
    sources(source_of(("eins", DATE)))
    time_machine.move_to(at(THREE_BEFORE, 15), tick=False)

    html = page(client)

    assert "Der letzte Versand des Tages war um 11 Uhr." in html
    assert "nachgeholt, fällig war der 10.04.2026" in html


def test_mails_of_today_are_listed(client, office, sources, time_machine):
    sources(source_with(make_reminder("eins"), make_reminder("zwei")))
    send_reminders(today=THREE_BEFORE, now=at(THREE_BEFORE, 7))
    time_machine.move_to(at(THREE_BEFORE, 8), tick=False)

    html = page(client)

    assert "1 Erinnerungsmail ist heute schon geschrieben" in html
    assert f'href="/postausgang/{Mail.objects.get().pk}/"' in html
    assert "2 Erinnerungen" in html
    assert "Mehr steht für heute nicht an." in html


def test_what_becomes_due_after_the_digest_of_today_waits(client, office, sources, time_machine):
    sources(source_with(make_reminder("eins")))
    send_reminders(today=THREE_BEFORE, now=at(THREE_BEFORE, 7))
    sources(source_with(make_reminder("eins"), make_reminder("zwei")))
    time_machine.move_to(at(THREE_BEFORE, 8), tick=False)

    assert "Mehr steht für heute nicht an." in page(client)


def test_many_mails_of_today_are_cut_off_with_a_link_to_all(client, office, sources):
    sources(
        source_with(
            *[make_personal(to=Recipient(f"gast-{number}@example.org")) for number in range(12)]
        )
    )
    send_reminders(today=THREE_BEFORE, now=at(THREE_BEFORE, 5))

    html = page(client)

    assert "12 Erinnerungsmails sind heute schon geschrieben" in html
    assert html.count("Bitte antworten: Netze") == 10
    assert 'href="/postausgang/?start=2026-04-10"' in html


def test_first_step_asks_and_pauses_nothing(client, office, sources):
    sources(source_of(("eins", DATE)))

    response = client.post(PAUSE, {"target": "about:test:eins"})

    html = response.content.decode()
    assert response.status_code == 200
    assert "Zu „eins“ erinnert das Portal dann niemanden." in html
    assert "Das betrifft zunächst 2 Erinnerungen, die in der Vorschau stehen." in html
    assert ReminderPause.objects.count() == 0


@pytest.mark.parametrize(
    ("value", "fields", "question"),
    [
        (
            "rule:test_rule",
            {"rule": "test_rule", "title": "Antwort zum Test"},
            "Nach der Regel „Antwort zum Test“",
        ),
        ("about:test:eins", {"about": "test:eins", "title": "eins"}, "Zu „eins“"),
        (
            "recipient:gast@example.org",
            {"recipient": "gast@example.org", "title": "Leitung Werk (gast@example.org)"},
            "Leitung Werk (gast@example.org) erhält dann keine Erinnerungen.",
        ),
    ],
)
def test_second_step_pauses(client, office, sources, value, fields, question):
    sources(source_of(("eins", DATE)))
    assert question in client.post(PAUSE, {"target": value}).content.decode()

    values = {
        "target": value,
        "confirmed": "1",
        "until_on": "2026-04-13",
        "reason": "telefonisch geklärt",
    }
    html = client.post(PAUSE, values, follow=True).content.decode()

    pause = ReminderPause.objects.get(**fields)
    assert (pause.until_on, pause.reason, pause.created_by) == (
        dt.date(2026, 4, 13),
        "telefonisch geklärt",
        office,
    )
    assert "Pausiert bis Mo, 13.04.2026" in html
    assert "1 Erinnerung ist pausiert" in html
    assert "telefonisch geklärt" in html
    assert f"pausiert von {office} am 10.04.2026" in html


def test_pause_without_a_last_day_lasts_until_it_is_ended(client, office, sources):
    sources(source_of(("eins", DATE)))

    html = client.post(
        PAUSE, {"target": "rule:test_rule", "confirmed": "1"}, follow=True
    ).content.decode()

    assert "Pausiert, bis Sie die Pause aufheben: Antwort zum Test." in html
    assert "bis zum Aufheben" in html


@pytest.mark.parametrize(
    ("until_on", "words"),
    [
        ("2026-04-09", "liegt in der Vergangenheit"),
        ("0026-04-20", "Bitte prüfen Sie das Jahr"),
        ("x", "Bitte geben Sie das Datum so ein: 18.06.2019."),
    ],
)
def test_bad_day_is_shown_at_the_form_and_pauses_nothing(client, office, sources, until_on, words):
    sources(source_of(("eins", DATE)))

    response = client.post(
        PAUSE,
        {"target": "rule:test_rule", "confirmed": "1", "until_on": until_on, "reason": "Grund"},
    )

    assert response.status_code == 422
    assert words in response.content.decode()
    assert 'value="Grund"' in response.content.decode()
    assert ReminderPause.objects.count() == 0


def test_target_cannot_be_paused_twice(client, office, sources):
    sources(source_of(("eins", DATE)))
    make_pause(rule=RULE.key)

    response = client.post(PAUSE, {"target": "rule:test_rule", "confirmed": "1"})

    assert "Das ist bereits pausiert." in response.content.decode()
    assert ReminderPause.objects.count() == 1


@pytest.mark.parametrize(
    "values", [{}, {"target": "about:dialogue:99", "confirmed": "1"}, {"target": "x"}]
)
def test_target_without_reminders_cannot_be_paused(client, office, sources, values):
    sources()

    html = client.post(PAUSE, values, follow=True).content.decode()

    assert "Dazu steht keine Erinnerung mehr an" in html
    assert ReminderPause.objects.count() == 0


def test_pause_is_ended_by_one_button(client, office, sources):
    sources(source_of(("eins", DATE)))
    pause = make_pause(rule=RULE.key)
    address = f"{PAGE}pausen/{pause.pk}/aufheben/"
    assert f'action="{address}"' in page(client)

    first = client.post(address, follow=True).content.decode()
    second = client.post(address, follow=True).content.decode()

    pause.refresh_from_db()
    assert (pause.ended_by, "Die Pause ist aufgehoben: Pause zum Test." in first) == (office, True)
    assert "Diese Pause ist schon aufgehoben." in second


@pytest.mark.parametrize("address", [PAGE, PAUSE])
def test_reading_changes_nothing(client, office, sources, address):
    sources(source_of(("eins", DATE)))
    make_pause(rule=RULE.key)
    before = list(ReminderPause.objects.values())

    client.get(address)
    client.head(address)

    assert list(ReminderPause.objects.values()) == before
    assert (Mail.objects.count(), ReminderLog.objects.count()) == (0, 0)


def queries_of(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client)
    return len(captured)


def test_page_needs_the_same_queries_for_1_and_30_reminders(client, office, time_machine):
    time_machine.move_to(at(WEDNESDAY, 6), tick=False)
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue)
    page(client)
    first = queries_of(client)
    assert first <= 15

    for _number in range(29):
        make_invitation(dialogue)

    assert queries_of(client) == first
