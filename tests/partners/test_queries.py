"""Deputyships as other apps look them up."""

import datetime as dt

import pytest
from django.utils import timezone

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.registry import Addressed
from partners.models import FormerPerson, User
from partners.queries import (
    current_recipients,
    deputyships_between,
    last_deputyship,
    office_heads,
    recipient_of,
)
from tests.partners.builders import make_deputyship, make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def principal():
    return make_user(SENATOR_OFFICE, organisation=make_organisation())


@pytest.fixture
def deputy(principal):
    return make_user(organisation=principal.person.organisation)


def test_office_heads_are_everyone_in_the_office_until_one_is_marked():
    first, second = make_user(OFFICE), make_user(OFFICE)
    assert office_heads() == [first.person, second.person]

    User.objects.filter(pk=second.pk).update(is_office_head=True)
    assert office_heads() == [second.person]


def test_recipient_has_the_address_of_the_account_while_it_is_open():
    person = make_person(
        email="kontakt@example.org", letter_salutation="Sehr geehrte Damen und Herren"
    )
    account = make_user(OBSERVER, person=person, email="konto@example.org")
    assert recipient_of(person)[:3] == ("konto@example.org", person.name, person.letter_salutation)

    account.is_active = False
    assert recipient_of(person).email == "kontakt@example.org"


def test_deputies_for_a_kind_are_found_in_one_query(principal, deputy, django_assert_num_queries):
    visits, closed = make_user(), make_user(is_active=False)
    make_deputyship(principal, deputy, "topic")
    make_deputyship(principal, visits, "visit")
    make_deputyship(principal, closed)
    second = make_user(SENATOR_OFFICE)
    make_deputyship(second, visits)

    with django_assert_num_queries(1):
        today = timezone.localdate()
        deputyships = deputyships_between([principal.person, second.person], today, today)
        accounts = [found.deputy.user for found in deputyships if found.covers("topic")]
        assert accounts == [deputy, visits]


def test_last_deputyship_is_the_one_that_ended_last(principal, deputy):
    first, second, third, fourth = (dt.date(2019, 6, day) for day in (3, 4, 5, 6))
    make_deputyship(principal, deputy, "visit", starts_on=first, ends_on=first)
    latest = make_deputyship(principal, deputy, "topic", starts_on=second, ends_on=second)
    make_deputyship(make_user(PARTNER), deputy, starts_on=third, ends_on=third)

    assert last_deputyship(deputy, SENATOR_OFFICE, fourth) == latest
    assert last_deputyship(deputy, SENATOR_OFFICE, fourth, "visit").ends_on == first
    assert last_deputyship(principal, SENATOR_OFFICE, fourth) is None


def change(obj, **fields):
    for name, value in fields.items():
        setattr(obj, name, value)
    obj.save()


def addresses_now(*names: str) -> dict[str, str]:
    """Return by name who was written to at the old address and has another one now."""
    found = current_recipients(Addressed("alt@example.org", name) for name in names)
    return {one.name: to.email for one, to in found.items()}


def test_corrected_address_is_found_by_the_old_one_and_any_name():
    person = make_person("Leitung", email="Alt@example.org")
    change(person, title="Dr.")
    change(person, email="neu@example.org")
    make_person("Werk", email="alt@example.org")

    assert addresses_now("Leitung", "Dr. Leitung", "Werk", "Niemand") == {
        "Leitung": "neu@example.org",
        "Dr. Leitung": "neu@example.org",
    }


def test_address_of_an_account_is_found_too():
    account = make_user(OFFICE, email="alt@example.org", person=make_person("Leitung"))
    change(account, email="neu@example.org")

    assert addresses_now("Leitung") == {"Leitung": "neu@example.org"}


def test_present_address_of_a_merged_entry_is_that_of_the_other():
    source, target = make_person("Leitung", email="alt@example.org"), make_person(email="b@x.de")
    FormerPerson.objects.create(
        number=source.pk, name=source.name, person=target, merged_at=timezone.now()
    )
    source.delete()

    assert addresses_now("Leitung") == {"Leitung": "b@x.de"}


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
def test_people_who_cannot_be_meant_any_more_are_not_found(fields):
    person = make_person("Leitung", email="alt@example.org")
    change(person, **{"email": "neu@example.org"} | fields)

    assert addresses_now("Leitung") == {}


def test_nobody_is_found_where_two_people_have_the_same_name():
    change(make_person("Leitung", email="alt@example.org"), email="neu@example.org")
    make_person("Leitung", email="alt@example.org")

    assert addresses_now("Leitung") == {}
