"""What became of measures in a later plan, and where its measures come from."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Prefetch, Q, QuerySet

from core.roles import is_inside
from measures.models import Continuation, Measure, Plan


class Succession(NamedTuple):
    """The continuations that led to a measure, and those that say what became of it."""

    origins: list[Continuation]
    continuations: list[Continuation]

    def before(self, moment: dt.datetime) -> "Succession":
        """Return what was decided before `moment`; what earlier documents say has no time."""
        return Succession(
            *(
                [one for one in found if one.decided_at is None or one.decided_at < moment]
                for found in self
            )
        )


def succession_of(measure: Measure, user) -> Succession:
    """Return where `measure` comes from and what became of it in each later plan, as far as `user`
    may see it. Two queries.
    """
    led_here = Continuation.objects.filter(successors=measure).order_by().values("pk")
    found = (
        Continuation.objects.visible_to(user)
        .filter(Q(measure=measure) | Q(pk__in=led_here))
        .select_related("plan", "measure__plan")
        .prefetch_related(_visible_successors(user))
        .order_by("measure__plan__position", "plan__position", "measure__search", "pk")
    )
    succession = Succession([], [])
    for continuation in found:
        is_origin = continuation.measure_id != measure.pk
        (succession.origins if is_origin else succession.continuations).append(continuation)
    return succession


def decisions_on(measure: Measure, user, most: int, **limits: Any) -> list:
    """Return the latest historical records of the decisions that led to `measure` or say what
    became of it, latest first. Only those inside see decisions that were taken back.
    """
    links = Continuation.history.model._meta.get_field("historicalcontinuation_successors")
    led_here = links.related_model.objects.filter(measure=measure.pk).values("continuation")
    records = Continuation.history.filter(Q(measure=measure.pk) | Q(id__in=led_here), **limits)
    if not is_inside(user):
        visible = Continuation.objects.visible_to(user).order_by().values("pk")
        records = records.filter(id__in=visible)
    records = records.exclude(history_change_reason__isnull=True)
    records = records.select_related("measure", "plan", "history_user__person__organisation")
    return list(records.order_by("-history_date", "-history_id")[:most])


def _visible_successors(user) -> Prefetch:
    visible = Measure.objects.visible_to(user).order_by("code", "search", "pk")
    return Prefetch("successors", queryset=visible.only("title", "code", "plan_id"))


def later_measures(pks: Iterable[int]) -> set[int]:
    """Return the keys of the measures that those of `pks` lead to, however many plans later.

    One query per plan on the way.
    """
    links = Continuation.successors.through._default_manager
    found: set[int] = set()
    waiting = set(pks)
    while waiting:
        following = links.filter(continuation__measure__in=waiting)
        waiting = set(following.values_list("measure_id", flat=True)) - found
        found |= waiting
    return found


def measures_with_succession(plan: Plan, user) -> QuerySet[Measure]:
    """Return the measures of `plan` with `shown_continuations` and `shown_origins`, as far as
    `user` may see them. Four queries, however many there are.
    """
    visible = Continuation.objects.visible_to(user)
    became = visible.select_related("plan").prefetch_related(_visible_successors(user))
    came = visible.select_related("measure__plan").order_by("measure__search", "pk")
    return (
        Measure.objects.visible_to(user)
        .filter(plan=plan)
        .select_related("section", "lead")
        .prefetch_related(
            Prefetch(
                "continuations",
                queryset=became.order_by("plan__position", "pk"),
                to_attr="shown_continuations",
            ),
            Prefetch("origins", queryset=came, to_attr="shown_origins"),
        )
        .order_by("code", "search", "pk")
    )


def undecided_measures(measures: QuerySet[Measure], continuations: QuerySet) -> QuerySet[Measure]:
    """Return those of `measures` that none of `continuations` is about."""
    return measures.exclude(pk__in=continuations.order_by().values("measure"))


def continuation_counts(plan: Plan, user, *, later: Plan | None = None) -> dict[str, int]:
    """Return how many measures of `plan` became what, in `later` or any other plan, as far as
    `user` may see it, and under the key "" of how many nothing is decided. Two queries.
    """
    measures = Measure.objects.visible_to(user).filter(plan=plan)
    visible = Continuation.objects.visible_to(user).filter(measure__in=measures)
    if later:
        visible = visible.filter(plan=later)
    counted = visible.order_by().values_list("kind").annotate(Count("measure", distinct=True))
    return dict(counted) | {"": undecided_measures(measures, visible).count()}
