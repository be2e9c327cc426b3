"""Add and change contacts."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.errors import Refused
from core.history import save_values_as
from core.roles import PARTNER
from outbox.rendering.headers import without_closing_mark
from partners.models import Person
from partners.permissions import require_can_manage_partners

FIELDS = (
    "salutation",
    "title",
    "given_name",
    "family_name",
    "function",
    "organisation",
    "email",
    "phone",
    "letter_salutation",
    "notes",
    "is_active",
)
ONE_LINERS = {"title", "given_name", "family_name", "function", "phone", "letter_salutation"}


@transaction.atomic
def create_person(*, values: dict[str, Any], by, now: dt.datetime) -> Person:
    """Create a contact.

    Raises Refused if one with the same name, organisation and address exists: most likely, the form
    was submitted twice.
    """
    require_can_manage_partners(by)
    values = _tidied(values)
    present = Person(**values)
    same = Person.objects.filter(
        given_name=present.given_name,
        family_name=present.family_name,
        organisation=present.organisation,
        email=present.email,
    )
    if same.exists():
        raise Refused(
            _("Diese Person ist mit derselben Organisation und E-Mail-Adresse schon eingetragen.")
        )
    person = Person()
    save_values_as(person, values, by=by, now=now, reason=_("Person angelegt"))
    return person


@transaction.atomic
def change_person(
    *, person: Person, values: dict[str, Any], version: str, by, now: dt.datetime
) -> Person:
    """Change a contact.

    Raises ChangedMeanwhile when it was saved since `version`, Refused when the contact's account
    would lose what it needs.
    """
    require_can_manage_partners(by)
    locked = Person.objects.select_for_update().get(pk=person.pk)
    require_unchanged(locked, version, FIELDS)
    # Otherwise an account could keep its rights although its person is inactive or, for a partner,
    # has no organisation.
    _require_account_stays_valid(locked, values)
    save_values_as(locked, _tidied(values), by=by, now=now, reason=_("Angaben geändert"))
    return locked


def _require_account_stays_valid(person: Person, values: dict[str, Any]) -> None:
    account = getattr(person, "user", None)
    if account is None or not account.is_active:
        return
    if not values.get("is_active", True):
        raise Refused(
            _("Diese Person hat ein aktives Konto. Bitte deaktivieren Sie zuerst das Konto.")
        )
    if not values.get("organisation") and PARTNER in account.own_roles:
        raise Refused(
            _(
                "Das Konto dieser Person hat die Rolle Partner und braucht deshalb eine "
                "Organisation."
            )
        )


def _tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with single spaces and without punctuation after the letter salutation."""
    tidied = dict(values)
    for name in ONE_LINERS & tidied.keys():
        tidied[name] = " ".join(tidied[name].split())
    if "letter_salutation" in tidied:
        tidied["letter_salutation"] = without_closing_mark(tidied["letter_salutation"])
    return tidied
