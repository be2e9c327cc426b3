"""The measures of an export, in parts: a file of 100 000 must not need them all in memory."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from measures.models import Indicator, Measure, Milestone
from measures.queries.imports import LINKS, links_of
from measures.queries.indicators import indicators_with_series
from measures.queries.milestones import milestones_for

PART = 500  # measures read at once; SQLite takes fewer than 1 000 parameters
Links = Mapping[str, Collection[int]]


class ListedMeasures:
    """Measures that are in memory anyway, with all their lists: those of a former day."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        self._measures = measures

    def measures(self) -> Iterator[tuple[Measure, Links]]:
        """Yield the measures with the keys of what they are related to by `LINKS`."""
        return ((measure, links_of(measure)) for measure in self._measures)

    def milestones(self) -> Iterator[tuple[Measure, Milestone]]:
        return ((m, milestone) for m in self._measures for milestone in m.milestones.all())

    def indicators(self) -> Iterator[tuple[Measure, Indicator]]:
        return ((m, indicator) for m in self._measures for indicator in m.indicators.all())


class StoredMeasures:
    """The same for the measures of a queryset that `user` may see, read again for each sheet.

    Their keys are read first and once, so that all sheets are about the same measures. Then each
    part takes three to five queries for measures, three for milestones, four for indicators.
    """

    def __init__(self, measures: QuerySet[Measure], user, *, deferred: Sequence[str] = ()) -> None:
        self._keys = list(measures.values_list("pk", flat=True))
        self._user, self._deferred = user, deferred
        self._indicators: list[tuple[Measure, Indicator]] | None = None

    def measures(self) -> Iterator[tuple[Measure, Links]]:
        for keys in self._parts():
            found = Measure.objects.defer(*self._deferred).in_bulk(keys)
            # Not by `select_related`: most have one of a few people, and a join repeats them.
            prefetch_related_objects(list(found.values()), "responsible__person")
            links = {name: _links_by_measure(name, keys) for name in LINKS}
            for key in keys:
                if key in found:
                    yield found[key], {name: links[name].get(key, ()) for name in LINKS}

    def milestones(self) -> Iterator[tuple[Measure, Milestone]]:
        return self._children(milestones_for(self._user))

    def indicators(self) -> Iterable[tuple[Measure, Indicator]]:
        # Two sheets show them: those of one part are kept in between.
        if self._indicators is None and len(self._keys) <= PART:
            self._indicators = list(self._children(indicators_with_series()))
        if self._indicators is not None:
            return self._indicators
        return self._children(indicators_with_series())

    def _children(self, queryset: QuerySet) -> Iterator[tuple[Measure, Any]]:
        for keys in self._parts():
            children = defaultdict(list)
            for child in queryset.filter(measure__in=keys):
                children[child.measure_id].append(child)
            # Not joined: a query more for each part takes less time than a measure for each child.
            owners = Measure.objects.only("plan", "code", "title", "phase").in_bulk(children)
            for key in keys:
                if key in owners:
                    yield from ((owners[key], child) for child in children[key])

    def _parts(self) -> Iterable[list[int]]:
        return (self._keys[start : start + PART] for start in range(0, len(self._keys), PART))


def _links_by_measure(name: str, keys: Sequence[int]) -> dict[int, list[int]]:
    field = Measure._meta.get_field(name)
    links = field.remote_field.through.objects.filter(measure__in=keys).order_by("pk")
    found = defaultdict(list)
    for key, other in links.values_list("measure_id", f"{field.m2m_reverse_field_name()}_id"):
        found[key].append(other)
    return found
