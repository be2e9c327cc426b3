"""Milestones with what they require, and the search for what one may require."""

from collections.abc import Iterable

from django.db.models import Prefetch, Q, QuerySet

from measures.models import Measure, Milestone, MilestoneDependency

MAX_CANDIDATES = 50


def milestones_for(user) -> QuerySet[Milestone]:
    """Return all milestones in order, with who is responsible and what they require, as far as
    `user` may see it: two queries. Filter by measures that `user` may see.
    """
    dependencies = MilestoneDependency.objects.filter(
        requirement__measure__in=Measure.objects.visible_to(user)
    )
    required = dependencies.select_related("requirement__measure").order_by("pk")
    return (
        Milestone.objects.select_related("owner")
        .prefetch_related(Prefetch("dependencies", queryset=required))
        .in_order()
    )


def requirement_candidates(milestone: Milestone, user, words: str = "") -> list[Milestone]:
    """Return what `milestone` does not require yet, at most `MAX_CANDIDATES`: of the same measure,
    or with `words` of all measures whose text or milestone contains them.
    """
    others = Milestone.objects.exclude(pk=milestone.pk).exclude(dependents__milestone=milestone)
    if words:
        measures = Measure.objects.visible_to(user)
        found = others.filter(
            Q(measure__in=measures.matching(words))
            | Q(measure__in=measures, title__icontains=words)
        )
    else:
        found = others.filter(measure=milestone.measure_id)
    return list(found.select_related("measure").in_order()[:MAX_CANDIDATES])


def path_of_requirements(first: Milestone, last: Milestone) -> list[Milestone]:
    """Return the shortest way from `first` to `last`, each requiring the next; empty if none."""
    reached_from: dict[int, int] = {}
    waiting: Iterable[int] = [first.pk]
    while waiting and last.pk not in reached_from:
        edges = MilestoneDependency.objects.filter(milestone__in=waiting).order_by("pk")
        new = {}
        for milestone_id, requirement_id in edges.values_list("milestone_id", "requirement_id"):
            if requirement_id not in reached_from:
                new.setdefault(requirement_id, milestone_id)
        reached_from |= new
        waiting = list(new)
    if last.pk not in reached_from:
        return [first] if first.pk == last.pk else []
    keys = [last.pk]
    while keys[0] != first.pk:
        keys.insert(0, reached_from[keys[0]])
    milestones = Milestone.objects.select_related("measure").in_bulk(keys)
    return [milestones[key] for key in keys]
