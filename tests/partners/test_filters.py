"""Search and filters."""

import pytest
from django.urls import reverse

from core.roles import OBSERVER, OFFICE
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    account = make_user(OFFICE)
    client.force_login(account)
    return account


@pytest.mark.parametrize("words", ("muell", "MÜLLER", "zision", "gmbh müller"))
def test_search_finds_umlauts_and_parts_of_words(client, office, words):
    make_organisation("Müller Präzision GmbH")
    make_organisation("Andere AG")

    page = client.get(reverse("partners:list"), {"q": words}).context["page"]

    assert [found.name for found in page] == ["Müller Präzision GmbH"]


def test_people_are_found_by_their_organisation(client, office):
    make_person("Leitung Werk", organisation=make_organisation("Müller Präzision GmbH"))
    make_person("Leitung Einkauf", organisation=make_organisation("Andere AG"))

    page = client.get(reverse("partners:people"), {"q": "leitung mueller"}).context["page"]

    assert [found.name for found in page] == ["Leitung Werk"]


@pytest.mark.parametrize(
    ("state", "name"), [("active", "Aktiv"), ("invited", "Neu"), ("closed", "Zu"), ("none", "Ohne")]
)
def test_people_are_filtered_by_account(client, office, state, name):
    for key, fields in {
        "Aktiv": {"password": "Havelbrücke 27"},
        "Neu": {},
        "Zu": {"is_active": False},
    }.items():
        make_user(OBSERVER, person=make_person(key), **fields)
    make_person("Ohne")
    office.set_password("Havelbrücke 27")
    office.save()
    client.force_login(office)

    page = client.get(reverse("partners:people"), {"account": state}).context["page"]

    assert name in [found.name for found in page]
    assert {"Aktiv", "Neu", "Zu", "Ohne"} & {found.name for found in page} == {name}
