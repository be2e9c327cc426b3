"""Order of the list of measures."""

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from measures.enums import Financing, Phase, TrafficLight
from measures.models import Measure


def _ranked(field: str, values) -> Case:
    """Return an expression that sorts `field` in the order of `values`; what is unknown comes last."""
    whens = [When(**{field: value}, then=Value(rank)) for rank, value in enumerate(values)]
    return Case(*whens, default=Value(len(whens)), output_field=IntegerField())


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


def sorted_measures(measures: QuerySet[Measure], key: str) -> QuerySet[Measure]:
    """Return `measures` in the order `key` (a name of `SORTS`, with `-` the other way round); else
    newest plan first.

    Rows without a value come last either way.
    """
    expression = SORTS.get(key.removeprefix("-"))
    if expression is None:
        return measures.order_by("-plan__position", "search", "pk")
    order = (
        expression.desc(nulls_last=True) if key.startswith("-") else expression.asc(nulls_last=True)
    )
    return measures.order_by(order, "search", "pk")
