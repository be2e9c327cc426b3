"""Adding and changing people."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import Concern, NotAllowed, Refused, Warned
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Person
from partners.services import change_person, create_person
from partners.services.people import FIELDS
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
OFFICE_ONLY = r"^Organisationen, Personen und Konten pflegt die Geschäftsstelle\.$"


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def chamber():
    return make_organisation("Handelskammer", short_name="HK")


@pytest.fixture
def existing(chamber):
    return make_person(
        "Müller", given_name="Vorname", email="Vorname.Mueller@hk.example", organisation=chamber
    )


@pytest.mark.parametrize(
    "values",
    (
        {"family_name": "Andere", "email": "vorname.mueller@HK.example"},
        {"family_name": "Andere", "email": " vorname.mueller@hk.example "},
        {"given_name": "vorname", "family_name": "MUELLER", "organisation": True},
        {"given_name": "Vorname ", "family_name": " Müller", "organisation": True},
        {"family_name": "Vorname  Müller", "organisation": True},
        {"family_name": "Andere", "email": "konto@hk.example"},
    ),
)
def test_double_is_created_only_deliberately(office, existing, chamber, values):
    if values.get("organisation"):
        values = values | {"organisation": chamber}
    make_user(PARTNER, person=existing, email="konto@hk.example")
    make_person("Müllerin", given_name="Vorname", organisation=chamber)

    with nothing_changes(existing), pytest.raises(Warned, match="vielleicht schon") as warned:
        create_person(values=values, by=office, now=NOW)

    assert warned.value.concerns == [
        Concern(
            f"person-{existing.pk}",
            "Vorname Müller (HK)",
            existing.get_absolute_url(),
            "Vorname.Mueller@hk.example",
        )
    ]
    heeded = {f"person-{existing.pk}"}
    assert create_person(values=values, by=office, now=NOW, heeded=heeded).pk != existing.pk


def test_warning_that_was_not_shown_is_not_overruled(office, existing):
    other = make_person("Andere", email=existing.email)
    values = {"family_name": "Dritte", "email": existing.email}

    with nothing_changes(existing, other), pytest.raises(Warned, match="vielleicht schon"):
        create_person(values=values, by=office, now=NOW, heeded={f"person-{existing.pk}"})


@pytest.mark.parametrize(
    "values",
    (
        {"given_name": "Vorname", "family_name": "Müller"},
        {"family_name": "Andere", "email": "mueller@hk.example"},
        {"family_name": "Leitung"},
    ),
)
def test_other_people_are_no_doubles(office, existing, values):
    make_person("Leitung", email="", organisation=existing.organisation)

    assert create_person(values=values, by=office, now=NOW).pk


def test_change_warns_only_of_what_it_makes_similar(office, existing):
    person = make_person("Andere", email=existing.email)

    def change(**values):
        person.refresh_from_db()
        change_person(
            person=person,
            values={"family_name": "Andere", "email": person.email, "is_active": True} | values,
            version=version_of(person, FIELDS),
            by=office,
            now=NOW,
        )

    change(phone="030 1")
    change(email=" Neu@HK.example")
    person.refresh_from_db()
    assert (person.phone, person.email) == ("030 1", "neu@hk.example")
    with nothing_changes(person), pytest.raises(Warned, match="vielleicht schon"):
        change(email=existing.email)


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
