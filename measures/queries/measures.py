"""Measures: sort orders of the list."""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter

from django.db.models import (
    Case,
    F,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core.enums import TrafficLight
from core.models import Origin
from measures.enums import (
    FINISHED_PHASES,
    Financing,
    Phase,
    ReportState,
)
from measures.models import Measure, Plan, StatusReport
from measures.models.measures import START_OF_TITLE


def _ranked(field: str, values) -> Case:
    """Return an expression that sorts `field` in the order of `values`, other values last."""
    ranks = [When(**{field: value}, then=Value(rank)) for rank, value in enumerate(values)]
    return Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())


# Ascending shows first what needs attention: red before green, open before secured financing.
SORTS = {
    "title": F("search"),
    "phase": _ranked("phase", Phase.values),
    "traffic_light": _ranked(
        "traffic_light", (TrafficLight.RED, TrafficLight.YELLOW, TrafficLight.GREEN)
    ),
    "lead": F("lead__search"),
    "financing": _ranked(
        "financing", (Financing.OPEN, Financing.PARTIAL, Financing.SECURED, Financing.NOT_NEEDED)
    ),
    "status": F("status_on"),
}


def open_measures() -> QuerySet[Measure]:
    """Return the measures that somebody in the office still has to watch, by title."""
    measures = Measure.objects.exclude(phase__in=FINISHED_PHASES)
    # One taken over from earlier documents counts once somebody was put in charge of it.
    measures = measures.exclude(origin=Origin.TAKEN_OVER, responsible=None)
    return measures.order_by("search", "pk")


def is_sort(key: str) -> bool:
    return key.removeprefix("-") in SORTS


def sorted_measures(
    measures: QuerySet[Measure], key: str, *, has_one_plan: bool = False
) -> QuerySet[Measure]:
    """Return `measures` in the order `key`: a key of `SORTS`, descending with a leading `-`.

    An unknown key sorts by plan, the newest first. `has_one_plan` says that they are of one plan
    already, so that an index can sort them.
    """
    expression = SORTS.get(key.removeprefix("-"))
    if expression is None:
        order = (START_OF_TITLE, "search", "pk")
        return measures.order_by(*([] if has_one_plan else ["-plan__position"]), *order)
    # Missing values come last in both directions, because people sort to see existing ones.
    order = (
        expression.desc(nulls_last=True) if key.startswith("-") else expression.asc(nulls_last=True)
    )
    return measures.order_by(order, "search", "pk")


# What a line of the list shows, with the names of the lead and of who is in charge.
LISTED = (
    *("code", "title", "is_lighthouse", "phase", "traffic_light", "financing"),
    *("status_on", "status_origin", "origin", "plan", "section", "lead_text"),
    *("lead__name", "lead__short_name", "responsible__is_active"),
    *(f"responsible__person__{part}" for part in ("title", "given_name", "family_name")),
)


def as_listed(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    """Return `measures` with no more than the list shows."""
    found = measures.select_related(None).select_related("lead", "responsible__person")
    return with_lead_light(found.only(*LISTED))


class PlanByPlan:
    """`measures` in the order of the list, the newest plan first, to be cut into pages.

    A page asks only the plans that it shows, each of them sorted by its index. All plans at once
    would be read whole for every page of what a search finds. `counts` says by key of a plan how
    many of `measures` it has.
    """

    def __init__(
        self, measures: QuerySet[Measure], plans: Iterable[Plan], counts: Mapping[str, int]
    ):
        self.measures = measures
        # Plans at the same position are sorted as one.
        groups = groupby(plans, key=attrgetter("position"))
        keys = [[plan.pk for plan in group] for _position, group in groups]
        self.parts = [(some, sum(counts.get(str(key), 0) for key in some)) for some in keys]

    def __len__(self) -> int:
        return sum(count for _keys, count in self.parts)

    def __getitem__(self, part: slice) -> list[Measure]:
        found, before = [], 0
        for keys, count in self.parts:
            start, stop = max(part.start - before, 0), min(part.stop - before, count)
            before += count
            if start < stop:
                of_plan = self.measures.filter(plan__in=keys)
                found += sorted_measures(of_plan, "", has_one_plan=True)[start:stop]
        return found


def with_lead_light(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    """Annotate `measures` with `lead_light`: what the lead reported where the office accepted the
    report with another light; else "". Whoever may see a measure may see its accepted reports.
    """
    own = Case(When(official_light="", then=Value("")), default="traffic_light")
    accepted = StatusReport.objects.filter(measure=OuterRef("pk"), state=ReportState.ACCEPTED)
    # As `latest_accepted`: that is the report which gives the measure its status.
    latest = accepted.order_by("-as_of_on", "-decided_at", "-pk").annotate(own_light=own)
    return measures.annotate(
        lead_light=Coalesce(Subquery(latest.values("own_light")[:1]), Value(""))
    )


def version_of_measures(measures: Iterable[Measure]) -> str:
    """Return a fingerprint of `measures` as they stand: which they are, and their last change."""
    keys = sorted(measure.pk for measure in measures)
    latest = Measure.history.filter(id__in=keys).aggregate(latest=Max("history_id"))["latest"]
    return hashlib.sha256(repr((keys, latest)).encode()).hexdigest()[:20]
