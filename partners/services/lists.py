"""Distribution lists: their name and purpose, and who is on them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.errors import Refused
from core.history import save_as
from partners.models import DistributionList, Person
from partners.services.gate import require_office

FIELDS = ("name", "description")


@transaction.atomic
def add_list(*, values: dict[str, Any], by, now: dt.datetime) -> DistributionList:
    """Write a new, empty list. Raises NotEntitled for anybody but the office, Refused when the name
    is taken.
    """
    require_office(by)
    return _write(DistributionList(), values, by=by, now=now, reason=_("Verteiler angelegt"))


@transaction.atomic
def change_list(
    *,
    distribution_list: DistributionList,
    values: dict[str, Any],
    version: str,
    by,
    now: dt.datetime,
) -> DistributionList:
    """Write name and purpose. Raises NotEntitled, Refused when the name is taken, Outpaced since
    `version`.
    """
    require_office(by)
    locked = DistributionList.objects.select_for_update().get(pk=distribution_list.pk)
    require_unchanged(locked, version, FIELDS)
    return _write(locked, values, by=by, now=now, reason=_("Angaben geändert"))


@transaction.atomic
def add_members(
    *, distribution_list: DistributionList, people: Iterable[Person], by, now: dt.datetime
) -> int:
    """Put `people` on the list; return how many were not on it before."""
    require_office(by)
    locked = DistributionList.objects.select_for_update().get(pk=distribution_list.pk)
    there = set(locked.members.values_list("pk", flat=True))
    new = [person for person in people if person.pk not in there]
    if new:
        save_as(locked, by=by, now=now, reason=_("%(count)d aufgenommen") % {"count": len(new)})
        locked.members.add(*new)
    return len(new)


@transaction.atomic
def remove_members(
    *, distribution_list: DistributionList, people: Iterable[Person], by, now: dt.datetime
) -> int:
    """Take `people` off the list; return how many were on it."""
    require_office(by)
    locked = DistributionList.objects.select_for_update().get(pk=distribution_list.pk)
    gone = list(locked.members.filter(pk__in=[person.pk for person in people]))
    if gone:
        save_as(locked, by=by, now=now, reason=_("%(count)d entfernt") % {"count": len(gone)})
        locked.members.remove(*gone)
    return len(gone)


def _write(
    row: DistributionList, values: dict[str, Any], *, by, now: dt.datetime, reason: str
) -> DistributionList:
    row.name, row.description = values["name"], values.get("description", "")
    try:
        with transaction.atomic():
            save_as(row, by=by, now=now, reason=reason)
    except IntegrityError as error:
        raise Refused(_("Einen Verteiler mit diesem Namen gibt es schon.")) from error
    return row
