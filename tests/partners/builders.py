"""Accounts, people and organisations for tests. People are roles, addresses are at example.org."""

import datetime as dt
import itertools
import re
from collections.abc import Collection

from django.contrib.auth.models import Group
from django.utils import timezone

from core.roles import PARTNER
from outbox.models import Mail
from partners.models import Deputy, Organisation, Person, User
from partners.services import invite_account

_numbers = itertools.count(1)


def make_organisation(name: str | None = None, **fields) -> Organisation:
    return Organisation.objects.create(name=name or f"Betrieb {next(_numbers)} GmbH", **fields)


def make_person(name: str | None = None, **fields) -> Person:
    """Return a saved contact with an address at example.org."""
    number = next(_numbers)
    fields.setdefault("email", f"person-{number}@example.org")
    return Person.objects.create(family_name=name or f"Ansprechperson {number}", **fields)


def make_user(
    *roles: str,
    email: str | None = None,
    organisation: Organisation | None = None,
    person: Person | None = None,
    password: str | None = None,
    **fields,
) -> User:
    """Return a saved account with `roles`; a partner without an organisation gets a new one.

    A given `person` keeps its organisation. Without a `password` the account cannot sign in by
    password.
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


def make_deputyship(principal: User, deputy: User, *kinds: str, **fields) -> Deputy:
    """Let `deputy` act for `principal` from today on, for all or some kinds of approval."""
    fields = {"starts_on": timezone.localdate(), "kinds": list(kinds)} | fields
    return Deputy.objects.create(principal=principal.person, deputy=deputy.person, **fields)


def make_invited_user(
    office: User,
    person: Person | None = None,
    email: str = "ihk@example.org",
    roles: Collection[str] = (PARTNER,),
    now: dt.datetime | None = None,
) -> User:
    """Let `office` invite a new person of an organisation; the mail is in the outbox."""
    return invite_account(
        person=person or make_person(organisation=make_organisation()),
        email=email,
        roles=list(roles),
        by=office,
        now=now or timezone.now(),
    )


def invitation_link() -> str:
    """Return the path of the link in the latest mail, which must be an invitation."""
    text = Mail.objects.latest("pk").text
    return re.search(r"http://localhost:8000(/anmelden/einladung/\S+)", text)[1]
