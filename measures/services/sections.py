"""Sections: the tree of a plan, maintained by the office.

Every service locks the plan first: two sections put below each other at the same time would make a
circle that no page could draw.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.conflicts import lock_present, require_unchanged
from core.errors import Refused
from core.history import delete_as, save_changes_as, save_values_as
from measures.models import Plan, PlanSection
from measures.permissions import can_change_plans, require_permission
from measures.queries import descendants_of


@transaction.atomic
def create_section(*, plan: Plan, values: Mapping[str, Any], by, now: dt.datetime) -> PlanSection:
    """Return a new section of `plan`, the last below its parent. Raises `NotAllowed`, `Refused`."""
    require_permission(can_change_plans(by))
    plan = _lock_plan(plan.pk)
    section = PlanSection(plan=plan)
    require_place(plan, section, values)
    beside = plan.sections.filter(parent=values["parent"])
    last = beside.aggregate(last=Max("position"))["last"] or 0
    save_values_as(
        section,
        {"position": last + 1, **values},
        by=by,
        now=now,
        reason=_("Abschnitt angelegt"),
    )
    return section


@transaction.atomic
def change_section(
    *, section: PlanSection, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> PlanSection:
    """Save those of `values` that differ. Its subsections and measures move with it.

    Raises `NotAllowed`, `ChangedMeanwhile`, `Refused`.
    """
    require_permission(can_change_plans(by))
    plan = _lock_plan(section.plan_id)
    section = _lock_section(section)
    require_unchanged(section, version, values)
    require_place(plan, section, values)
    save_changes_as(section, values, by=by, now=now)
    return section


@transaction.atomic
def delete_section(*, section: PlanSection, by, now: dt.datetime) -> None:
    """Delete an empty section; its history stays. Raises `NotAllowed`, `ChangedMeanwhile`,
    `Refused`.
    """
    require_permission(can_change_plans(by))
    _lock_plan(section.plan_id)
    section = _lock_section(section)
    require_empty(section)
    delete_as(section, by=by, now=now, reason=_("Abschnitt gelöscht"))


def require_place(plan: Plan, section: PlanSection, values: Mapping[str, Any]) -> None:
    """Raise `Refused` unless `section` fits where `values` put it. The form shares this check."""
    if not (values["code"] or values["title"]):
        raise Refused(_("Ein Abschnitt braucht eine Kennung oder einen Titel."))
    parent = values["parent"]
    sections = list(plan.sections.all())
    below = descendants_of(section.pk, sections) if section.pk else set()
    if parent and parent.pk in below:
        raise Refused(_("Ein Abschnitt kann nicht unter sich selbst stehen."))
    if parent and parent.plan_id != plan.pk:
        raise Refused(_("Dieser Abschnitt gehört zu einem anderen Plan."))
    children = [child for child in sections if section.pk and child.parent_id == section.pk]
    level = values["level"]
    pairs = [(parent.level, level)] if parent else []
    _require_order(plan.levels, pairs + [(level, child.level) for child in children])


def _require_order(levels: Sequence[str], pairs: Iterable[tuple[str, str]]) -> None:
    """Raise `Refused` unless each upper level of `pairs` stands above the lower one."""
    # Levels may be left out: in the sources, some task fields hang on a cluster without a goal.
    rank = {name: number for number, name in enumerate(levels)}
    for upper, lower in pairs:
        # A level that the plan no longer names can be anywhere.
        if upper in rank and lower in rank and rank[upper] >= rank[lower]:
            raise Refused(
                _("Die Ebene „%(lower)s“ steht in diesem Plan nicht unter „%(upper)s“.")
                % {"lower": lower, "upper": upper}
            )


def require_empty(section: PlanSection) -> None:
    """Raise `Refused` when `section` has subsections or measures."""
    if section.children.exists() or section.measures.exists():
        raise Refused(
            _(
                "Zu diesem Abschnitt gehören noch Maßnahmen oder Abschnitte. Er lässt sich erst "
                "danach löschen."
            )
        )


def _lock_plan(pk: int) -> Plan:
    return Plan.objects.select_for_update().get(pk=pk)


def _lock_section(section: PlanSection) -> PlanSection:
    return lock_present(section, _("Dieser Abschnitt wurde inzwischen gelöscht."))
