"""What pages ask about visits and clippings."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F, Prefetch, Q, QuerySet

from core.models import Precision
from media_visits.enums import TAKES_PLACE, VisitState
from media_visits.models import Coverage, PressSlot, Visit
from partners.models import Organisation, Sector


class SectorQuarter(NamedTuple):
    """How much attention a sector got in one quarter; `quarter` is 0 where only the year is known."""

    sector: Sector
    year: int
    quarter: int
    visits: int
    clippings: int


def listed_visits(user) -> QuerySet[Visit]:
    """Return the visits `user` may see with all that a row of the list shows, unordered."""
    slots = PressSlot.objects.order_by("starts_at", "pk")
    rows = (
        Visit.objects.visible_to(user)
        .select_related("company")
        .only(
            "company__name",
            "company_text",
            "title",
            "starts_at",
            "ends_at",
            "starts_on",
            "ends_on",
            "precision",
            "origin",
            "state",
            "is_published",
            "visitor",
            "address",
            "press_text",
            "sectors_text",
        )
    )
    return rows.prefetch_related(
        Prefetch("press_slots", slots), Prefetch("sectors", Sector.objects.order_by("name", "pk"))
    )


def listed_coverage(user) -> QuerySet[Coverage]:
    """Return the clippings `user` may see with visit and sectors, unordered."""
    rows = Coverage.objects.visible_to(user).select_related("visit__company")
    return rows.prefetch_related(Prefetch("sectors", Sector.objects.order_by("name", "pk")))


def companies_visited(user) -> QuerySet[Organisation]:
    """Return the organisations that any visit visible to `user` leads to, by name."""
    visits = Visit.objects.visible_to(user).filter(company__isnull=False)
    return Organisation.objects.filter(pk__in=visits.values("company_id")).order_by("search", "pk")


def years_of(rows: QuerySet) -> list[int]:
    """Return the years in which the dated `rows` lie, the latest first."""
    days = rows.filter(starts_on__isnull=False).order_by().dates("starts_on", "year", order="DESC")
    return [day.year for day in days]


def visits_in_motion(user) -> list[Visit]:
    """Return the visits of the workflow, visible to `user`, that are not over yet, the soonest
    first.

    One query for two things that the start page shows: what waits, and what comes next.
    """
    rows = Visit.objects.visible_to(user).in_workflow().select_related("company")
    rows = rows.exclude(state__in=[VisitState.DOCUMENTED, VisitState.CANCELLED])
    shown = rows.only(
        "company__name", "company_text", "title", "starts_at", "starts_on", "state", "origin"
    )
    return list(shown.order_by(F("starts_at").asc(nulls_last=True), "pk"))


def upcoming_visits(visits: Iterable[Visit], today: dt.date) -> list[Visit]:
    """Return which of the `visits` are approved or announced and lie ahead, in their order."""
    return [
        visit
        for visit in visits
        if visit.state in (VisitState.APPROVED, VisitState.ANNOUNCED) and visit.starts_on >= today
    ]


def sector_attention(
    user, *, since: dt.date | None = None, until: dt.date | None = None
) -> list[SectorQuarter]:
    """Return how many visits and clippings each sector got per quarter, by sector and time, for the
    Branchenbilanz.

    Counts what `user` may see and what took place or is announced, from `since` to `until` (both
    included). A clipping without a sector of its own counts for the sectors of its visit. Rows
    without a date are left out; sectors that got nothing have no row. Two queries for any number of
    rows, plus one for the sectors.
    """
    visits = Visit.objects.visible_to(user).filter(state__in=TAKES_PLACE, sectors__isnull=False)
    clippings = Coverage.objects.visible_to(user).filter(
        Q(sectors__isnull=False) | Q(visit__sectors__isnull=False)
    )
    counted_visits = Counter(
        (sector, *_quarter(day, precision))
        for sector, day, precision in _dated(visits, since, until).values_list(
            "sectors", "starts_on", "precision"
        )
    )
    pairs = set(
        _dated(clippings, since, until).values_list(
            "pk", "sectors", "visit__sectors", "starts_on", "precision"
        )
    )
    carried = {
        (pk, own or inherited, *_quarter(day, precision))
        for pk, own, inherited, day, precision in pairs
    }
    counted_clippings = Counter(key[1:] for key in carried)
    sectors = Sector.objects.in_bulk({key[0] for key in counted_visits | counted_clippings})
    rows = [
        SectorQuarter(sectors[sector], year, quarter, counted_visits[key], counted_clippings[key])
        for key in counted_visits | counted_clippings
        for sector, year, quarter in [key]
    ]
    return sorted(rows, key=lambda row: (row.sector.name, row.year, row.quarter))


def _dated(rows: QuerySet, since: dt.date | None, until: dt.date | None) -> QuerySet:
    rows = rows.filter(starts_on__isnull=False)
    if since:
        rows = rows.filter(starts_on__gte=since)
    return rows.filter(starts_on__lte=until) if until else rows


def _quarter(day: dt.date, precision: str) -> tuple[int, int]:
    return day.year, 0 if precision == Precision.YEAR else (day.month + 2) // 3
