"""Who reads what about the contacts of a measure."""

import datetime as dt

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Contact
from partners.models import Deputy
from tests.measures.builders import make_contact, make_measure, make_project
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def measure():
    """A measure with two contacts, one deputy of whom is away, and one who has left."""
    chamber = make_organisation("Kammer")
    measure = make_measure(lead=chamber)
    head = make_person(
        "Name der Leitung",
        organisation=chamber,
        function="Leitung",
        email="leitung@example.org",
        phone="030 1234567",
    )
    make_contact(measure, head, position=1)
    make_contact(
        measure, make_person("Name der Stelle", email=""), role="deputy", function="Bau", position=2
    )
    left = make_person("Name von früher", organisation=chamber, is_active=False)
    make_contact(measure, left, position=3)
    long_ago = dt.date(2019, 1, 1)
    stand_in = make_person("Name der Abwesenheit")
    Deputy.objects.create(principal=head, deputy=stand_in, starts_on=long_ago)
    return measure


def lines_for(client, user, measure) -> list[tuple]:
    client.force_login(user)
    response = client.get(measure.get_absolute_url())
    text = response.content.decode()
    for line in response.context["contacts"]:
        assert str(line.who) in text
    return [
        (line.role, "Name" in line.who, line.note, line.email, line.phone, len(line.deputies))
        for line in response.context["contacts"]
    ]


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE])
def test_both_offices_see_people_with_addresses_deputies_and_who_left(client, measure, role):
    assert lines_for(client, make_user(role), measure) == [
        ("Ansprechperson", True, "Leitung, Kammer", "leitung@example.org", "030 1234567", 1),
        ("Vertretung", True, "Bau", "", "", 0),
        ("Ansprechperson", True, "Kammer", "", "", 0),
    ]
    text = client.get(measure.get_absolute_url()).content.decode()
    assert "zurzeit vertreten durch Name der Abwesenheit" in text
    assert "nicht mehr aktiv" in text
    assert [word in text for word in ("Ersetzen", "Kontakt hinzufügen")] == [role == OFFICE] * 2


@pytest.mark.parametrize("role", [OBSERVER, PARTNER])
def test_others_see_functions_without_names_and_addresses(client, measure, role):
    lines = lines_for(client, make_user(role), measure)

    assert lines == [
        ("Ansprechperson", False, "Kammer", "", "", 0),
        ("Vertretung", False, "", "", "", 0),
    ]
    text = client.get(measure.get_absolute_url()).content.decode()
    assert [word in text for word in ("Name der", "Name von", "@example.org/", "030 1")] == [
        False
    ] * 4
    assert (
        client.get(f"/massnahmen/kontakte/{Contact.objects.first().pk}/bearbeiten/").status_code
        == 403
    )


def test_lead_sees_the_names_of_its_own_people(client, measure):
    lines = lines_for(client, make_user(PARTNER, organisation=measure.lead), measure)

    assert lines == [
        ("Ansprechperson", True, "Leitung, Kammer", "", "", 0),
        ("Vertretung", False, "", "", "", 0),
    ]


def test_office_enters_changes_and_removes_a_contact_of_a_project(client):
    client.force_login(make_user(OFFICE))
    project, person = make_project(), make_person("Leitung")
    sent = {"person": person.pk, "role": "contact", "function": "Vorstand", "position": "0"}

    client.post(f"/massnahmen/projekte/{project.pk}/kontakte/neu/", sent)
    contact = Contact.objects.get()
    page = client.get(f"/massnahmen/kontakte/{contact.pk}/entfernen/")
    # Everything about the person shows where they are a contact.
    related = client.get(f"/partner/personen/{person.pk}/vorgaenge/")
    version = dict(page.context["hidden"])["version"]
    client.post(f"/massnahmen/kontakte/{contact.pk}/entfernen/", {"version": version})

    assert (contact.owner, str(contact)) == (project, "Ansprechperson: Leitung")
    assert "Soll „Ansprechperson: Leitung“ hier nicht mehr stehen?" in page.content.decode()
    assert not Contact.objects.exists()
    text = client.get(project.get_absolute_url()).content.decode()
    assert "Ansprechperson entfernt: Leitung" in text
    assert project.title in related.content.decode()
