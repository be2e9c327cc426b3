"""Which milestones must be reached before another, kept free of cycles."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.history import save_as
from measures.models import Milestone, MilestoneDependency, Plan
from measures.permissions import can_change_measures, require_permission
from measures.queries import path_of_requirements
from measures.services.milestones import lock_milestone


@transaction.atomic
def add_requirement(*, milestone: Milestone, requirement: Milestone, by, now: dt.datetime) -> None:
    """Record that `milestone` can be reached only after `requirement`.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when it is recorded already or would close a
    cycle, which the sentence names.
    """
    require_permission(can_change_measures(by))
    _lock_dependencies()
    milestone, requirement = lock_milestone(milestone), lock_milestone(requirement)
    if milestone.dependencies.filter(requirement=requirement).exists():
        raise Refused(_("Diese Voraussetzung ist schon eingetragen."))
    if cycle := path_of_requirements(requirement, milestone):
        raise Refused(_describe_cycle([milestone, *cycle]))
    MilestoneDependency.objects.create(milestone=milestone, requirement=requirement)
    reason = _("Voraussetzung eingetragen („%(title)s“)") % {"title": requirement}
    save_as(milestone, by=by, now=now, reason=reason)


@transaction.atomic
def remove_requirement(
    *, milestone: Milestone, requirement: Milestone, by, now: dt.datetime
) -> None:
    """Undo `add_requirement`.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when it is not recorded any more.
    """
    require_permission(can_change_measures(by))
    _lock_dependencies()
    milestone = lock_milestone(milestone)
    removed, _rows = milestone.dependencies.filter(requirement=requirement).delete()
    if not removed:
        raise Refused(_("Diese Voraussetzung ist nicht mehr eingetragen."))
    reason = _("Voraussetzung entfernt („%(title)s“)") % {"title": requirement}
    save_as(milestone, by=by, now=now, reason=reason)


def _lock_dependencies() -> None:
    # Two changes at once may close a cycle together, although they have no milestone in common.
    # Plans are few, so their rows serve as the one lock for all dependencies.
    list(Plan.objects.order_by("pk").select_for_update().values_list("pk"))


def _describe_cycle(cycle: list[Milestone]) -> str:
    home = cycle[0].measure_id
    names = [
        f"„{milestone}“" if milestone.measure_id == home else f"„{milestone}“ ({milestone.measure})"
        for milestone in cycle
    ]
    return _(
        "Damit würde ein Meilenstein sich selbst voraussetzen: %(cycle)s. Bitte entfernen Sie "
        "zuerst eine dieser Voraussetzungen."
    ) % {"cycle": " → ".join(names)}
