"""Add and change organisations."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_unchanged
from core.errors import Concern, Refused, require_heeded
from core.history import save_values_as
from partners.models import Organisation
from partners.permissions import require_can_manage_partners
from partners.queries import similar_organisations

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
NAMES = {"name", "short_name"}
MAY_BE_DOUBLE = gettext_lazy(
    "Diese Organisation ist vielleicht schon eingetragen: Name oder Kurzname stimmen überein."
)
NAME_TAKEN = gettext_lazy(
    "Eine Organisation mit diesem Namen gibt es schon. Bitte bearbeiten Sie den vorhandenen "
    "Eintrag."
)


@transaction.atomic
def create_organisation(
    *, values: dict[str, Any], by, now: dt.datetime, heeded: Collection[str] = ()
) -> Organisation:
    """Create an organisation. Raises Refused when the name is taken, Warned by a similar one."""
    require_can_manage_partners(by)
    values, organisation = _tidied(values), Organisation()
    _require_no_double(organisation, values, heeded)
    return _save(organisation, values, by=by, now=now, reason=_("Organisation angelegt"))


@transaction.atomic
def change_organisation(
    *,
    organisation: Organisation,
    values: dict[str, Any],
    version: str,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> Organisation:
    """Change an organisation.

    Raises Refused when the name is taken, ChangedMeanwhile when it was saved since `version`,
    Warned if the change makes it similar to another one.
    """
    require_can_manage_partners(by)
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    require_unchanged(locked, version, FIELDS)
    values = _tidied(values)
    _require_no_double(locked, values, heeded)
    return _save(locked, values, by=by, now=now, reason=_("Angaben geändert"))


def _tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with single spaces in the names."""
    names = {name: " ".join(values[name].split()) for name in NAMES & values.keys()}
    return values | names


def _require_no_double(
    organisation: Organisation, values: dict[str, Any], heeded: Collection[str]
) -> None:
    known = similar_organisations(organisation)
    changed = Organisation(
        pk=organisation.pk,
        **{name: values.get(name, getattr(organisation, name)) for name in NAMES},
    )
    doubles = [other for other in similar_organisations(changed) if other not in known]
    require_heeded(concerns_about(doubles), heeded, str(MAY_BE_DOUBLE))


def concerns_about(organisations: Iterable[Organisation]) -> list[Concern]:
    """Return a concern for each of `organisations`, which may be the one that is being saved."""
    return [
        Concern(
            key=f"organisation-{organisation.pk}",
            label=str(organisation),
            url=organisation.get_absolute_url(),
            text=", ".join(
                filter(None, [organisation.short_name, organisation.get_kind_display()])
            ),
        )
        for organisation in organisations
    ]


def _save(
    organisation: Organisation, values: dict[str, Any], *, by, now: dt.datetime, reason: str
) -> Organisation:
    # The form checks the name too, but a concurrent request may take it after that.
    taken = Refused(str(NAME_TAKEN))
    save_values_as(organisation, values, by=by, now=now, reason=reason, violation=taken)
    return organisation
