"""Measures as bars of a timeline."""

import datetime as dt
from typing import NamedTuple

from django.db.models import DateField, F, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from measures.models import Measure, Milestone


class TimelineBar(NamedTuple):
    measure: Measure
    starts_on: dt.date
    ends_on: dt.date
    milestones: list[Milestone]


def with_period(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    """Return those of `measures` that have a period, with `first_on` and `last_on`, the earliest
    start first.

    The first and last milestone stand in for missing dates of the measure.
    """
    # Correlated, so that only measures without days of their own cost a look at their milestones:
    # joining and grouping would read the milestones of the whole plan for one page.
    expected = Coalesce("done_on", "forecast_on", "due_on")  # as `Milestone.expected_on`
    days = Milestone.objects.filter(measure=OuterRef("pk")).values(day=expected)
    first = Subquery(days.order_by("day")[:1])
    last = Subquery(days.order_by("-day")[:1])
    return (
        measures.annotate(
            first_on=Coalesce(F("starts_on"), first, output_field=DateField()),
            last_on=Coalesce(F("ends_on"), last, output_field=DateField()),
        )
        .filter(first_on__isnull=False, last_on__isnull=False)
        .order_by("first_on", "search", "pk")
    )


def timeline_bars(measures: QuerySet[Measure]) -> list[TimelineBar]:
    """Return the bars of `measures`, which come `with_period`. Two queries."""
    milestones = Prefetch("milestones", queryset=Milestone.objects.in_order())
    measures = measures.only("title", "phase", "origin")
    return [
        TimelineBar(measure, measure.first_on, measure.last_on, list(measure.milestones.all()))
        for measure in measures.prefetch_related(milestones)
    ]
