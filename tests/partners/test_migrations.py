"""The migrations that split the names of people and complete web addresses."""

from importlib import import_module

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.partners.builders import make_person

NAME = "0003_person_name_parts"
migration = import_module(f"partners.migrations.{NAME}")
websites = import_module("partners.migrations.0006_website_with_scheme")


@pytest.mark.parametrize(
    "name, letter, fields",
    (
        ("Leitung Einkauf", "", ("neutral", "", "", "Leitung Einkauf", "")),
        ("Vorname Nachname", "", ("neutral", "", "", "Vorname Nachname", "")),
        ("Frau Nachname", "", ("ms", "", "", "Nachname", "")),
        ("Herr Dr. Vorname von Nachname", "", ("mr", "Dr.", "Vorname", "von Nachname", "")),
        ("Prof. Dr. Vorname Nachname", "", ("neutral", "Prof. Dr.", "Vorname", "Nachname", "")),
        (
            "Vorname Nachname",
            "Sehr geehrte Frau Nachname,",
            ("ms", "", "Vorname", "Nachname", ""),
        ),
        (
            "Dr. Vorname Nachname",
            "Sehr geehrter Herr Dr. Nachname",
            ("mr", "Dr.", "Vorname", "Nachname", ""),
        ),
        (
            "Dr. Nachname",
            "Lieber Herr Nachname",
            ("mr", "Dr.", "", "Nachname", "Lieber Herr Nachname"),
        ),
        # A letter to somebody else says nothing about this person.
        (
            "Leitung Einkauf",
            "Sehr geehrte Frau Nachname, ",
            ("neutral", "", "", "Leitung Einkauf", "Sehr geehrte Frau Nachname"),
        ),
        ("Dr.", "", ("neutral", "", "", "Dr.", "")),
        ("Frau", "", ("neutral", "", "", "Frau", "")),
    ),
)
def test_name_is_split_only_where_it_says_how(name, letter, fields):
    keys = ("salutation", "title", "given_name", "family_name", "letter_salutation")

    assert migration.split_name(name, letter) == dict(zip(keys, fields, strict=True))


@pytest.mark.django_db
def test_names_are_split_and_joined_again():
    person = make_person(
        "Frau Dr. Vorname von Müller",
        letter_salutation="Liebe Frau von Müller,",
        email="a@b.example",
    )
    plain = make_person("Leitung Einkauf")
    apps = MigrationLoader(None).project_state(("partners", NAME)).apps

    migration.split_names(apps, None)

    person.refresh_from_db()
    assert (person.salutation, person.title, person.given_name) == ("ms", "Dr.", "Vorname")
    assert (person.family_name, person.sort_name) == ("von Müller", "mueller vorname")
    assert person.letter_salutation == "Liebe Frau von Müller"
    assert person.search == "vorname von mueller dr. a@b.example"
    assert person.history.get().family_name == "von Müller"
    plain.refresh_from_db()
    assert (plain.name, plain.sort_name) == ("Leitung Einkauf", "leitung einkauf")

    migration.join_names(apps, None)

    person.refresh_from_db()
    assert (person.title, person.given_name) == ("", "")
    assert person.family_name == "Dr. Vorname von Müller"
    assert person.letter_salutation == "Liebe Frau von Müller"
    plain.refresh_from_db()
    assert plain.family_name == "Leitung Einkauf"


@pytest.mark.parametrize(
    ("website", "completed"),
    [
        ("berlin.de/sen/web", "https://berlin.de/sen/web"),
        ("www.example.org", "https://www.example.org"),
        ("http://example.org", "http://example.org"),
        ("siehe Impressum", "siehe Impressum"),
        ("x" * 190 + ".example", "x" * 190 + ".example"),
    ],
)
def test_web_address_gets_only_what_it_lacks(website, completed):
    assert websites.with_scheme(website) == completed
