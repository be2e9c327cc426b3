"""The list, page, forms and export of organisations."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE, PARTNER
from partners.models import Organisation
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    account = make_user(OFFICE)
    client.force_login(account)
    return account


def organisation_data(**fields) -> dict:
    return {"name": "Müller Präzision GmbH", "kind": "company", "is_active": "on", **fields}


def rows_of(answer) -> list[tuple]:
    sheet = load_workbook(BytesIO(answer.content)).active
    # Title, source and an empty row stand above the table.
    return list(sheet.iter_rows(min_row=4, values_only=True))


def test_organisation_is_added_with_history(client, office):
    answer = client.post(reverse("partners:organisation_add"), organisation_data())

    organisation = Organisation.objects.get(name="Müller Präzision GmbH")
    assert answer.url == organisation.get_absolute_url()
    assert organisation.history.get().history_change_reason == "Organisation angelegt"
    assert organisation.history.get().history_user == office


def test_website_is_a_web_address(client, office):
    url = reverse("partners:organisation_add")

    page = client.post(url, organisation_data(website="siehe unten")).content.decode()
    client.post(url, organisation_data(website="www.example.org"))

    assert "Bitte geben Sie die Internetadresse so ein: https://www.berlin.de." in page
    assert 'value="siehe unten"' in page
    assert Organisation.objects.get().website == "https://www.example.org"


def test_form_sent_twice_adds_one_organisation(client, office):
    client.post(reverse("partners:organisation_add"), organisation_data())

    page = client.post(
        reverse("partners:organisation_add"), organisation_data(city="Berlin")
    ).content.decode()

    assert "Eine Organisation mit diesem Namen gibt es schon." in page
    assert 'value="Berlin"' in page
    assert Organisation.objects.filter(name="Müller Präzision GmbH").count() == 1


def test_second_editor_sees_both_versions(client, office):
    organisation = make_organisation("Alt GmbH", kind="company")
    url = reverse("partners:organisation_edit", args=[organisation.pk])
    version = client.get(url).context["form"].initial["version"]
    client.post(url, organisation_data(name="Erste GmbH", version=version))

    page = client.post(url, organisation_data(name="Zweite GmbH", version=version)).content.decode()

    organisation.refresh_from_db()
    assert organisation.name == "Erste GmbH"
    assert "hat diesen Eintrag inzwischen geändert" in page
    assert "Erste GmbH" in page
    assert 'value="Zweite GmbH"' in page


def test_invalid_query_parameters_are_no_error(client, office):
    query = {"q": "'", "sort": "password", "page": "x", "kind": "nope", "sector": "abc"}

    assert client.get(reverse("partners:list"), query).status_code == 200


def test_list_is_sorted_both_ways(client, office):
    make_organisation("Bertha AG")
    make_organisation("Anton AG")

    def names(sort):
        answer = client.get(reverse("partners:list"), {"sort": sort})
        return [organisation.name for organisation in answer.context["page"]]

    assert names("name") == ["Anton AG", "Bertha AG"]
    assert names("-name") == ["Bertha AG", "Anton AG"]


def test_export_contains_what_the_list_shows(client, office):
    make_organisation("Müller Präzision GmbH", short_name="=1+1", city="Berlin")
    make_organisation("Andere AG")

    rows = rows_of(client.get(reverse("partners:organisation_export"), {"q": "müller"}))

    assert [row[0] for row in rows] == ["Name", "Müller Präzision GmbH"]
    assert rows[1][1] == "=1+1"


def test_partner_sees_only_their_own_organisation(client):
    make_organisation("Fremder Betrieb")
    organisation = make_organisation("Verband der Probe")
    client.force_login(make_user(PARTNER, organisation=organisation))

    answer = client.get(reverse("partners:list"))

    assert [organisation.name for organisation in answer.context["page"]] == ["Verband der Probe"]


def test_observer_sees_no_people_of_an_organisation(client):
    person = make_person(organisation=make_organisation())
    client.force_login(make_user(OBSERVER))

    page = client.get(person.organisation.get_absolute_url()).content.decode()

    assert person.name not in page
    assert "Personen" not in page


@pytest.mark.parametrize("count", (1, 30))
def test_list_costs_the_same_number_of_queries(client, count, django_assert_num_queries):
    for _number in range(count):
        make_organisation()
    client.force_login(make_user(OFFICE))

    with django_assert_num_queries(7):
        client.get(reverse("partners:list"))


def test_taken_name_is_shown_with_its_page_and_cannot_be_overruled(client):
    existing = make_organisation("Müller GmbH")
    client.force_login(make_user(OFFICE))

    page = client.post(
        reverse("partners:organisation_add"),
        {"name": "Müller GmbH", "kind": "company", "is_active": "on"},
    ).content.decode()

    assert "Eine Organisation mit diesem Namen gibt es schon." in page
    assert f'<a href="{existing.get_absolute_url()}" target="_blank">Müller GmbH' in page
    assert "Trotzdem anlegen" not in page
