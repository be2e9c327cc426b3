"""Adding and changing people."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Person
from partners.services import change_person, create_person
from partners.services.people import FIELDS
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
OFFICE_ONLY = r"^Organisationen, Personen und Konten pflegt die Geschäftsstelle\.$"


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_same_person_is_not_added_twice(office):
    values = {
        "family_name": "Leitung Einkauf",
        "organisation": make_organisation(),
        "email": "einkauf@example.org",
    }
    person = create_person(values=values, by=office, now=NOW)

    with nothing_changes(person), pytest.raises(Refused, match="schon eingetragen"):
        create_person(values=values, by=office, now=NOW)

    assert Person.objects.filter(family_name="Leitung Einkauf").count() == 1


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_adds_people(role):
    stranger = make_user(role)

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        create_person(values={"family_name": "Leitung Einkauf"}, by=stranger, now=NOW)

    assert not Person.objects.filter(family_name="Leitung Einkauf").exists()


def test_person_with_an_open_account_stays_active(office):
    person = make_user(PARTNER).person
    values = {
        "family_name": person.family_name,
        "organisation": person.organisation,
        "is_active": False,
    }

    with nothing_changes(person), pytest.raises(Refused, match="zuerst das Konto"):
        change_person(
            person=person,
            values=values,
            version=version_of(person, FIELDS),
            by=office,
            now=NOW,
        )


def test_spaces_and_the_comma_of_the_salutation_are_tidied(office):
    values = {"family_name": " von  Nachname ", "letter_salutation": "Liebe  Runde, "}

    person = create_person(values=values, by=office, now=NOW)

    assert (person.family_name, person.letter_salutation) == ("von Nachname", "Liebe Runde")

    values = {"family_name": "Nachname", "letter_salutation": "Liebe Leitung,", "is_active": True}
    person = change_person(
        person=person, values=values, version=version_of(person, FIELDS), by=office, now=NOW
    )

    assert (person.family_name, person.letter_salutation) == ("Nachname", "Liebe Leitung")
