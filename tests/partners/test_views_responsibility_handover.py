"""Handing records over to somebody else of the office, and taking that back."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.dialogues.builders import make_topic
from tests.journeys.visitor import Page
from tests.measures.builders import make_measure
from tests.partners.builders import make_deputyship, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
HANDOVER = "/partner/aufgaben-uebergeben/"
KINDS = ["massnahme", "reihe", "thema", "gespraech", "besuch"]


@pytest.fixture
def office():
    return make_user(OFFICE, person=make_person("Leitung"))


@pytest.fixture
def colleague(office):
    return make_user(OFFICE, person=make_person("Referat"))


@pytest.fixture
def signed_in(client, office):
    client.force_login(office)
    return client


def text_of(response) -> str:
    return Page(response.content.decode()).text


def choice(source, target, *kinds: str) -> str:
    values = {"von": source, "an": target.pk, "art": kinds or KINDS}
    return f"{HANDOVER}?{urlencode(values, doseq=True)}"


def test_handover_shows_what_moves_and_then_moves_it(signed_in, office, colleague):
    measure = make_measure(title="Flächen", responsible=office)
    topic = make_topic(title="Energie", responsible=office)
    address = choice(office.pk, colleague)

    preview = text_of(signed_in.get(address))
    with nothing_changes():
        response = signed_in.post(address, {"expected": "2"}, follow=True)

    assert "Maßnahmen (1) Flächen bisher: Leitung Themen (1) Energie bisher: Leitung" in preview
    assert "2 Einträge an Referat übergeben" in preview
    assert "2 Einträge sind an Referat übergeben. Es wurde keine E-Mail versandt." in text_of(
        response
    )
    for record in (measure, topic):
        record.refresh_from_db()
        assert record.responsible == colleague


def test_absence_of_whoever_takes_over_is_named(signed_in, office, colleague):
    measure, deputy = make_measure(responsible=office), make_user(person=make_person("Vertretung"))
    today = timezone.localdate()
    last = today + dt.timedelta(days=2)
    make_deputyship(colleague, deputy, ends_on=None)
    address = choice(office.pk, colleague)
    note = f"Referat (vertreten vom {today:%d.%m.%Y} bis {last:%d.%m.%Y} durch Vertretung)"

    # Whoever has a standing deputy is not away.
    assert "vertreten" not in text_of(signed_in.get(address))
    make_deputyship(colleague, deputy, ends_on=last)
    preview = text_of(signed_in.get(address))
    form = text_of(signed_in.get(f"/zustaendig/massnahme/{measure.pk}/"))

    assert f"Bitte bedenken: {note}." in preview
    assert preview.count(note) == 3
    assert form.count(note) == 1


def test_handover_can_be_taken_back_from_its_message(signed_in, office, colleague):
    measure = make_measure(responsible=office)
    done = signed_in.post(choice(office.pk, colleague), {"expected": "1"}, follow=True)
    links = dict(Page(done.content.decode()).links)
    undo_url = links["Übergabe zurücknehmen"]

    question = text_of(signed_in.get(undo_url))
    signed_in.post(undo_url)

    measure.refresh_from_db()
    assert "Maßnahmen: 1" in question
    assert measure.responsible == office
    assert signed_in.get(undo_url).status_code == 302


def test_unassigned_records_are_handed_out(signed_in, colleague):
    measure = make_measure()

    signed_in.post(choice("niemand", colleague), {"expected": "1"})

    measure.refresh_from_db()
    assert measure.responsible == colleague


def test_ticked_records_are_previewed_and_lead_back_to_their_list(signed_in, office, colleague):
    ticked, other = make_measure(title="Angekreuzt"), make_measure(title="Andere")
    query = f"?auswahl=1&massnahme={ticked.pk}"

    first = text_of(signed_in.get(HANDOVER + query))
    response = signed_in.post(f"{HANDOVER}{query}&an={colleague.pk}", {"expected": "1"})

    ticked.refresh_from_db()
    other.refresh_from_db()
    assert "Angekreuzt" in first and "Andere" not in first
    assert (ticked.responsible, other.responsible) == (colleague, None)
    assert response["Location"] == "/massnahmen/"


def test_nothing_ticked_hands_over_nothing(signed_in, office, colleague):
    measure = make_measure(responsible=office)

    with nothing_changes(measure):
        response = signed_in.post(f"{HANDOVER}?auswahl=1&an={colleague.pk}", {"expected": "0"})

    assert "Es ist nichts mehr zu übergeben." in text_of(response)


def test_other_number_than_previewed_shows_the_preview_again(signed_in, office, colleague):
    measure = make_measure(responsible=office)

    with nothing_changes(measure):
        response = signed_in.post(choice(office.pk, colleague), {"expected": "7"})

    assert "Inzwischen ist 1 Eintrag zu übergeben." in text_of(response)
    assert "1 Eintrag an Referat übergeben" in text_of(response)


def test_second_handover_says_that_nothing_is_left(signed_in, office, colleague):
    make_measure(responsible=office)
    signed_in.post(choice(office.pk, colleague), {"expected": "1"})

    page = text_of(signed_in.post(choice(office.pk, colleague), {"expected": "1"}))

    assert "Es ist nichts mehr zu übergeben." in page
    assert "0 Einträge" not in page


def test_giver_cannot_be_the_taker(signed_in, office):
    make_measure(responsible=office)

    page = text_of(signed_in.get(choice(office.pk, office)))

    assert "Bitte wählen Sie jemand anderen" in page
    assert "Das wird übergeben" not in page


def test_preview_names_twenty_and_counts_the_rest(signed_in, office, colleague):
    for _ in range(23):
        make_measure(responsible=office)

    page = signed_in.get(choice(office.pk, colleague))

    [part] = page.context["preview"]
    assert (part.count, len(part.shown), part.more) == (23, 20, 3)
    assert "und 3 weitere" in text_of(page)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("address", [HANDOVER, f"{HANDOVER}zuruecknehmen/?vom=2026-03-18"])
def test_others_hand_over_nothing(client, office, role, address):
    client.force_login(make_user(role))

    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "moment",
    ["", "gestern", "2026-03-18T09:00:00", "2026-99-99T09:00:00Z", "9999-12-31T23:59:59-14:00"],
)
def test_moment_that_is_none_is_not_found(signed_in, moment):
    assert signed_in.get(f"{HANDOVER}zuruecknehmen/?vom={moment}").status_code == 404
