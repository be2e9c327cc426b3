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
from partners.services.people import dependents_of_organisation, require_all_heeded

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
ORGANISATION_IS_NEEDED = gettext_lazy(
    "Diese Organisation ist noch eingetragen. Tragen Sie dort eine andere ein, oder speichern Sie "
    "trotzdem; die Seiten weisen dann darauf hin."
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
    doubles = _doubles_of(organisation, values)
    require_heeded(concerns_about(doubles), heeded, str(MAY_BE_DOUBLE))
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
    Warned if the change makes it similar to another one, or others still expect something of one
    that is no longer active.
    """
    require_can_manage_partners(by)
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    require_unchanged(locked, version, FIELDS)
    values = _tidied(values)
    leaves = locked.is_active and not values.get("is_active", True)
    require_all_heeded(
        {
            str(MAY_BE_DOUBLE): concerns_about(_doubles_of(locked, values)),
            str(ORGANISATION_IS_NEEDED): dependents_of_organisation(locked) if leaves else [],
        },
        heeded,
    )
    return _save(locked, values, by=by, now=now, reason=_("Angaben geändert"))


def _tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with single spaces in the names."""
    names = {name: " ".join(values[name].split()) for name in NAMES & values.keys()}
    return values | names


def _doubles_of(organisation: Organisation, values: dict[str, Any]) -> list[Organisation]:
    """Return the organisations that become similar to `organisation` by its new `values`."""
    known = similar_organisations(organisation)
    changed = Organisation(
        pk=organisation.pk,
        **{name: values.get(name, getattr(organisation, name)) for name in NAMES},
    )
    # The office has seen those that were similar before, and need not overrule them at each save.
    return [other for other in similar_organisations(changed) if other not in known]


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
