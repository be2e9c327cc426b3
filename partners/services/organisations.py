"""Add and change organisations."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.errors import Refused
from core.folding import fold
from core.history import save_as
from partners.models import Organisation
from partners.permissions import require_can_manage_partners

FIELDS = (
    "name",
    "short_name",
    "kind",
    "subkind",
    "description",
    "street",
    "postcode",
    "city",
    "website",
    "sectors",
    "is_active",
)


@transaction.atomic
def create_organisation(*, values: dict[str, Any], by, now: dt.datetime) -> Organisation:
    """Create an organisation. Raises Refused when the name is taken."""
    require_can_manage_partners(by)
    return _write(Organisation(), values, by=by, now=now, reason=_("Organisation angelegt"))


@transaction.atomic
def change_organisation(
    *, organisation: Organisation, values: dict[str, Any], version: str, by, now: dt.datetime
) -> Organisation:
    """Change an organisation.

    Raises Refused when the name is taken, ChangedMeanwhile when it was saved since `version`.
    """
    require_can_manage_partners(by)
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    require_unchanged(locked, version, FIELDS)
    return _write(locked, values, by=by, now=now, reason=_("Angaben geändert"))


def _write(
    organisation: Organisation, values: dict[str, Any], *, by, now: dt.datetime, reason: str
) -> Organisation:
    # The constraint compares exact names, so compare folded names here.
    _require_free_name(organisation, values["name"])
    sectors = values.get("sectors")
    for name in set(FIELDS) & set(values) - {"sectors"}:
        setattr(organisation, name, values[name])
    # A concurrent request may take the name after the check, so the constraint decides. The
    # savepoint keeps the outer transaction usable on PostgreSQL after the error.
    try:
        with transaction.atomic():
            save_as(organisation, by=by, now=now, reason=reason)
    except IntegrityError as error:
        raise Refused(_name_taken(values["name"])) from error
    # Without any sectors, the form has no such field and the values lack them.
    if sectors is not None:
        organisation.sectors.set(sectors)
    return organisation


def _require_free_name(organisation: Organisation, name: str) -> None:
    # `Müller GmbH` and `MUELLER GMBH` are the same organisation. The database narrows the choice,
    # because `search` starts with the name but goes on.
    others = Organisation.objects.exclude(pk=organisation.pk).filter(search__startswith=fold(name))
    if any(fold(other.name) == fold(name) for other in others):
        raise Refused(_name_taken(name))


def _name_taken(name: str) -> str:
    return _(
        "Eine Organisation mit dem Namen „%(name)s“ gibt es schon. Bitte bearbeiten Sie den "
        "vorhandenen Eintrag."
    ) % {"name": name}
