"""Guests reply by personal link or signed in; a link that no longer works says why."""

import datetime as dt

import pytest
from django.test import Client
from icalendar import Calendar

from core.links import sign_link
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue, Invitation, Topic
from partners.models import Person
from tests.confirming import hidden_fields
from tests.dialogues.builders import NOW, RSVP_BY, make_dialogue, make_invitation
from tests.dialogues.pages import BASE, links_of, text_of
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState
YES = {"rsvp": "accepted", "party": "1"}


@pytest.fixture
def invitation():
    host = make_organisation("Messgeräte GmbH")
    dialogue = make_dialogue(
        S.INVITED, title="Wärme", host=host, programme="14:00 Begrüßung", seats=3
    )
    guest = make_person(
        "Leitung A", email="a@example.org", organisation=make_organisation("Zange GmbH")
    )
    return make_invitation(dialogue, person=guest)


def test_page_shows_everything_a_guest_needs(client, invitation):
    Topic.objects.update(description="Wie Betriebe ohne Gas heizen.")

    response = client.get(invitation.personal_link)
    text = text_of(response)

    for words in (
        "Wärme",
        "Für Leitung A, Zange GmbH",
        "Termin Mi, 22.04.2026, 14:00–16:30 Uhr",
        "Ort Messgeräte GmbH, Werkstraße 1, 12681 Berlin",
        "Teilnahme der Senatorin ja",
        "Worum es geht Wie Betriebe ohne Gas heizen.",
        "Programm 14:00 Begrüßung",
        "Zusage: Ich nehme teil.",
        "Vorbehalt:",
        "Absage:",
        "Vertretung:",
        "Antwort senden",
        "Bitte antworten Sie bis Mi, 15.04.2026.",
    ):
        assert words in text, words
    assert "Übersicht" not in text


@pytest.mark.parametrize("end", ["", "termin.ics"])
def test_personal_link_is_not_leaked(client, invitation, end):
    for response in (
        client.get(invitation.personal_link + end),
        client.get(f"{BASE}/einladung/falsch/{end}"),
    ):
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_opening_changes_nothing(client, invitation, method):
    with nothing_changes(invitation, invitation.dialogue):
        getattr(client, method)(invitation.personal_link)


def test_reply_needs_one_choice_and_one_button(invitation):
    browser = Client(enforce_csrf_checks=True)
    shown = hidden_fields(browser.get(invitation.personal_link))

    response = browser.post(
        invitation.personal_link, shown | YES, headers={"origin": "null"}, follow=True
    )

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.replied_at, invitation.channel) == (
        RsvpState.ACCEPTED,
        NOW,
        "link",
    )
    assert "Vielen Dank, Ihre Antwort ist eingegangen." in text_of(response)
    assert "Ihre bisherige Antwort Zusage Gegeben am 02.03.2026, 10:00 Uhr." in text_of(response)
    assert "Sie können Ihre Antwort bis Mi, 15.04.2026 ändern." in text_of(response)
    assert mails_written() == [("rsvp_confirmed", "a@example.org")]


def test_form_sent_twice_writes_and_mails_once(client, invitation):
    client.post(invitation.personal_link, YES)

    text = text_of(client.post(invitation.personal_link, YES, follow=True))

    assert "Ihre Antwort liegt uns bereits vor. Sie müssen nichts weiter tun." in text
    assert mails_written() == [("rsvp_confirmed", "a@example.org")]


@pytest.mark.parametrize(
    ("guest", "words", "mailed"),
    [
        ({}, "ist eingegangen. Sie erhalten eine Bestätigung per E-Mail.", True),
        ({"email": ""}, "ist eingegangen.", False),
        ({"is_active": False}, "ist eingegangen.", False),
    ],
)
def test_confirmation_is_promised_only_to_guests_who_get_it(
    client, invitation, guest, words, mailed
):
    Person.objects.filter(pk=invitation.person_id).update(**guest)

    text = text_of(client.post(invitation.personal_link, YES, follow=True))

    assert f"Vielen Dank, Ihre Antwort {words}" in text
    assert ("Bestätigung per E-Mail" in text) is mailed
    assert bool(mails_written("rsvp_confirmed")) is mailed


def test_changed_reply_forgets_the_substitute(client, invitation):
    substitute = {
        "rsvp": "represented",
        "substitute_name": "Stabsstelle",
        "substitute_email": "s@example.org",
    }
    client.post(invitation.personal_link, substitute)
    assert "Es kommt: Stabsstelle." in text_of(client.get(invitation.personal_link))

    client.post(
        invitation.personal_link,
        {"rsvp": "declined", "substitute_name": "Stabsstelle", "substitute_email": "x@"},
    )

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.substitute_name, invitation.substitute_email) == (
        RsvpState.DECLINED,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Bitte wählen Sie eine Antwort."),
        ({"rsvp": "open"}, "ist keine gültige Auswahl"),
        ({"rsvp": "represented"}, "Bitte nennen Sie, wer Sie vertritt."),
        ({"rsvp": "accepted", "party": "11"}, "kleiner oder gleich 10"),
        ({"rsvp": "accepted", "party": "zwei"}, "Bitte geben Sie eine ganze Zahl ein"),
        (
            {"rsvp": "represented", "substitute_name": "S", "substitute_email": "x"},
            "gültige E-Mail-Adresse",
        ),
    ],
)
def test_wrong_input_keeps_what_was_typed(client, invitation, values, words):
    with nothing_changes(invitation):
        response = client.post(invitation.personal_link, {**values, "remark": "Lange getippt"})

    assert response.status_code == 200
    assert words in text_of(response)
    assert "Lange getippt" in response.content.decode()
    assert (
        "rsvp-form__more" in response.content.decode()
        and '<details class="rsvp-form__more" open>' in (response.content.decode())
    )


def test_invisible_characters_of_a_remark_are_not_stored(client, invitation):
    client.post(invitation.personal_link, YES | {"remark": "Bitte\ufffe \uffffanrufen\u200b\x00"})

    invitation.refresh_from_db()
    assert invitation.remark == "Bitte anrufen"


def test_remark_that_is_too_long_is_refused_and_kept(client, invitation):
    with nothing_changes(invitation):
        response = client.post(invitation.personal_link, YES | {"remark": "x" * 40_000})

    assert "aus höchstens 30000 Zeichen besteht" in text_of(response)
    assert "x" * 40_000 in response.content.decode()


def test_too_many_people_for_the_seats_left_are_refused(client, invitation):
    response = client.post(invitation.personal_link, YES | {"party": "4", "remark": "Getippt"})

    assert "Es sind nur noch 3 Plätze frei." in text_of(response)
    assert "Getippt" in response.content.decode()
    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.seat_wanted_at) == (RsvpState.OPEN, None)


@pytest.mark.parametrize("meanwhile", ["tentative", "declined"])
def test_number_of_people_outlives_a_reply_that_takes_no_seat(client, invitation, meanwhile):
    for reply in ("accepted", meanwhile, "accepted"):
        invitation.refresh_from_db()
        party = (
            {"party": "3"} if invitation.rsvp == RsvpState.OPEN else as_shown(client, invitation)
        )
        client.post(invitation.personal_link, {"rsvp": reply} | party)

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.party) == (RsvpState.ACCEPTED, 3)


def as_shown(client, invitation) -> dict[str, str]:
    """Return the number of people that the form of `invitation` shows."""
    form = client.get(invitation.personal_link).context["form"]
    return {"party": str(form["party"].value())}


def test_guest_keeps_their_seat_when_all_others_are_taken(client, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(rsvp=RsvpState.ACCEPTED, replied_at=NOW)
    make_invitation(invitation.dialogue, RsvpState.ACCEPTED, party=2)

    assert "Zurzeit ist kein Platz frei." not in text_of(client.get(invitation.personal_link))


def test_damaged_link_is_404_with_the_reason(client):
    response = client.get(f"{BASE}/einladung/{sign_link('invitation', 1, 1)[:-2]}xx/")

    assert response.status_code == 404
    assert "Dieser Link ist nicht gültig." in text_of(response)
    assert "geschaeftsstelle@example.org" in text_of(response)


def test_expired_link_is_404_with_the_reason(client, invitation, time_machine):
    link = invitation.personal_link
    time_machine.move_to(NOW + dt.timedelta(days=200))

    response = client.get(link)

    assert (response.status_code, "Dieser Link ist abgelaufen." in text_of(response)) == (404, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"link_version": 2}, "Dieser Link gilt nicht mehr."),
        ({"withdrawn_at": NOW}, "Diese Einladung wurde zurückgezogen."),
        ({"released_at": None}, "Diese Einladung gibt es nicht mehr."),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_revoked_link_is_404_with_the_reason(client, invitation, method, fields, words):
    link = invitation.personal_link
    Invitation.objects.filter(pk=invitation.pk).update(**fields)

    with nothing_changes(invitation):
        sent = {**YES, "remark": "Ich komme später."} if method == "post" else {}
        response = getattr(client, method)(link, sent)

    assert response.status_code == 404
    assert words in text_of(response)
    assert ("Ich komme später." in text_of(response)) == (method == "post")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": S.CANCELLED}, "Dieses Gespräch wurde abgesagt."),
        ({"state": S.EXPLORING}, "Dieses Gespräch wird verschoben."),
        ({"state": S.HELD}, "Zu diesem Gespräch kann nicht mehr geantwortet werden."),
        (
            {"rsvp_by": dt.date(2026, 3, 1)},
            "Die Frist für Ihre Antwort ist am 01.03.2026 abgelaufen.",
        ),
    ],
)
def test_closed_reply_says_why_and_keeps_what_was_typed(client, invitation, fields, words):
    Dialogue.objects.filter(pk=invitation.dialogue_id).update(**fields)

    page = text_of(client.get(invitation.personal_link))
    with nothing_changes(invitation):
        response = client.post(invitation.personal_link, YES | {"remark": "Lange getippt"})

    assert words in page and "Antwort senden" not in page
    assert words in text_of(response)
    assert "Lange getippt" in response.content.decode()


def test_calendar_entry_contains_no_personal_link(client, invitation):
    response = client.get(f"{invitation.personal_link}termin.ics")

    text = response.content.decode()
    [event] = Calendar.from_ical(text).walk("VEVENT")
    assert (str(event["SUMMARY"]), "ATTENDEE" in event) == ("Branchengespräch: Wärme", False)
    assert "METHOD:PUBLISH" in text
    assert "einladung" not in text.replace("\r\n ", "")


@pytest.mark.parametrize("roles", [(PARTNER,), (OBSERVER,), (SENATOR_OFFICE,), (OFFICE,), ()])
def test_signed_in_guests_reply_in_the_portal(client, roles):
    guest = make_user(*roles)
    invitation = make_invitation(person=guest.person)
    client.force_login(guest)
    address = f"{BASE}/einladungen/{invitation.pk}/antwort/"
    assert "Konto" in text_of(client.get(address))

    client.post(address, YES)

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.channel) == (RsvpState.ACCEPTED, "account")
    assert invitation.history.first().history_user == guest


@pytest.mark.parametrize("roles", [(PARTNER,), (OBSERVER,), ()])
def test_signed_in_guests_find_the_button_and_the_calendar_entry(client, roles):
    guest = make_user(*roles)
    invitation = make_invitation(person=guest.person)
    client.force_login(guest)
    address = f"{BASE}/einladungen/{invitation.pk}/antwort/"

    assert address in links_of(client.get(invitation.dialogue.get_absolute_url()))
    [entry] = [link for link in links_of(client.get(address)) if link.endswith("/termin.ics")]
    assert client.get(entry).status_code == 200


@pytest.mark.parametrize("fields", [{"released": False}, {"withdrawn_at": NOW}])
def test_signed_in_guests_reply_only_to_valid_invitations(client, fields):
    observer = make_user(OBSERVER)
    invitation = make_invitation(person=observer.person, **fields)
    client.force_login(observer)

    with nothing_changes(invitation):
        assert client.post(f"{BASE}/einladungen/{invitation.pk}/antwort/", YES).status_code == 404


def test_reply_needs_few_queries(client, invitation, django_assert_max_num_queries):
    for _ in range(20):
        make_invitation(invitation.dialogue, RsvpState.DECLINED)

    with django_assert_max_num_queries(4):
        client.get(invitation.personal_link)


def test_reply_is_possible_on_the_last_day(client, invitation, time_machine):
    time_machine.move_to(dt.datetime.combine(RSVP_BY, dt.time(23, 59), NOW.tzinfo))

    client.post(invitation.personal_link, YES)

    invitation.refresh_from_db()
    assert invitation.rsvp == RsvpState.ACCEPTED
