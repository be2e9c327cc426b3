"""Milestones of one measure, for its page."""

from django.db.models import QuerySet

from measures.models import Measure, Milestone


def milestones_of(measure: Measure) -> QuerySet[Milestone]:
    """Return the milestones of `measure` in order, with who is responsible."""
    return measure.milestones.select_related("owner").in_order()
