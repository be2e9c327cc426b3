"""Distribution lists: name, purpose and members."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_unchanged
from core.errors import Refused
from core.history import save_as, save_values_as
from partners.models import DistributionList, Person
from partners.permissions import require_can_manage_partners

FIELDS = ("name", "description")
NAME_TAKEN = gettext_lazy("Einen Verteiler mit diesem Namen gibt es schon.")


@transaction.atomic
def create_list(*, values: dict[str, Any], by, now: dt.datetime) -> DistributionList:
    """Create an empty list. Raises Refused when the name is taken."""
    require_can_manage_partners(by)
    return _save(DistributionList(), values, by=by, now=now, reason=_("Verteiler angelegt"))


@transaction.atomic
def change_list(
    *,
    distribution_list: DistributionList,
    values: dict[str, Any],
    version: str,
    by,
    now: dt.datetime,
) -> DistributionList:
    """Change name and purpose.

    Raises Refused when the name is taken, ChangedMeanwhile when it was saved since `version`.
    """
    require_can_manage_partners(by)
    locked = DistributionList.objects.select_for_update().get(pk=distribution_list.pk)
    require_unchanged(locked, version, FIELDS)
    return _save(locked, values, by=by, now=now, reason=_("Angaben geändert"))


@transaction.atomic
def add_members(
    *, distribution_list: DistributionList, people: Iterable[Person], by, now: dt.datetime
) -> int:
    """Put the active ones of `people` on the list and return how many were not on it before."""
    require_can_manage_partners(by)
    locked = DistributionList.objects.select_for_update().get(pk=distribution_list.pk)
    present = set(locked.members.values_list("pk", flat=True))
    new = [person for person in people if person.is_active and person.pk not in present]
    # Saving changes no field, but writes the history entry with the reason.
    if new:
        save_as(locked, by=by, now=now, reason=_("%(count)d aufgenommen") % {"count": len(new)})
        locked.members.add(*new)
    return len(new)


@transaction.atomic
def remove_members(
    *, distribution_list: DistributionList, people: Iterable[Person], by, now: dt.datetime
) -> int:
    """Take `people` off the list and return how many were on it."""
    require_can_manage_partners(by)
    locked = DistributionList.objects.select_for_update().get(pk=distribution_list.pk)
    members = list(locked.members.filter(pk__in=[person.pk for person in people]))
    # Without a change, there is nothing to record in the history.
    if members:
        save_as(locked, by=by, now=now, reason=_("%(count)d entfernt") % {"count": len(members)})
        locked.members.remove(*members)
    return len(members)


def _save(
    distribution_list: DistributionList,
    values: dict[str, Any],
    *,
    by,
    now: dt.datetime,
    reason: str,
) -> DistributionList:
    taken = Refused(str(NAME_TAKEN))
    save_values_as(distribution_list, values, by=by, now=now, reason=reason, violation=taken)
    return distribution_list
