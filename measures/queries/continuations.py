"""What became of measures in a later plan, and where its measures come from."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Prefetch, Q

from measures.models import Continuation, Measure


class Succession(NamedTuple):
    """The continuations that led to a measure, and those that say what became of it."""

    origins: list[Continuation]
    continuations: list[Continuation]


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
