"""Add and change organisations."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_unchanged
from core.errors import Refused
from core.folding import fold
from core.history import save_values_as
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
NAME_TAKEN = gettext_lazy(
    "Eine Organisation mit diesem Namen gibt es schon. Bitte bearbeiten Sie den vorhandenen "
    "Eintrag."
)


@transaction.atomic
def create_organisation(*, values: dict[str, Any], by, now: dt.datetime) -> Organisation:
    """Create an organisation. Raises Refused when the name is taken."""
    require_can_manage_partners(by)
    return _save(Organisation(), values, by=by, now=now, reason=_("Organisation angelegt"))


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
    return _save(locked, values, by=by, now=now, reason=_("Angaben geändert"))


def _save(
    organisation: Organisation, values: dict[str, Any], *, by, now: dt.datetime, reason: str
) -> Organisation:
    # The constraint compares exact names, so compare folded names here.
    _require_free_name(organisation, values["name"])
    # A concurrent request may take the name after the check.
    taken = Refused(str(NAME_TAKEN))
    save_values_as(organisation, values, by=by, now=now, reason=reason, violation=taken)
    return organisation


def _require_free_name(organisation: Organisation, name: str) -> None:
    # `Müller GmbH` and `MUELLER GMBH` are the same organisation. The database narrows the choice,
    # because `search` starts with the name but goes on.
    others = Organisation.objects.exclude(pk=organisation.pk).filter(search__startswith=fold(name))
    if any(fold(other.name) == fold(name) for other in others):
        raise Refused(str(NAME_TAKEN))
