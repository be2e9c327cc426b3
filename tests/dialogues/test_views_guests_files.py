"""The guest list in Excel and on paper, and what it says of replies to a former date."""

import datetime as dt
from io import BytesIO
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from core.roles import PARTNER
from dialogues.enums import DialogueState, RsvpState
from tests.dialogues.builders import make_dialogue, make_invitation
from tests.dialogues.pages import text_of
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState


def guests_page(dialogue) -> str:
    return f"{dialogue.get_absolute_url()}gaeste/"


def rows_of(response) -> list[list]:
    """Return the table of an exported guest list, its header first."""
    sheet = load_workbook(BytesIO(response.content)).active
    return [[cell.value for cell in line] for line in sheet.iter_rows(min_row=4)]


@pytest.mark.parametrize("state", [S.EXPLORING, S.SCHEDULED, S.INVITED])
def test_reply_to_a_former_date_is_marked_as_such(signed_in, client, state):
    dialogue = make_dialogue(state, round=2)
    guest = make_user(PARTNER)
    values = {"released_round": 1, "person": guest.person, "party": 3, "remark": "Komme später"}
    values |= {"substitute_name": "Stabsstelle", "substitute_email": "stab@example.org"}
    invitation = make_invitation(dialogue, RsvpState.REPRESENTED, **values)

    text = text_of(signed_in.get(guests_page(dialogue)))
    _header, exported = rows_of(signed_in.get(f"{guests_page(dialogue)}export/"))
    client.force_login(guest)
    own = text_of(client.get(guests_page(dialogue)))

    assert "Bemerkung zum früheren Termin: „Komme später“" in text
    assert "in Vertretung für" not in text
    assert "3 Personen" not in text
    assert exported[8:11] == ["vertreten (zum früheren Termin)", None, 0]
    assert f"{invitation.person} vertreten (zum früheren Termin)" in own
    assert "Es kommt: Stabsstelle" not in own


def test_export_contains_the_whole_list(signed_in):
    dialogue = make_dialogue(S.INVITED)
    organisation = make_organisation("Zange GmbH")
    person = make_person(
        "=Leitung",
        salutation="ms",
        title="Dr.",
        given_name="=Vorname",
        function="Werk",
        email="a@example.org",
        phone="030 1",
        organisation=organisation,
    )
    make_invitation(dialogue, RsvpState.ACCEPTED, person=person, party=2, remark="Gern")

    response = signed_in.get(f"{guests_page(dialogue)}export/")

    rows = rows_of(response)
    name = unquote(response["Content-Disposition"])
    assert f"Gästeliste {dialogue.title} Mi, 22.04.2026, 14-00–16-30 Uhr Masterplan" in name
    assert rows[0][:11] == [
        "Organisation",
        "Anrede",
        "Titel",
        "Vorname",
        "Familienname",
        "Funktion",
        "E-Mail",
        "Telefon",
        "Antwort",
        "Warteliste",
        "Personen",
    ]
    assert rows[1] == [
        "Zange GmbH",
        "Frau",
        "Dr.",
        "=Vorname",
        "=Leitung",
        "Werk",
        "a@example.org",
        "030 1",
        "Zusage",
        None,
        2,
        None,
        None,
        "Gern",
        dt.datetime(2026, 3, 2, 10, 0),
        "über den persönlichen Link",
        "eingeladen 02.03.2026",
        None,
    ]
    assert "einladung/" not in str(rows)


def test_printed_list_contains_everyone_who_may_come(signed_in):
    dialogue = make_dialogue(S.INVITED)
    for name, rsvp, party in (
        ("A", "accepted", 2),
        ("B", "tentative", 3),
        ("C", "declined", 1),
        ("D", "open", 1),
    ):
        make_invitation(dialogue, rsvp, person=make_person(f"Leitung {name}"), party=party)
    make_invitation(dialogue, "represented", person=make_person("Leitung E"))

    text = text_of(signed_in.get(f"{guests_page(dialogue)}drucken/"))

    assert "3 Personen angemeldet" in text
    assert text.count("Begleitung von Leitung A") == 1
    assert "Leitung B mit Vorbehalt" in text
    assert text.count("Begleitung von Leitung B") == 2
    assert "Stellvertretung in Vertretung für Leitung E" in text
    assert "Leitung C" not in text and "Leitung D" not in text
