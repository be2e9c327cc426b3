"""Measures as they were at a former moment: the content is that of the time, from the history; the
rights are those of today.

Not kept, and therefore of today: names of organisations and people.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery

from core.folding import fold, has_words
from core.history import instance_of, records_at
from core.models import Origin
from core.roles import is_office
from measures.enums import FINISHED_PHASES
from measures.models import (
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    Milestone,
    Project,
)

SEARCHED = ("title", "code", "lead_text", "supporters_text", "description", "lead__search")


def past_measures(user, moment: dt.datetime, **limits: Any) -> QuerySet:
    """Return the historical records of the measures as they were just before `moment`, of those
    that `user` may see today, with `is_deleted` and, to sort by, today's `search`.

    Only the office sees those deleted since: `visible_to` no longer knows who might see them.
    `limits` as in `core.history.records_at`.
    """
    records = records_at(Measure, moment, **limits)
    if not is_office(user):
        records = records.filter(id__in=Measure.objects.visible_to(user).order_by().values("pk"))
    today = Measure.objects.filter(pk=OuterRef("id")).order_by()
    return records.annotate(is_deleted=~Exists(today), search=Subquery(today.values("search")[:1]))


def past_matches(records: QuerySet, words: str) -> list[int]:
    """Return the keys of the `records` that contain every word, by the rule of the list."""
    # Historical records have no folded column to search in; Python folds the few texts instead.
    rows = records.order_by().values_list("history_id", *SEARCHED)
    return [key for key, *texts in rows if has_words(words, *(text for text in texts if text))]


def past_overdue(moment: dt.datetime, day: dt.date) -> Q:
    """Return the condition that a historical measure had an overdue milestone just before `moment`,
    the end of `day`. As `Milestone.objects.overdue`.
    """
    # The milestones of that time too: one reached since was overdue then.
    missed = records_at(Milestone, moment).filter(done_on__isnull=True, due_on__lt=day)
    missed = missed.exclude(origin=Origin.TAKEN_OVER)
    return Q(id__in=missed.values("measure_id")) & ~Q(phase__in=FINISHED_PHASES)


def as_measures(found: Iterable[Any]) -> list[Measure]:
    """Return `found` as measures: historical records become the measures that they describe."""
    return [one if isinstance(one, Measure) else _as_measure(one) for one in found]


def _as_measure(record: Any) -> Measure:
    measure = instance_of(record)
    measure.is_deleted = record.is_deleted
    return measure


def past_measure(user, measure: Measure, moment: dt.datetime) -> Measure | None:
    """Return `measure` as it was just before `moment` with all its lists, None if it was not there.

    A fixed number of queries.
    """
    records = past_measures(user, moment, id=measure.pk)
    found = with_lists(
        records.select_related("plan", "section", "lead", "responsible__person"), moment
    )
    return found[0] if found else None


def with_lists(records: QuerySet, moment: dt.datetime) -> list[Measure]:
    """Return historical `records` as measures with their supporters, sectors, milestones and
    indicators as they were just before `moment`. A fixed number of queries.

    The requirements of milestones have no history, so none are shown.
    """
    # By the history, not by keys: there may be more of them than one statement takes.
    chosen = records.order_by().values("history_id")
    keys = records.order_by().values("id")
    supporters = related_then(Measure.supporters, "organisation", chosen)
    sectors = related_then(Measure.sectors, "sector", chosen)
    milestones = _by_owner(
        "measure_id",
        records_at(Milestone, moment, measure_id__in=keys).select_related("owner"),
        ("due_on", "position", "id"),
    )
    indicators = past_indicators(moment, measure_id__in=keys)
    measures = []
    for record in records:
        measure = _as_measure(record)
        for milestone in milestones[measure.pk]:
            milestone._prefetched_objects_cache = {"dependencies": []}
        measure._prefetched_objects_cache = {
            "supporters": supporters[record.history_id],
            "sectors": sectors[record.history_id],
            "milestones": milestones[measure.pk],
            "indicators": indicators[measure.pk],
        }
        measures.append(measure)
    return measures


def past_indicators(moment: dt.datetime, **limits: Any) -> Mapping[int, list[Indicator]]:
    """Return measure id → its indicators just before `moment`, with targets and values. Three
    queries.
    """
    records = records_at(Indicator, moment, **limits)
    keys = Indicator.history.filter(**limits).order_by().values("id")
    targets = _by_owner(
        "indicator_id", records_at(IndicatorTarget, moment, indicator_id__in=keys), ("due_on",)
    )
    series = _by_owner(
        "indicator_id",
        records_at(IndicatorValue, moment, indicator_id__in=keys),
        ("ends_on", "starts_on"),
    )
    found = _by_owner("measure_id", records, ("position", "title", "id"))
    for indicators in found.values():
        for indicator in indicators:
            indicator._prefetched_objects_cache = {
                "targets": targets[indicator.pk],
                "series": series[indicator.pk],
            }
    return found


def past_projects(user, measure: Measure, moment: dt.datetime) -> list[Project]:
    """Return the projects of `measure` just before `moment`, of those that `user` may see today."""
    visible = Project.objects.visible_to(user).order_by().values("pk")
    # Filtered after the choice of the record: a project may have moved to another measure since.
    records = records_at(Project, moment, id__in=visible).filter(measure=measure.pk)
    return [instance_of(record) for record in records.order_by("title", "id")]


def _by_owner(owner: str, records: QuerySet, order: Sequence[str]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for record in records.order_by(*order):
        found[getattr(record, owner)].append(instance_of(record))
    return found


def related_then(
    relation: Any, name: str, chosen: Any, *, of: type[Model] = Measure, **limits: Any
) -> Mapping[int, list[Any]]:
    """Return history id → the objects that the historical records `chosen` of the model `of` were
    related to, under the names of today and in their order.

    `name` is the field of the relation's table; `limits` are conditions on it.
    """
    table = f"historical{relation.through._meta.model_name}"
    # simple-history keeps these tables without a public name.
    links = of.history.model._meta.get_field(table).related_model.objects  # type: ignore[attr-defined]
    found: dict[int, list[Any]] = defaultdict(list)
    for link in links.filter(history__in=chosen, **limits).select_related(name):
        found[link.history_id].append(getattr(link, name))
    for related in found.values():
        related.sort(key=lambda one: fold(str(one)))
    return found
