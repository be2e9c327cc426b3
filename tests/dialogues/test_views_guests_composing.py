"""The page that adds guests."""

from html.parser import HTMLParser

import pytest

from dialogues.enums import DialogueState
from partners.models import DistributionList, Sector
from tests.dialogues.builders import make_dialogue
from tests.dialogues.pages import text_of
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState


def guests_page(dialogue) -> str:
    return f"{dialogue.get_absolute_url()}gaeste/"


def test_list_is_composed_of_lists_organisations_and_people(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    organisation = make_organisation("Öfen GmbH")
    first, second = (
        make_person("Leitung", organisation=organisation),
        make_person("Werk", organisation=organisation),
    )
    single = make_person("Einzeln")
    members = DistributionList.objects.create(name="Alle")
    members.members.add(first)
    address = f"{guests_page(dialogue)}zusammenstellen/"
    assert "Öfen GmbH 2 Personen mit E-Mail-Adresse" in text_of(signed_in.get(f"{address}?q=oef"))

    response = signed_in.post(
        address,
        {"lists": [members.pk], "organisations": [organisation.pk], "people": [single.pk]},
        follow=True,
    )
    again = signed_in.post(address, {"organisations": [organisation.pk]}, follow=True)

    assert set(dialogue.invitations.values_list("person", flat=True)) == {
        first.pk,
        second.pk,
        single.pk,
    }
    assert "3 Personen stehen neu auf der Gästeliste." in text_of(response)
    assert "0 Personen stehen neu auf der Gästeliste. 2 standen schon darauf." in text_of(again)
    assert mails_written() == []


def test_search_that_is_too_long_says_that_it_limits_nothing(signed_in):
    address = f"{guests_page(make_dialogue(S.SCHEDULED))}zusammenstellen/"
    make_person("Leitung")
    note = "Der Suchbegriff ist zu lang und schränkt die Auswahl nicht ein."

    searched = text_of(signed_in.post(address, {"q": "x" * 30_001, "suchen": "1"}))

    assert note in searched
    assert note not in text_of(signed_in.post(address, {"q": "Leitung", "suchen": "1"}))


def test_search_names_whom_it_finds_without_an_address(signed_in):
    address = f"{guests_page(make_dialogue(S.SCHEDULED))}zusammenstellen/?q=stumm"
    person = make_person("Stumm", organisation=make_organisation("Werk AG"), email="")
    make_person("Stumm", email="", is_active=False)

    page = signed_in.get(address)

    assert "1 Person ohne E-Mail-Adresse passt auch: Stumm (Werk AG), Adresse eintragen" in (
        text_of(page)
    )
    assert f'href="/partner/personen/{person.pk}/bearbeiten/"' in page.content.decode()
    for _number in range(6):
        make_person("Stumm", email="")
    assert "7 Personen ohne E-Mail-Adresse passen auch:" in text_of(signed_in.get(address))
    assert "und 2 weitere" in text_of(signed_in.get(address))


def test_composing_without_a_choice_is_refused(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)

    text = text_of(
        signed_in.post(f"{guests_page(dialogue)}zusammenstellen/", {"people": ["9" * 30, "x"]})
    )

    assert "Bitte kreuzen Sie an, wer auf die Gästeliste soll." in text


class Boxes(HTMLParser):
    """The ticked boxes of a page, as (name, value), and the options chosen."""

    def __init__(self, response):
        super().__init__()
        self.ticked: list[tuple[str, str]] = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "input" and given.get("type") == "checkbox" and "checked" in given:
            self.ticked.append((given["name"], given["value"]))


def test_ticks_survive_searches_and_page_turns_without_scripts(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    url = f"{guests_page(dialogue)}zusammenstellen/"
    people = [
        make_person(f"Gast {number:02}", organisation=make_organisation(f"Betrieb {number:02}"))
        for number in range(52)
    ]
    first, last = people[0], people[-1]
    members = DistributionList.objects.create(name="Alle")
    ticks = {"people": [first.pk], "lists": [members.pk], "organisations": [last.organisation_id]}
    expected = sorted((name, str(pk)) for name, [pk] in ticks.items())

    found = signed_in.post(url, ticks | {"q": "gast", "suchen": "1"})
    turned = signed_in.post(url, ticks | {"q": "gast", "page": "2"})
    reset = signed_in.post(url, ticks | {"q": "gast", "zuruecksetzen": "1"})

    for page in (found, turned, reset):
        assert sorted(Boxes(page).ticked) == expected
        assert "3 angekreuzt" in text_of(page)
    assert "Gast 49" in text_of(found) and "Gast 50" not in text_of(found)
    assert "Gast 51" in text_of(turned) and "Gast 49" not in text_of(turned)
    assert "Seite 1 von 2" in text_of(found) and "Seite 2 von 2" in text_of(turned)
    assert "52 Personen · 0 Organisationen" in text_of(found)
    assert "53 Organisationen" in text_of(reset)
    assert 'name="q" value="gast"' in turned.content.decode()
    assert not dialogue.invitations.exists()

    signed_in.post(url, ticks | {"q": "gast"})
    assert set(dialogue.invitations.values_list("person", flat=True)) == {first.pk, last.pk}


def test_choice_is_filtered_by_sector(signed_in):
    sector = Sector.objects.create(name="Optik")
    company = make_organisation("Linsen GmbH")
    company.sectors.add(sector)
    make_person("Leitung", organisation=company)
    make_person("Fremd", organisation=make_organisation("Bund"))
    url = f"{guests_page(make_dialogue(S.SCHEDULED))}zusammenstellen/"

    text = text_of(signed_in.post(url, {"sector": sector.pk, "suchen": "1"}))

    assert "1 Person · 1 Organisation" in text
    assert "Leitung Linsen GmbH" in text
    assert "Fremd" not in text


def test_people_who_cannot_be_invited_any_more_are_named(signed_in):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    gone = make_person("Leitung A", email="a@example.org", is_active=False)
    mute = make_person("Leitung B", email="")
    fine = make_person("Leitung C", email="c@example.org")

    page = signed_in.post(
        f"{guests_page(dialogue)}zusammenstellen/",
        {"people": [gone.pk, mute.pk, fine.pk]},
        follow=True,
    )

    assert "1 Person steht neu auf der Gästeliste." in text_of(page)
    left = "Nicht aufgenommen, weil nicht mehr aktiv oder ohne Adresse: Leitung A, Leitung B."
    assert left in text_of(page)
    assert [guest.person for guest in dialogue.invitations.all()] == [fine]


def test_contact_of_the_host_is_marked_and_asked_about(signed_in):
    person = make_person("Werksleitung", email="werk@example.org")
    other = make_person("Gast", email="gast@example.org")
    dialogue = make_dialogue(DialogueState.SCHEDULED, host_contact=person)
    address = f"{dialogue.get_absolute_url()}gaeste/zusammenstellen/"
    values = {"people": [person.pk, other.pk]}

    with nothing_changes(dialogue):
        asked = signed_in.post(address, values)
    assert not dialogue.invitations.exists()
    signed_in.post(address, values | {"heeded": f"host:{person.pk}"})

    text = text_of(asked)
    assert " · Gastgeber" in text
    assert "bekäme eine Einladung wie ein Gast. Soll sie auf die Liste?" in text
    assert "Trotzdem auf die Gästeliste setzen" in text
    assert set(dialogue.invitations.values_list("person", flat=True)) == {person.pk, other.pk}
