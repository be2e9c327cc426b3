"""Plans as trees, and the progress of their measures."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.enums import TrafficLight
from core.models import Origin
from core.progress import Segment
from measures.enums import FINISHED_PHASES, PHASE_BAR_COLOURS, UNKNOWN_LABEL
from measures.models import Measure, Milestone, Plan, PlanSection, Project
from measures.queries.facets import kept_counts
from measures.queries.measures import with_lead_light
from measures.queries.past import as_measures, past_measures
from measures.queries.sections import sections_of, top_sections

BRANCH_SIZE = 50  # measures of a branch that the tree shows; the list shows the rest
TRAFFIC_LIGHT_ORDER = (TrafficLight.GREEN, TrafficLight.YELLOW, TrafficLight.RED, "")


# What makes a milestone overdue once its day has passed, as in `progress.milestones.is_overdue`.
# Without a negation, which Django would turn into a subquery.
IS_LATE = Q(done_on__isnull=True, origin__in=(Origin.ENTERED, Origin.DEMO))


class TreeNode(NamedTuple):
    """A section of a plan; `own_count` measures are in it, `count` in it and below.

    The root has no section; it holds the measures without a place in the plan. `measures` are None
    in a branch that was not loaded, else the first of them (`BRANCH_SIZE`).
    """

    section: PlanSection | None
    children: list["TreeNode"]
    own_count: int
    count: int
    measures: list[Measure] | None = None

    @property
    def more_count(self) -> int:
        """How many of the measures of a loaded branch are not shown."""
        return self.own_count - len(self.measures or [])

    @property
    def is_open(self) -> bool:
        """Whether the branch shows at once what it holds. Opening one loads its measures."""
        if any(child.is_open for child in self.children):
            return True
        is_top = self.section is not None and self.section.parent_id is None
        return bool(self.measures) or (is_top and not self.own_count)


@dataclass
class FieldProgress:
    """The progress of the measures of one Handlungsfeld.

    `phases` and `traffic_lights` count the measures by value; the key "" counts those without one.
    """

    label: str
    section: PlanSection | None = None
    phases: Counter[str] = field(default_factory=Counter)
    traffic_lights: Counter[str] = field(default_factory=Counter)
    milestones_done: int = 0
    milestones_total: int = 0
    milestones_overdue: int = 0

    @property
    def total(self) -> int:
        return self.phases.total()

    @property
    def phase_segments(self) -> list[Segment]:
        """The phases that occur as segments of a bar: most advanced first, unknown last."""
        parts = [(phase.label, phase, colour) for phase, colour in PHASE_BAR_COLOURS.items()]
        parts.append((UNKNOWN_LABEL, "", "neutral"))
        return [
            Segment(str(label), self.phases[phase], colour)
            for label, phase, colour in parts
            if self.phases[phase]
        ]

    @property
    def traffic_light_counts(self) -> list[tuple[str, int]]:
        """Each colour and how many measures have it, unknown last."""
        return [(value, self.traffic_lights[value]) for value in TRAFFIC_LIGHT_ORDER]


class PlanProgress(NamedTuple):
    """The progress of a plan as a whole, and by Handlungsfeld in the order of the plan."""

    whole: FieldProgress
    fields: list[FieldProgress]


def current_plan(user, today: dt.date) -> Plan | None:
    """Return the plan that runs today, else the newest, of those `user` may see."""
    return running_plan(list(Plan.objects.visible_to(user).newest_first()), today)


def running_plan(plans: list[Plan], today: dt.date) -> Plan | None:
    """Return the first of `plans`, the newest first, whose period includes today, else the first.

    A plan without a last year runs until it is known. One that is not published is still being
    prepared: it counts only while there is no other.
    """
    published = [plan for plan in plans if plan.is_published] or plans
    running = (
        plan
        for plan in published
        if plan.first_year and plan.first_year <= today.year <= (plan.last_year or today.year)
    )
    return next(running, published[0] if published else None)


def plan_tree(
    plan: Plan,
    user,
    *,
    opened: Collection[int | None] = (),
    moment: dt.datetime | None = None,
) -> TreeNode:
    """Return the root of the tree of `plan` with the counts of the measures `user` may see, with
    `moment` as they were just before it.

    Branches hold measures if all of the plan fit on a page, or if their section is one of `opened`,
    None being the root. Three queries, and one for each of `opened`.
    """
    measures = _tree_measures(plan, user, moment)
    counted = measures.order_by().values_list("section_id").annotate(count=Count("pk"))
    counts = dict(counted)
    loaded: dict[int | None, list[Measure]] = {}
    if sum(counts.values()) <= BRANCH_SIZE:
        loaded = {key: [] for key in counts}
        for measure in as_measures(_lit(measures, moment)):
            loaded[measure.section_id].append(measure)
    else:
        shown = _lit(measures, moment)
        loaded = {key: as_measures(shown.filter(section=key)[:BRANCH_SIZE]) for key in opened}
    children = defaultdict(list)
    for section in sections_of([plan], moment=moment, with_sources=True):
        children[section.parent_id].append(section)
    return _node(None, children, counts, loaded)


def tree_branch(
    plan: Plan, section: PlanSection | None, user, *, moment: dt.datetime | None = None
) -> TreeNode:
    """Return one branch with its first measures and without what is below. Two queries."""
    measures = _tree_measures(plan, user, moment).filter(section=section)
    count = measures.count()
    shown = _lit(measures, moment)[:BRANCH_SIZE]
    return TreeNode(section, [], count, count, as_measures(shown))


def _lit(measures: QuerySet, moment: dt.datetime | None) -> QuerySet:
    # Not before counting, which would group by it; and no reports of today beside a former day.
    return measures if moment else with_lead_light(measures)


def _tree_measures(plan: Plan, user, moment: dt.datetime | None) -> QuerySet:
    if moment:
        records = past_measures(user, moment).filter(plan=plan).select_related("lead")
        return records.order_by("code", "search", "id")
    visible = Measure.objects.visible_to(user).filter(plan=plan).select_related("lead")
    return visible.order_by("code", "search", "pk")


def _node(section: PlanSection | None, children: dict, counts: dict, loaded: dict) -> TreeNode:
    key = section.pk if section else None
    nodes = [_node(child, children, counts, loaded) for child in children[key]]
    own = counts.get(key, 0)
    return TreeNode(section, nodes, own, own + sum(node.count for node in nodes), loaded.get(key))


def progress_figures(user, plan: Plan, today: dt.date) -> PlanProgress:
    """Return the progress of the measures of `plan` that `user` may see. One query while nothing
    has changed, else three.
    """
    return kept_counts(user, "figures", plan.pk, today, count=lambda: _progress(user, plan, today))


def _progress(user, plan: Plan, today: dt.date) -> PlanProgress:
    sections = sections_of([plan])
    tops = top_sections(sections)
    whole = FieldProgress(str(plan))
    by_top = {top.pk: FieldProgress(top.label, top) for top in sections if top.parent_id is None}
    unplaced = FieldProgress(_("Keinem Feld zugeordnet"))
    measures = Measure.objects.visible_to(user).filter(plan=plan).order_by()
    for section_id, phase, traffic_light, count, total, done, overdue in _count(measures, today):
        place = by_top[tops[section_id].pk] if section_id else unplaced
        for progress in (whole, place):
            progress.phases[phase] += count
            progress.traffic_lights[traffic_light] += count
            progress.milestones_total += total
            progress.milestones_done += done
            if phase not in FINISHED_PHASES:
                progress.milestones_overdue += overdue
    fields = list(by_top.values())
    return PlanProgress(whole, [*fields, unplaced] if unplaced.total else fields)


def _count(measures: QuerySet[Measure], today: dt.date) -> QuerySet:
    """Return one row per combination rather than per measure, so that the size of a plan does not
    matter: section, phase, light, and the numbers of measures and of all, reached and late
    milestones.
    """
    # Counted apart: a join would repeat each measure, and telling them apart takes a sort of all.
    none = Value(0)
    by_status = measures.values_list("section_id", "phase", "traffic_light").annotate(
        count=Count("pk"), total=none, done=none, overdue=none
    )
    milestones = Milestone.objects.order_by().filter(measure__in=measures.values("pk"))
    by_phase = milestones.annotate(light=Value(""), count=none).values_list(
        "measure__section_id", "measure__phase", "light", "count"
    )
    return by_status.union(
        by_phase.annotate(
            total=Count("pk"),
            done=Count("done_on"),
            overdue=Count("pk", filter=IS_LATE & Q(due_on__lt=today)),
        ),
        all=True,
    )


class PlanFigures(NamedTuple):
    """A plan beside others: its progress, and how many sections and projects it has."""

    plan: Plan
    progress: FieldProgress
    sections: int
    projects: int


def plan_figures(user) -> list[PlanFigures]:
    """Return the plans that `user` may see, the newest first, with the figures of what the user
    may see of each. Four queries.
    """
    plans = Plan.objects.visible_to(user).select_related("predecessor").newest_first()
    sections = dict(PlanSection.objects.order_by().values_list("plan").annotate(Count("pk")))
    progress: dict[int, FieldProgress] = defaultdict(lambda: FieldProgress(""))
    measures = Measure.objects.visible_to(user).order_by()
    for plan, phase, count in measures.values_list("plan", "phase").annotate(Count("pk")):
        progress[plan].phases[phase] += count
    projects = Project.objects.visible_to(user).order_by()
    projects = projects.annotate(of=Coalesce("plan", "measure__plan"))
    project_counts = dict(projects.values_list("of").annotate(Count("pk", distinct=True)))
    return [
        PlanFigures(
            plan, progress[plan.pk], sections.get(plan.pk, 0), project_counts.get(plan.pk, 0)
        )
        for plan in plans
    ]
