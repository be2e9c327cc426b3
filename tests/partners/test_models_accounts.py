"""Own and lent roles and organisations of an account, and what its history omits."""

import datetime as dt

import pytest
from django.utils import timezone

from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from partners.models import Deputy, Person, User
from tests.partners.builders import make_deputyship, make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "Havelbrücke 27"


@pytest.fixture
def principal():
    return make_user(SENATOR_OFFICE, organisation=make_organisation())


@pytest.fixture
def deputy(principal):
    return make_user(organisation=principal.person.organisation)


def test_signing_in_leaves_no_trace_in_the_history(client):
    account = make_user(OBSERVER, password=PASSWORD)
    before = account.history.count()

    client.post("/anmelden/", {"login": account.email, "password": PASSWORD})

    account.refresh_from_db()
    assert account.last_login is not None
    assert account.history.count() == before


def test_roles_are_lent_on_the_days_of_the_deputyship_only(principal, deputy):
    today = timezone.localdate()
    make_deputyship(principal, deputy, ends_on=today)
    assert User.objects.get(pk=deputy.pk).roles == {SENATOR_OFFICE}

    Deputy.objects.update(
        starts_on=today - dt.timedelta(days=2), ends_on=today - dt.timedelta(days=1)
    )
    assert User.objects.get(pk=deputy.pk).roles == frozenset()


def test_role_lent_for_some_kinds_names_them(principal, deputy):
    make_deputyship(principal, deputy, "topic")
    make_deputyship(make_user(SENATOR_OFFICE), deputy, "visit")

    account = User.objects.get(pk=deputy.pk)
    assert (account.roles, account.own_roles) == ({SENATOR_OFFICE}, frozenset())
    assert account.lent_kinds == {SENATOR_OFFICE: {"topic", "visit"}}


def test_role_lent_without_limit_is_not_limited_by_another_principal(principal, deputy):
    make_deputyship(principal, deputy, "topic")
    make_deputyship(make_user(SENATOR_OFFICE), deputy)

    assert User.objects.get(pk=deputy.pk).lent_kinds == {}


def test_own_role_is_not_limited_by_a_deputyship(principal):
    colleague = make_user(SENATOR_OFFICE, OBSERVER)
    make_deputyship(principal, colleague, "topic")

    account = User.objects.get(pk=colleague.pk)
    assert (account.own_roles, account.lent_kinds) == ({SENATOR_OFFICE, OBSERVER}, {})


def test_own_and_lent_roles_need_one_query(principal, deputy, django_assert_num_queries):
    make_deputyship(principal, deputy, "topic")
    account = User.objects.get(pk=deputy.pk)

    with django_assert_num_queries(1):
        assert account.roles == {SENATOR_OFFICE}
        assert account.own_roles == frozenset()
        assert account.lent_kinds == {SENATOR_OFFICE: {"topic"}}


def test_closed_account_lends_no_role(principal, deputy):
    make_deputyship(principal, deputy)
    User.objects.filter(pk=principal.pk).update(is_active=False)

    assert User.objects.get(pk=deputy.pk).roles == frozenset()


def test_partner_lends_the_organisation_with_the_role(django_assert_num_queries):
    partner, deputy = make_user(PARTNER), make_user(PARTNER)
    make_deputyship(partner, deputy)

    account = User.objects.get(pk=deputy.pk)
    with django_assert_num_queries(1):
        assert account.roles == {PARTNER}
        assert account.organisation_ids == {partner.organisation_id, deputy.organisation_id}


def test_partner_without_an_organisation_lends_none():
    contact, deputy = make_user(PARTNER), make_user()
    Person.objects.update(organisation=None)
    make_deputyship(contact, deputy)

    assert User.objects.get(pk=deputy.pk).organisation_ids == frozenset()


def lent_organisations(deputy, principal, *kinds):
    """Return the organisations that `principal` lends to the partner `deputy`."""
    make_deputyship(principal, deputy, *kinds)
    return User.objects.get(pk=deputy.pk).organisation_ids - {deputy.organisation_id}


@pytest.mark.parametrize("kinds", [(), ("topic",)])
def test_principal_in_the_senators_office_lends_no_organisation(principal, kinds):
    assert lent_organisations(make_user(PARTNER), principal, *kinds) == frozenset()


def test_deputyship_limited_to_kinds_lends_no_organisation():
    assert lent_organisations(make_user(PARTNER), make_user(PARTNER), "topic") == frozenset()


def test_closed_account_lends_no_organisation():
    assert (
        lent_organisations(make_user(PARTNER), make_user(PARTNER, is_active=False)) == frozenset()
    )


def test_contact_without_an_account_lends_no_organisation():
    partner, contact = make_user(PARTNER), make_person(organisation=make_organisation())
    Deputy.objects.create(principal=contact, deputy=partner.person, starts_on=timezone.localdate())

    assert User.objects.get(pk=partner.pk).organisation_ids == {partner.organisation_id}


def test_lent_partner_role_does_not_open_the_deputys_own_organisation():
    partner, observer = make_user(PARTNER), make_user(OBSERVER, organisation=make_organisation())
    make_deputyship(partner, observer)

    account = User.objects.get(pk=observer.pk)
    assert (account.roles, account.organisation_ids) == (
        {OBSERVER, PARTNER},
        {partner.organisation_id},
    )


def test_organisation_is_lent_on_the_days_of_the_deputyship_only():
    partner, deputy = make_user(PARTNER), make_user()
    make_deputyship(partner, deputy)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Deputy.objects.update(starts_on=yesterday, ends_on=yesterday)

    assert User.objects.get(pk=deputy.pk).organisation_ids == frozenset()


@pytest.mark.parametrize(
    ("fields", "state", "colour"),
    [
        ({"password": PASSWORD}, "active", "success"),
        ({}, "invited", "info"),
        ({"is_active": False}, "closed", "muted"),
    ],
)
def test_account_shows_its_state(fields, state, colour):
    account = make_user(**fields)

    assert (account.state, account.badge_colour) == (state, colour)
