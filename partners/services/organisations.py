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
from partners.services.gate import require_office

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
def add_organisation(*, values: dict[str, Any], by, now: dt.datetime) -> Organisation:
    """Write a new organisation. Raises NotEntitled for anybody but the office, Refused when the
    name is taken.
    """
    require_office(by)
    return _write(Organisation(), values, by=by, now=now, reason=_("Organisation angelegt"))


@transaction.atomic
def change_organisation(
    *, organisation: Organisation, values: dict[str, Any], version: str, by, now: dt.datetime
) -> Organisation:
    """Write `values` to an organisation.

    Raises NotEntitled, Refused when the name is taken, Outpaced when somebody saved since `version`
    was shown.
    """
    require_office(by)
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    require_unchanged(locked, version, FIELDS)
    return _write(locked, values, by=by, now=now, reason=_("Angaben geändert"))


def _write(
    organisation: Organisation, values: dict[str, Any], *, by, now: dt.datetime, reason: str
) -> Organisation:
    _require_free_name(organisation, values["name"])
    sectors = values.get("sectors")
    for name in set(FIELDS) & set(values) - {"sectors"}:
        setattr(organisation, name, values[name])
    try:
        with transaction.atomic():
            save_as(organisation, by=by, now=now, reason=reason)
    except IntegrityError as error:
        raise Refused(_taken(values["name"])) from error
    if sectors is not None:
        organisation.sectors.set(sectors)
    return organisation


def _require_free_name(organisation: Organisation, name: str) -> None:
    """Compare folded, so that `Müller GmbH` and `MUELLER GMBH` are one."""
    others = Organisation.objects.exclude(pk=organisation.pk).filter(search__startswith=fold(name))
    if any(fold(other.name) == fold(name) for other in others):
        raise Refused(_taken(name))


def _taken(name: str) -> str:
    return _(
        "Eine Organisation mit dem Namen „%(name)s“ gibt es schon. Bitte bearbeiten Sie den "
        "vorhandenen Eintrag."
    ) % {"name": name}
