"""Plans as trees. A plan's sections are few and read in one query; the tree is built in Python."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q

from measures.models import Measure, Plan, PlanSection


class TreeNode(NamedTuple):
    """A section with its measures and sub-sections; `count` is the number of measures in and below
    it.
    """

    section: PlanSection | None
    children: list["TreeNode"]
    measures: list[Measure]
    count: int


def current_plan(user) -> Plan | None:
    """Return the newest plan that `user` may see."""
    return Plan.objects.visible_to(user).newest_first().first()


def sections_of(plans: Iterable[Plan]) -> list[PlanSection]:
    """Return all sections of `plans` in the order of the plans."""
    sections = PlanSection.objects.filter(plan__in=list(plans)).select_related("plan")
    return list(sections.order_by("-plan__position", "position", "pk"))


def top_sections(sections: Iterable[PlanSection]) -> dict[int, PlanSection]:
    """Return for the id of each of `sections` the section on the highest level above it, or itself."""
    by_id = {section.pk: section for section in sections}
    tops = {}
    for section in by_id.values():
        top = section
        while top.parent_id:
            top = by_id[top.parent_id]
        tops[section.pk] = top
    return tops


def sections_above(measure: Measure) -> list[PlanSection]:
    """Return the sections from the top of the plan down to the one that `measure` hangs on."""
    if measure.section_id is None:
        return []
    by_id = {section.pk: section for section in PlanSection.objects.filter(plan_id=measure.plan_id)}
    chain = [by_id[measure.section_id]]
    while chain[0].parent_id:
        chain.insert(0, by_id[chain[0].parent_id])
    return chain


def relatives_of(measure: Measure, user) -> tuple[list[Measure], list[Measure]]:
    """Return the measures that `measure` continues and those that continue it, as far as `user` may
    see them.
    """
    related = Measure.objects.visible_to(user).filter(
        Q(pk=measure.predecessor_id) | Q(predecessor=measure)
    )
    before, after = [], []
    for row in related.order_by("search", "pk"):
        (before if row.pk == measure.predecessor_id else after).append(row)
    return before, after


def descendants_of(section_id: int, sections: Iterable[PlanSection]) -> set[int]:
    """Return the ids of a section and of all below it, out of `sections`."""
    children = defaultdict(list)
    for section in sections:
        children[section.parent_id].append(section.pk)
    found, waiting = set(), [section_id]
    while waiting:
        current = waiting.pop()
        found.add(current)
        waiting += children[current]
    return found


def section_choices(
    sections: Iterable[PlanSection], *, only_plan: str | None = None
) -> list[tuple]:
    """Return choices for a select out of `sections`: grouped by plan, indented by depth.

    `only_plan` is the primary key of one plan as it stands in an address; anything unknown means
    all plans.
    """
    children, plans = defaultdict(list), {}
    for section in sections:
        children[section.plan_id, section.parent_id].append(section)
        plans[section.plan_id] = section.plan
    wanted = [plan for plan in plans.values() if str(plan.pk) == only_plan] or plans.values()
    return [(str(plan), _indented(children, plan.pk, None, 0)) for plan in wanted]


def _indented(
    children: dict, plan_id: int, parent_id: int | None, depth: int
) -> list[tuple[str, str]]:
    choices = []
    for section in children[plan_id, parent_id]:
        choices.append((str(section.pk), f"{'– ' * depth}{section.label}"))
        choices += _indented(children, plan_id, section.pk, depth + 1)
    return choices


def plan_tree(plan: Plan, user) -> TreeNode:
    """Return the tree of `plan` with the measures `user` may see; the root holds those without a
    place.
    """
    children, measures = defaultdict(list), defaultdict(list)
    for section in sections_of([plan]):
        children[section.parent_id].append(section)
    rows = Measure.objects.visible_to(user).filter(plan=plan).select_related("lead")
    for measure in rows.order_by("code", "search", "pk"):
        measures[measure.section_id].append(measure)
    return _node(None, children, measures)


def _node(section: PlanSection | None, children: dict, measures: dict) -> TreeNode:
    key = section.pk if section else None
    nodes = [_node(child, children, measures) for child in children[key]]
    return TreeNode(
        section, nodes, measures[key], len(measures[key]) + sum(node.count for node in nodes)
    )
