"""Names, letter salutations and sorting of people."""

import pytest

from core.folding import matching
from partners.enums import Salutation
from partners.models import Person
from partners.models.people import sorting_name
from tests.partners.builders import make_person

PARTS = {"title": "Dr.", "given_name": "Vorname", "family_name": "Nachname"}


@pytest.mark.parametrize(
    "fields, name",
    (
        ({"family_name": "Leitung des Werks"}, "Leitung des Werks"),
        ({"given_name": "Vorname", "family_name": "von Nachname"}, "Vorname von Nachname"),
        (PARTS | {"salutation": "ms"}, "Dr. Vorname Nachname"),
    ),
)
def test_name_is_title_given_and_family_name(fields, name):
    assert str(Person(**fields)) == Person(**fields).name == name


@pytest.mark.parametrize(
    "fields, greeting",
    (
        (PARTS | {"salutation": Salutation.MS}, "Sehr geehrte Frau Dr. Nachname"),
        (PARTS | {"salutation": Salutation.MR}, "Sehr geehrter Herr Dr. Nachname"),
        ({"salutation": "mr", "family_name": "von Nachname"}, "Sehr geehrter Herr von Nachname"),
        (PARTS, "Guten Tag Dr. Vorname Nachname"),
        (PARTS | {"title": ""}, "Guten Tag Vorname Nachname"),
        ({"title": "Dr.", "family_name": "Nachname"}, "Guten Tag Dr. Nachname"),
        ({"family_name": "Leitung des Werks"}, "Guten Tag"),
        (PARTS | {"letter_salutation": "Liebe Runde"}, "Liebe Runde"),
        (PARTS | {"letter_salutation": "Liebe Runde , "}, "Liebe Runde"),
        (
            PARTS | {"salutation": "ms", "letter_salutation": " , "},
            "Sehr geehrte Frau Dr. Nachname",
        ),
    ),
)
def test_letter_begins_with_the_salutation(fields, greeting):
    assert Person(**fields).greeting == greeting


@pytest.mark.parametrize(
    "family_name, sorted_as",
    (
        ("Nachname", "Nachname"),
        ("von der Nachname", "Nachname"),
        ("Van den Nachname", "Nachname"),
        ("de Nachname", "Nachname"),
        ("zu Nachname", "Nachname"),
        ("Dr. Nachname", "Nachname"),
        ("Prof. Dr. h.c. von Nachname", "Nachname"),
        ("Dipl.-Ing. Nachname", "Nachname"),
        ("Nachname von Zweitname", "Nachname von Zweitname"),
        ("Leitung des Werks", "Leitung des Werks"),
        ("Zu", "Zu"),
    ),
)
def test_lists_sort_without_prefix_and_title(family_name, sorted_as):
    assert sorting_name(family_name) == sorted_as


@pytest.mark.django_db
def test_people_are_sorted_by_family_then_given_name():
    names = (("von Ödland", "Zeta"), ("Nordmann", "Alpha"), ("Oedland", "Alpha"), ("Zuber", ""))
    for family, given in names:
        make_person(family, given_name=given, title="Dr.")

    found = Person.objects.order_by("sort_name").values_list("family_name", "sort_name")

    assert list(found) == [
        ("Nordmann", "nordmann alpha"),
        ("Oedland", "oedland alpha"),
        ("von Ödland", "oedland zeta"),
        ("Zuber", "zuber"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ("mueller vorname", "Dr. von Müller", "von"))
def test_search_finds_each_part_of_the_name(words):
    person = make_person("von Müller", given_name="Vorname", title="Dr.")

    assert Person.objects.filter(matching(words)).get() == person
