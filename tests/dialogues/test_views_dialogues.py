"""The page of a dialogue for each role, and its calendar entry."""

import datetime as dt

import pytest
from icalendar import Calendar

from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueFormat, DialogueState, RsvpState
from partners.models import CrossCuttingTheme, Sector
from tests.dialogues.builders import (
    BERLIN,
    DAY,
    END,
    make_dialogue,
    make_invitation,
    make_past,
)
from tests.dialogues.pages import BASE, links_of, text_of
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState
FACTS = {"title": "Wärme", "format": DialogueFormat.ON_SITE, "seats": "30", "senator_attends": "on"}


def test_page_shows_progress_next_step_and_history(signed_in):
    host = make_organisation("Messgeräte GmbH")
    dialogue = make_dialogue(
        S.INVITED, title="Wärme", host=host, programme="14:00 Begrüßung", internal_notes="anrufen"
    )
    dialogue.topic.themes.add(CrossCuttingTheme.objects.create(name="Flächen"))
    dialogue.topic.sectors.add(Sector.objects.create(name="Metall"))
    make_invitation(dialogue)

    text = text_of(signed_in.get(dialogue.get_absolute_url()))

    for words in (
        "Branchengespräch · Flächen · Metall",
        "Einladung läuft",
        "1 Gast hat noch nicht geantwortet.",
        "Jetzt erinnern",
        "Termin Mi, 22.04.2026, 14:00–16:30 Uhr",
        "Gastgeber Messgeräte GmbH",
        "Ort Werkstraße 1, 12681 Berlin",
        "Freigabe Büro der Senatorin, ",
        "Antwort der Gäste Mi, 15.04.2026",
        "Erinnerung an die Gäste Mi, 08.04.2026",
        "Ergebnis festhalten Mi, 29.04.2026",
        "Überblick Gäste Programm Beiträge und Bedarfe Verlauf",
        "Verschieben Absagen",
        "anrufen",
    ):
        assert words in text, words


@pytest.mark.parametrize("page", ["", "gaeste/", "programm/", "verlauf/"])
def test_every_tab_needs_fewer_than_twenty_queries(signed_in, django_assert_max_num_queries, page):
    dialogue = make_dialogue(S.INVITED, programme="14:00 Begrüßung")
    for _ in range(5):
        make_invitation(dialogue)

    with django_assert_max_num_queries(17):
        signed_in.get(f"{dialogue.get_absolute_url()}{page}")


@pytest.mark.parametrize(("attends", "word"), [(True, "ja"), (False, "nein")])
def test_facts_say_whether_the_senator_takes_part(signed_in, attends, word):
    dialogue = make_dialogue(S.INVITED, senator_attends=attends)

    assert f"Teilnahme der Senatorin {word}" in text_of(signed_in.get(dialogue.get_absolute_url()))


def test_contact_of_an_open_host_is_shown_with_the_organisation(signed_in):
    werk = make_organisation("Werk AG")
    contact = make_person("Geschäftsführung", organisation=werk)
    open_host = make_dialogue(S.PLANNING, host=None, host_contact=contact)
    own_host = make_dialogue(S.PLANNING, host=werk, host_contact=contact)

    pages = [
        text_of(signed_in.get(dialogue.get_absolute_url())) for dialogue in (open_host, own_host)
    ]

    found = ["Ansprechperson Geschäftsführung (Werk AG)" in page for page in pages]
    assert found == [True, False]
    assert "Ansprechperson Geschäftsführung" in pages[1]


def test_imported_dialogue_shows_its_source_and_no_workflow(signed_in):
    dialogue = make_past(
        "Wiederaufnahme",
        host_text="Verband",
        participants_text="Senatsverwaltung\nVerbände",
        outcome="Bekräftigt",
        press_text="Bericht",
        sources=["https://example.org/a"],
        basis={"starts_on": "year"},
        doubts="Nach März.",
    )

    response = signed_in.get(dialogue.get_absolute_url())
    text = text_of(response)

    for words in (
        "Bekräftigt",
        "Senatsverwaltung",
        "Bericht",
        "Nach März.",
        "nur das Jahr bekannt",
        "übernommen",
    ):
        assert words in text, words
    assert "https://example.org/a" in links_of(response)
    for words in ("Nächster Schritt", "Bearbeiten", "Absagen", "Plätze", "Verlauf"):
        assert words not in text, words


def test_partner_sees_their_own_reply_and_can_change_it(client):
    partner = make_user(PARTNER)
    dialogue = make_dialogue(S.INVITED)
    invitation = make_invitation(dialogue, RsvpState.TENTATIVE, person=partner.person)
    client.force_login(partner)

    response = client.get(dialogue.get_absolute_url())

    assert "Ihre Antwort: Vorbehalt. Sie können sie noch ändern." in text_of(response)
    assert f"{BASE}/einladungen/{invitation.pk}/antwort/" in links_of(response)
    assert "Verlauf" not in text_of(response)


def test_observer_sees_what_was_decided_without_a_button(client):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue)
    client.force_login(make_user(OBSERVER))

    text = text_of(client.get(dialogue.get_absolute_url()))

    assert "Nächster Schritt" not in text and "Weitere Schritte" not in text


def test_cancelled_dialogue_says_why(signed_in):
    dialogue = make_dialogue(S.CANCELLED, closing_reason="Der Betrieb ist geschlossen.")

    text = text_of(signed_in.get(dialogue.get_absolute_url()))

    assert "abgesagt" in text
    assert "Warum abgesagt Der Betrieb ist geschlossen." in text


def test_date_downloads_as_calendar_entry(signed_in):
    dialogue = make_dialogue(S.SCHEDULED, title="Wärme", host=make_organisation("Messgeräte GmbH"))

    response = signed_in.get(f"{dialogue.get_absolute_url()}termin.ics")

    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert response["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert event.decoded("DTSTART").astimezone(BERLIN) == DAY
    assert str(event["LOCATION"]) == "Messgeräte GmbH, Werkstraße 1, 12681 Berlin"
    assert "ATTENDEE" not in event
    assert response["Content-Disposition"] == 'attachment; filename="branchengespraech-waerme.ics"'


def test_calendar_entry_of_a_cancelled_dialogue_is_cancelled(signed_in):
    dialogue = make_dialogue(S.CANCELLED, title="Wärme", starts_at=DAY, ends_at=END)

    response = signed_in.get(f"{dialogue.get_absolute_url()}termin.ics")

    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert (str(event["SUMMARY"]), event["STATUS"]) == (
        "Entfällt: Branchengespräch: Wärme",
        "CANCELLED",
    )


@pytest.mark.parametrize(
    ("state", "is_offered"),
    [
        (S.PLANNING, False),
        (S.SCHEDULED, True),
        (S.INVITED, True),
        (S.HELD, False),
        (S.CANCELLED, False),
    ],
)
def test_calendar_entry_is_offered_while_there_is_a_date_to_keep(signed_in, state, is_offered):
    dates = {"starts_at": DAY, "ends_at": END} if state == S.CANCELLED else {}
    dialogue = make_dialogue(state, **dates)

    page = signed_in.get(dialogue.get_absolute_url()).content.decode()

    assert ("termin.ics" in page) is is_offered


def test_overdue_deadlines_of_a_dialogue_are_marked(signed_in):
    start = dt.datetime(2026, 2, 10, 14, 0, tzinfo=BERLIN)
    dialogue = make_dialogue(S.HELD, starts_at=start, ends_at=start + dt.timedelta(hours=2))

    response = signed_in.get(dialogue.get_absolute_url())

    assert (
        '<time class="due due--over" datetime="2026-02-17">Di, 17.02.2026, überfällig</time>'
        in response.content.decode()
    )
    assert "Geschäftsstelle · bis Di, 17.02.2026, seit 13 Tagen überfällig" in text_of(response)


def test_calendar_entry_without_a_date_is_404(signed_in):
    assert signed_in.get(f"{make_dialogue().get_absolute_url()}termin.ics").status_code == 404


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_internal_notes_and_replies_of_others_stay_inside(client, role):
    user = make_user(role)
    client.force_login(user)
    dialogue = make_dialogue(DialogueState.INVITED, internal_notes="Streng vertraulich")
    make_invitation(dialogue, person=user.person)
    other = make_invitation(dialogue, RsvpState.DECLINED, remark="Keine Zeit")

    for page in ("", "gaeste/"):
        text = text_of(client.get(f"{BASE}/{dialogue.pk}/{page}"))
        assert "Streng vertraulich" not in text
        assert other.person.name not in text
        assert "Keine Zeit" not in text


def test_senators_office_does_not_see_internal_notes(client):
    dialogue = make_dialogue(DialogueState.INVITED, internal_notes="Streng vertraulich")
    client.force_login(make_user(SENATOR_OFFICE))

    assert "Streng vertraulich" not in text_of(client.get(f"{BASE}/{dialogue.pk}/"))
