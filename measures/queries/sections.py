"""Sections: their order, their places in the trees of plans, and one with its surroundings.

A plan has a few dozen sections at most. One query reads them and Python builds the tree, which
avoids a recursive query that differs between the two databases.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core.history import instance_of, records_at
from core.models import SOURCE_FIELDS
from measures.models import Measure, Plan, PlanSection


def sections_of(
    plans: Iterable[Plan], *, moment: dt.datetime | None = None, with_sources: bool = False
) -> list[PlanSection]:
    """Return all sections of `plans`, the newest plan first; with `moment` as they were just before
    it. What the sources say is loaded only `with_sources`. One query.
    """
    by_id = {plan.pk: plan for plan in plans}
    if moment:
        records = records_at(PlanSection, moment, plan__in=by_id)
        found = [instance_of(one) for one in records.order_by("-plan__position", "position", "id")]
    else:
        sections = PlanSection.objects.filter(plan__in=by_id)
        sections = sections if with_sources else sections.defer(*SOURCE_FIELDS)
        found = list(sections.order_by("-plan__position", "position", "pk"))
    for section in found:
        # The plan at hand; a join would read it again with each section.
        section.plan = by_id[section.plan_id]
    return found


def top_sections(sections: Iterable[PlanSection]) -> dict[int, PlanSection]:
    """Return section id → topmost ancestor, usually a Handlungsfeld.

    `sections` must be complete trees, with every ancestor.
    """
    by_id = {section.pk: section for section in sections}
    tops = {}
    for section in by_id.values():
        top = section
        while top.parent_id:
            top = by_id[top.parent_id]
        tops[section.pk] = top
    return tops


def section_path(measure: Measure, *, moment: dt.datetime | None = None) -> list[PlanSection]:
    """Return the sections from the top of the plan down to the section of `measure`, with `moment`
    as they were just before it.
    """
    if measure.section_id is None:
        return []
    # One query for all sections of the plan is cheaper than one per level.
    sections = sections_of([measure.plan], moment=moment)
    return path_to(measure.section_id, {section.pk: section for section in sections})


def path_to(section_id: int | None, by_id: Mapping[int, PlanSection]) -> list[PlanSection]:
    """Return the sections from the top of the plan down to this one, none if it is unknown."""
    path: list[PlanSection] = []
    while section_id in by_id:
        path.insert(0, by_id[section_id])
        section_id = path[0].parent_id
    return path


def descendants_of(section_id: int, sections: Iterable[PlanSection]) -> set[int]:
    """Return the ids of a section and of all sections below it."""
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
    sections: Sequence[PlanSection], *, only_plan: str | None = None
) -> list[tuple]:
    """Return `sections` as choices of a select: grouped by plan, indented by depth.

    `only_plan` is the primary key of one plan as the query string gives it; an unknown value means
    all plans.
    """
    children, plans, labels = defaultdict(list), {}, _distinct_labels(sections)
    for section in sections:
        children[section.plan_id, section.parent_id].append(section)
        plans[section.plan_id] = section.plan
    # An unknown plan comes from an old bookmark or a typo, which deserves no error page.
    wanted = [plan for plan in plans.values() if str(plan.pk) == only_plan] or plans.values()
    return [(str(plan), _indented(children, labels, plan.pk, None, 0)) for plan in wanted]


def _distinct_labels(sections: Iterable[PlanSection]) -> dict[int, str]:
    """Return section id → label, with level and plan where another section is called the same: a
    closed select shows neither the group nor what is above.
    """
    times = Counter(section.label for section in sections)
    return {
        section.pk: f"{section.label} ({section.level}, {section.plan})"
        if times[section.label] > 1
        else section.label
        for section in sections
    }


def _indented(
    children: dict, labels: dict[int, str], plan_id: int, parent_id: int | None, depth: int
) -> list[tuple[str, str]]:
    choices = []
    for section in children[plan_id, parent_id]:
        # Dashes show the depth, because HTML does not allow nested groups of options.
        choices.append((str(section.pk), f"{'– ' * depth}{labels[section.pk]}"))
        choices += _indented(children, labels, plan_id, section.pk, depth + 1)
    return choices


class SectionBranch(NamedTuple):
    """A section in its plan: `path` leads down to the one above it, `children` are right below.
    `count` measures are in it and below; `former` and `later` are what it was taken over from and
    what it was taken over as.
    """

    path: list[PlanSection]
    children: list[PlanSection]
    count: int
    former: PlanSection | None
    later: list[PlanSection]

    @property
    def is_empty(self) -> bool:
        """For the office, who sees all measures, whether the section can be deleted."""
        return not (self.children or self.count)


def section_branch(section: PlanSection, user) -> SectionBranch:
    """Return the surroundings of `section` that `user` may see. Four queries."""
    sections = sections_of([section.plan])
    below = descendants_of(section.pk, sections)
    by_id = {one.pk: one for one in sections}
    others = PlanSection.objects.visible_to(user).select_related("plan").order_by("pk")
    return SectionBranch(
        path=path_to(section.parent_id, by_id),
        children=[one for one in sections if one.parent_id == section.pk],
        count=Measure.objects.visible_to(user).filter(section__in=below).count(),
        former=others.filter(pk=section.predecessor_id).first(),
        later=list(others.filter(predecessor=section)),
    )
