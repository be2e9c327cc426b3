"""How many measures each choice of the list's filters would find."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from django.core.cache import cache
from django.db.models import Case, CharField, Count, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from core.queries import fetch_all
from measures.enums import UNKNOWN
from measures.models import Measure, Milestone, Plan, PlanSection
from partners.models import Organisation

FACETS = (
    "plan",
    "section",
    "phase",
    "traffic_light",
    "lead",
    "financing",
    "sector",
    "milestones",
    "status",
    "lighthouse",
)
OVERDUE, NEVER = "overdue", "never"
LEAD_TEXT = "text:"  # before a lead that is no organisation
COUNTS_KEPT_SECONDS = 60
# Each change of what is counted, or of a name in the list, adds a line to one of these histories.
COUNTED = (Measure, Milestone, Plan, PlanSection, Organisation)
Counts = TypeVar("Counts")
HALF_A_YEAR, YEAR = "183", "365"  # days since the status was reported


def kept_counts(
    user, what: str, *limits, count: Callable[[], Counts], changes: tuple | None = None
) -> Counts:
    """Return `count()` of measures that `user` may see, kept until one of them changes: pages must
    not read a large plan each time, yet show what the user has just changed.

    `limits` are all that the counts depend on besides the rights of `user`. A page that keeps
    several counts asks once for the `latest_changes`.
    """
    known = repr((user.rights, changes or latest_changes(), limits))
    key = f"measures:{what}:{hashlib.sha256(known.encode()).hexdigest()}"
    # For a minute at most: of two changes at once, the one saved last may have the lower number.
    return cache.get_or_set(key, count, COUNTS_KEPT_SECONDS)


def latest_changes() -> tuple:
    # Not by the ORM, which would take longer to write the query than the database to answer it.
    tables = (model.history.model._meta.db_table for model in COUNTED)
    latest = ", ".join(f"(SELECT MAX(history_id) FROM {table})" for table in tables)
    return fetch_all(f"SELECT {latest}", ())[0]


def _or_unknown(field: str) -> Coalesce:
    return Coalesce(NullIf(field, Value("")), Value(UNKNOWN))


def _value_of(name: str, today: dt.date):
    """Return what a measure counts as in the facet `name`, as the filter names it."""
    text = CharField()
    if name in ("phase", "traffic_light", "financing"):
        return _or_unknown(name)
    if name == "lead":
        return Case(
            When(lead__isnull=False, then=Cast("lead_id", text)),
            When(lead_text="", then=Value(UNKNOWN)),
            default=Concat(Value(LEAD_TEXT), "lead_text"),
            output_field=text,
        )
    if name == "lighthouse":
        # As the filter names it; a truth value as text differs between the databases.
        return Case(
            When(is_lighthouse=True, then=Value("True")), default=Value(""), output_field=text
        )
    if name == "milestones":
        # Not correlated, so that PostgreSQL reads the milestones once.
        overdue = Milestone.objects.overdue(today).values("measure")
        return Case(When(pk__in=overdue, then=Value(OVERDUE)), default=Value(""), output_field=text)
    if name == "status":
        return Case(
            When(status_on__isnull=True, then=Value(NEVER)),
            *(
                When(status_on__lt=today - dt.timedelta(days=int(age)), then=Value(age))
                for age in (YEAR, HALF_A_YEAR)
            ),
            default=Value(""),
            output_field=text,
        )
    column = {"plan": "plan_id", "section": "section_id", "sector": "sectors"}[name]
    return Coalesce(Cast(column, text), Value(UNKNOWN))


def facet_counts(
    measures: QuerySet[Measure], others: Mapping[str, QuerySet[Measure]], today: dt.date
) -> dict[str, dict[str, int]]:
    """Return by filter and value how many measures have the value.

    `measures` are those of the list. `others` are, by each filter that is set, the measures that
    all other filters find: choosing another value replaces the present one. Two queries, and one
    for each of `others`.
    """
    counts: dict[str, dict[str, int]] = {name: defaultdict(int) for name in FACETS}
    # A measure may have several sectors, which would count it several times in the others.
    alone = {"sector": measures} | others
    together = [name for name in FACETS if name not in alone]
    for names, found in [(together, measures), *(([name], rows) for name, rows in alone.items())]:
        for *values, count in _grouped(found, names, today):
            for name, value in zip(names, values, strict=True):
                counts[name][value] += count
    # What was not reported for a year was not reported for half a year either.
    counts["status"][HALF_A_YEAR] += counts["status"][YEAR]
    return {name: dict(found) for name, found in counts.items()}


def _grouped(measures: QuerySet[Measure], names: Iterable[str], today: dt.date) -> QuerySet:
    values = {f"value_of_{name}": _value_of(name, today) for name in names}
    grouped = measures.order_by().annotate(**values).values_list(*values)
    return grouped.annotate(count=Count("pk"))


def counted_with_parents(
    counts: Mapping[str, int], sections: Iterable[PlanSection]
) -> dict[str, int]:
    """Return `counts` by key of a section, each with those of all sections below."""
    parents = {section.pk: section.parent_id for section in sections}
    total: dict[str, int] = defaultdict(int)
    for key, count in counts.items():
        place = int(key) if key.isdecimal() else None
        if place is None:
            total[key] += count
        while place is not None:
            total[str(place)] += count
            place = parents.get(place)
    return dict(total)
