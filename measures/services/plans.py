"""Plans: carrying one on as the next, and its master data."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conflicts import require_unchanged
from core.errors import ChangedMeanwhile, Refused, violation_as
from core.history import create_all_as, save_as, save_changes_as, update_all_as
from core.models import Origin
from measures.enums import LEVEL_RENAMED_REASON
from measures.models import Plan, PlanSection
from measures.permissions import can_change_plans, require_permission

PLAN_FIELDS = ("title", "short_title", "levels", "first_year", "last_year", "adopted_on")


@transaction.atomic
def continue_plan(
    *,
    plan: Plan,
    values: Mapping[str, Any],
    copy_sections: bool,
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> Plan:
    """Return the unpublished successor of `plan`, the newest of all plans. Its measures follow one
    by one (`services.continuations`).

    With `copy_sections` it has the same tree, whose levels bear the new names. `origin` lets the
    demo data mark what it invents. Raises `NotAllowed`; `Refused` when `plan` has a successor or
    the new levels are fewer than the tree needs.
    """
    require_permission(can_change_plans(by))
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    require_continuable(plan)
    sections = list(plan.sections.order_by("position", "pk")) if copy_sections else []
    _require_levels_for(sections, plan.levels, values["levels"])
    # Positions order the plans; years cannot, since a plan's last year is often unknown.
    newest = Plan.objects.aggregate(newest=Max("position"))["newest"]
    successor = Plan(predecessor=plan, position=newest + 1, origin=origin, **values)
    reason = _("Angelegt als Fortschreibung von %(plan)s") % {"plan": plan}
    with violation_as(ChangedMeanwhile(_title_is_taken())):
        save_as(successor, by=by, now=now, reason=reason)
    _copy_sections(sections, plan, successor, by=by, now=now)
    return successor


def require_continuable(plan: Plan) -> None:
    """Raise `Refused` when the `plan` is carried on already."""
    if successor := Plan.objects.filter(predecessor=plan).first():
        raise Refused(
            _("Die Fortschreibung gibt es schon: %(plan)s.") % {"plan": successor.short_title}
        )


def _require_levels_for(
    sections: Sequence[PlanSection], before: Sequence[str], after: Sequence[str]
) -> None:
    used = {before.index(section.level) for section in sections if section.level in before}
    if used and max(used) >= len(after):
        count = max(used) + 1
        text = ngettext(
            "Die Abschnitte reichen bis zur Ebene „%(level)s“. Bitte nennen Sie mindestens "
            "%(count)d Ebene, oder übernehmen Sie die Abschnitte nicht.",
            "Die Abschnitte reichen bis zur Ebene „%(level)s“. Bitte nennen Sie mindestens "
            "%(count)d Ebenen, oder übernehmen Sie die Abschnitte nicht.",
            count,
        )
        raise Refused(text % {"level": before[count - 1], "count": count})


def _copy_sections(
    sections: Sequence[PlanSection], plan: Plan, successor: Plan, *, by, now: dt.datetime
) -> None:
    before, copies = plan.levels, {}
    for section in sections:
        copies[section.pk] = PlanSection(
            plan=successor,
            level=successor.levels[before.index(section.level)]
            if section.level in before
            else section.level,
            code=section.code,
            title=section.title,
            position=section.position,
            predecessor=section,
            origin=successor.origin,
        )
    reason = _("Übernommen aus %(plan)s") % {"plan": plan}
    # From the top: a child needs the key of its parent, which may come later by position.
    level = [section for section in sections if section.parent_id is None]
    while level:
        for section in level:
            if section.parent_id:
                copies[section.pk].parent = copies[section.parent_id]
        create_all_as([copies[section.pk] for section in level], by=by, now=now, reason=reason)
        above = {section.pk for section in level}
        level = [section for section in sections if section.parent_id in above]


@transaction.atomic
def change_plan(
    *, plan: Plan, values: Mapping[str, Any], version: str | None, by, now: dt.datetime
) -> Plan:
    """Save those of `values` that differ. The sections on a renamed level bear its new name.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when a level with sections is taken away.
    """
    require_permission(can_change_plans(by))
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if version is not None:
        require_unchanged(plan, version, values)
    before, levels = plan.levels, values.get("levels", plan.levels)
    save_changes_as(plan, values, by=by, now=now, violation=ChangedMeanwhile(_title_is_taken()))
    if levels != before:
        # Sections carry the name of their level, so renaming it here alone would leave them on a
        # level that the plan no longer has.
        _rename_levels(plan, before, by=by, now=now)
    return plan


def _rename_levels(plan: Plan, before: Sequence[str], *, by, now: dt.datetime) -> None:
    sections = list(plan.sections.all())
    _require_levels_for(sections, before, plan.levels)
    # All at once, since two levels may swap their names.
    renamed = {
        level: [section for section in sections if section.level == former]
        for former, level in zip(before, plan.levels, strict=False)
        if former != level
    }
    for level, found in renamed.items():
        if found:
            update_all_as(found, {"level": level}, by=by, now=now, reason=LEVEL_RENAMED_REASON)


def _title_is_taken() -> str:
    return _("Einen Plan mit diesem Titel gibt es schon.")
