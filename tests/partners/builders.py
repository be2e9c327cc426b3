"""Rows for tests. People are roles, addresses are at example.org."""

import itertools

from django.contrib.auth.models import Group

from core.roles import PARTNER
from partners.models import Organisation, Person, User

_numbers = itertools.count(1)


def make_organisation(name: str | None = None, **fields) -> Organisation:
    """Return a saved organisation; the name is made up when missing."""
    return Organisation.objects.create(name=name or f"Betrieb {next(_numbers)} GmbH", **fields)


def make_person(name: str | None = None, **fields) -> Person:
    """Return a saved contact with an address at example.org."""
    number = next(_numbers)
    fields.setdefault("email", f"person-{number}@example.org")
    return Person.objects.create(name=name or f"Ansprechperson {number}", **fields)


def make_user(
    *roles: str,
    email: str | None = None,
    organisation: Organisation | None = None,
    person: Person | None = None,
    password: str | None = None,
    **fields,
) -> User:
    """Return a saved account with `roles`; a partner without an organisation gets a new one.

    A `person` given keeps its own organisation. Without a `password` nobody can sign in with one.
    """
    email = email or f"konto-{next(_numbers)}@example.org"
    if person is None:
        if organisation is None and PARTNER in roles:
            organisation = make_organisation()
        person = make_person(f"Konto {email.split('@')[0]}", email=email, organisation=organisation)
    user = User.objects.create_user(email=email, person=person, password=password, **fields)
    if roles:
        user.groups.add(*Group.objects.filter(name__in=roles))
    return user
