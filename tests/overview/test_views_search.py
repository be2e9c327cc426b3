"""The page of the search, the field in the header, and the key that leads there."""

import logging
import re

import pytest
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, ROLES
from tests.journeys.visitor import Page
from tests.measures.builders import (
    make_document,
    make_measure,
    make_milestone,
    make_plan,
    make_project,
    make_section,
)
from tests.media_visits.builders import make_coverage, make_visit
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db
SEARCH = "/suche/"


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def page_for(client, **query) -> Page:
    return Page(client.get(SEARCH, query).content.decode())


@pytest.mark.parametrize("roles", [[role] for role in ROLES] + [[]])
def test_everybody_who_is_signed_in_may_search(client, roles):
    client.force_login(make_user(*roles))

    page = page_for(client, q="Nichts dergleichen")

    assert "0 Treffer für „Nichts dergleichen“" in page.text
    assert "Nichts gefunden." in page.text


def test_hits_are_grouped_by_kind_with_numbers(client, office):
    make_measure(make_plan("MPI 2030"), "Ankauf von Flächen", code="C 1")
    make_person("Leitung Ankauf", organisation=make_organisation("Werk Nord"), function="Leitung")

    page = page_for(client, q="ankauf")

    assert "2 Treffer für „ankauf“" in page.text
    assert "Maßnahmen 1 C 1: Ankauf von Flächen MPI 2030" in page.text
    assert "Personen 1 Leitung Ankauf Leitung · Werk Nord" in page.text
    assert "alle 1 zeigen" not in page.text


def test_link_to_all_hits_leads_to_the_filtered_list_with_the_same_number(client, office):
    plan = make_plan()
    for number in range(6):
        make_measure(plan, f"Ankauf {number}")
        make_organisation(f"Ankauf {number} GmbH")
        make_person(f"Ankauf {number}", organisation=make_organisation())
        visit = make_visit(title=f"Ankauf {number}")
        make_coverage(title=f"Ankauf {number}", visit=visit)
        make_project(f"Ankauf {number}")
        measure = make_measure(plan, f"Anderes {number}")
        make_milestone(measure, f"Ankauf {number}")
        make_document(measure, f"Ankauf {number}", is_internal=False)

    page = page_for(client, q="ankauf")

    urls = [url for text, url in page.links if text.startswith("alle ")]
    assert urls == [
        "/massnahmen/?q=ankauf",
        "/suche/?q=ankauf&art=projects",
        "/suche/?q=ankauf&art=documents",
        "/besuche/?q=ankauf",
        "/besuche/pressespiegel/?q=ankauf",
        "/partner/?q=ankauf",
        "/partner/personen/?q=ankauf",
    ]
    for url in urls:
        text = Page(client.get(url).content.decode()).text
        count = 12 if url.startswith("/massnahmen/") else 6
        assert re.search(rf"\b{count} (Einträge|Treffer)\b", text), url


def test_hit_says_when_the_words_stand_in_something_that_belongs_to_it(client, office):
    plan = make_plan("MPI 2030")
    make_milestone(make_measure(plan, "Flächen sichern"), "Ankauf")
    make_measure(plan, "Zukauf", lead=make_organisation("Ankauf GmbH"))

    groups = client.get(SEARCH, {"q": "ankauf"}).context["groups"]

    (measures,) = (group for group in groups if group.key == "measures")
    assert {hit.title: hit.note for hit in measures.hits} == {
        "Flächen sichern": "MPI 2030 · Treffer in Abschnitt, Meilensteinen, Berichten, Kontakten "
        "oder Dokumenten",
        "Zukauf": "MPI 2030 · Ankauf GmbH",
    }


def test_section_is_found_and_leads_to_its_page(client, office):
    section = make_section(make_plan("MPI 2030"), "Flächen", code="C 1")

    page = page_for(client, q="c 1")

    assert ("C 1: Flächen", section.get_absolute_url()) in page.links
    assert "Abschnitte von Plänen 1 C 1: Flächen MPI 2030 · Handlungsfeld" in page.text


def test_all_hits_of_one_kind_come_in_pages(client, office):
    for number in range(53):
        make_project(f"Ankauf {number:02}")

    page = page_for(client, q="ankauf", art="projects", page="2")

    titles = [text for text, _url in page.links if text.startswith("Ankauf ")]
    assert titles == ["Ankauf 50", "Ankauf 51", "Ankauf 52"]
    assert "53 Treffer für „ankauf“" in page.text
    assert ("Suche", "/suche/?q=ankauf") in page.links


@pytest.mark.parametrize("words", ["a", " ", "%", "\0"])
def test_short_and_empty_words_list_nothing(client, office, words):
    make_measure(title="Ankauf")

    response = client.get(SEARCH, {"q": words})

    assert response.status_code == 200
    assert "Treffer" not in response.content.decode()
    has_hint = "mindestens zwei Buchstaben oder Ziffern" in response.content.decode()
    assert has_hint is bool(words.strip("\0 "))


def test_long_words_are_cut_and_unknown_kinds_ignored(client, office):
    response = client.get(SEARCH, {"q": "ab " * 300, "art": "gibt-es-nicht"})

    assert response.status_code == 200
    assert len(response.context["words"]) == 200


def test_words_are_escaped(client, office):
    response = client.get(SEARCH, {"q": '"><script>alert(1)</script>'})

    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(("role", "is_named"), [(OFFICE, True), (PARTNER, False)])
def test_project_does_not_name_a_measure_that_is_hidden(client, role, is_named):
    user = make_user(role)
    client.force_login(user)
    measure = make_measure(title="Geheimes Vorhaben", is_published=False)
    make_project("Ankauf", measure=measure, lead=user.person.organisation)

    page = page_for(client, q="ankauf")

    assert ("Ankauf", reverse("measures:project", args=[measure.projects.get().pk])) in page.links
    assert "Geheimes Vorhaben" not in page.text
    assert ("Geheimes Vorhaben" in page_for(client, q="geheimes").text) is is_named


def test_header_has_a_field_and_for_phones_a_link(client):
    client.force_login(make_user(OBSERVER))

    page = Page(client.get("/massnahmen/").content.decode())

    (form,) = [form for form in page.forms if form.action == SEARCH]
    assert (form.method, form.names) == ("get", {"q"})
    assert ("Suche", SEARCH) in page.links


def test_visitors_who_are_not_signed_in_see_no_search(client):
    page = Page(client.get("/impressum/").content.decode())

    assert SEARCH not in [form.action for form in page.forms] + [url for _text, url in page.links]


def test_nothing_of_the_words_is_logged(client, office, caplog):
    with caplog.at_level(logging.DEBUG):
        client.get(SEARCH, {"q": "vertraulich@example.org"})
        client.get("/suche/falsch/", {"q": "vertraulich@example.org"})

    shown = [
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    ]
    assert any("/suche/falsch/" in line for line in shown)
    assert not [line for line in shown if "vertraulich" in line]


@pytest.mark.parametrize("role", ROLES)
def test_page_needs_few_queries(client, role, django_assert_max_num_queries):
    client.force_login(make_user(role))
    make_measure(title="Ankauf")

    with django_assert_max_num_queries(8):
        client.get(SEARCH, {"q": "ankauf"})
