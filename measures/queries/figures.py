"""Figures for the overview: how far a plan is, by Handlungsfeld, and its timeline."""

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from django.db.models import Count, DateField, Max, Min, Prefetch
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.progress import Segment
from measures.enums import UNKNOWN_LABEL, Phase, TrafficLight
from measures.models import Measure, Milestone, Plan, PlanSection
from measures.queries.plans import sections_of, top_sections

PHASE_TONES = {
    Phase.COMPLETED: "strong",
    Phase.RUNNING: "medium",
    Phase.PREPARING: "light",
    Phase.NOT_STARTED: "faint",
    Phase.DISCONTINUED: "muted",
}
TRAFFIC_LIGHT_ORDER = (TrafficLight.GREEN, TrafficLight.YELLOW, TrafficLight.RED, "")


class FieldProgress(NamedTuple):
    """How the measures of one Handlungsfeld stand. `phases` and `traffic_lights` count them by value; "" is
    unknown.
    """

    label: str
    section: PlanSection | None
    total: int
    phases: dict[str, int]
    traffic_lights: dict[str, int]
    milestones_done: int
    milestones_total: int

    @property
    def phase_segments(self) -> list[Segment]:
        """The phases as parts of a stacked bar, the furthest first; those without a count are left
        out.
        """
        parts = [
            (phase.label, self.phases.get(phase, 0), colour)
            for phase, colour in PHASE_TONES.items()
        ]
        parts.append((UNKNOWN_LABEL, self.phases.get("", 0), "neutral"))
        return [Segment(str(label), count, colour) for label, count, colour in parts if count]

    @property
    def traffic_light_counts(self) -> list[tuple[str, int]]:
        """Each colour and how many measures have it, unknown last."""
        return [(value, self.traffic_lights.get(value, 0)) for value in TRAFFIC_LIGHT_ORDER]


class ProgressFigures(NamedTuple):
    """How a plan stands: as a whole and by Handlungsfeld in the order of the plan."""

    whole: FieldProgress
    fields: list[FieldProgress]


class TimelineRow(NamedTuple):
    """One bar of the timeline: a measure, its days, and its milestones."""

    measure: Measure
    starts_on: dt.date
    ends_on: dt.date
    milestones: list[Milestone]


class _Tally:
    def __init__(self):
        self.phases, self.traffic_lights = defaultdict(int), defaultdict(int)
        self.done = self.total = 0

    def result(self, label: str, section: PlanSection | None) -> FieldProgress:
        count = sum(self.phases.values())
        return FieldProgress(
            label,
            section,
            count,
            dict(self.phases),
            dict(self.traffic_lights),
            self.done,
            self.total,
        )


def progress_figures(user, plan: Plan) -> ProgressFigures:
    """Return how far the measures of `plan` are that `user` may see, in two queries."""
    sections = sections_of([plan])
    tops = top_sections(sections)
    measures = Measure.objects.visible_to(user).filter(plan=plan)
    tallies: dict[int | None, _Tally] = defaultdict(_Tally)
    whole = _Tally()
    counted = (
        measures.order_by()
        .values_list("section_id", "phase", "traffic_light")
        .annotate(
            count=Count("pk", distinct=True),
            total=Count("milestones"),
            done=Count("milestones__done_on"),
        )
    )
    for section_id, phase, traffic_light, count, total, done in counted:
        for tally in (whole, tallies[_top_id(tops, section_id)]):
            tally.phases[phase] += count
            tally.traffic_lights[traffic_light] += count
            tally.total += total
            tally.done += done
    fields = [tallies[top.pk].result(top.label, top) for top in sections if top.parent_id is None]
    if None in tallies:
        fields.append(tallies[None].result(_("Keinem Feld zugeordnet"), None))
    return ProgressFigures(whole.result(str(plan), None), fields)


def timeline_rows(
    user, plan: Plan, limit: int, *, since: dt.date = dt.date.min
) -> list[TimelineRow]:
    """Return up to `limit` measures of `plan` that last until `since` or longer, the earliest
    first, with milestones.

    Where a measure has no days of its own, its first and last milestone stand in. Costs two
    queries.
    """
    milestones = Prefetch(
        "milestones", queryset=Milestone.objects.order_by("due_on", "position", "pk")
    )
    measures = (
        Measure.objects.visible_to(user)
        .filter(plan=plan)
        .annotate(
            first_on=Coalesce("starts_on", Min("milestones__due_on"), output_field=DateField()),
            last_on=Coalesce("ends_on", Max("milestones__due_on"), output_field=DateField()),
        )
        .filter(first_on__isnull=False, last_on__gte=since)
        .order_by("first_on", "search", "pk")
        .prefetch_related(milestones)
    )
    return [
        TimelineRow(row, row.first_on, row.last_on, list(row.milestones.all()))
        for row in measures[:limit]
    ]


def _top_id(tops: dict[int, PlanSection], section_id: int | None) -> int | None:
    return tops[section_id].pk if section_id else None
