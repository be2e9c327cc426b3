"""The measures of a plan as bars of its timeline."""

import datetime as dt
from typing import NamedTuple

from django.db.models import DateField, Max, Min, Prefetch
from django.db.models.functions import Coalesce

from measures.models import Measure, Milestone, Plan


class TimelineBar(NamedTuple):
    measure: Measure
    starts_on: dt.date
    ends_on: dt.date
    milestones: list[Milestone]


def timeline_bars(
    user, plan: Plan, limit: int, *, ending_since: dt.date = dt.date.min
) -> list[TimelineBar]:
    """Return up to `limit` measures of `plan` that end on `ending_since` or later, the earliest
    start first, in two queries.

    The first and last milestone stand in for missing dates of the measure. A measure without dates
    and milestones has no bar.
    """
    measures = (
        Measure.objects.visible_to(user)
        .filter(plan=plan)
        .annotate(
            first_on=Coalesce("starts_on", Min("milestones__due_on"), output_field=DateField()),
            last_on=Coalesce("ends_on", Max("milestones__due_on"), output_field=DateField()),
        )
        # A comparison with NULL is never true, so this also drops measures without an end.
        .filter(first_on__isnull=False, last_on__gte=ending_since)
        .order_by("first_on", "search", "pk")
        .prefetch_related(Prefetch("milestones", queryset=Milestone.objects.in_order()))
    )
    return [
        TimelineBar(measure, measure.first_on, measure.last_on, list(measure.milestones.all()))
        for measure in measures[:limit]
    ]
