"""What pages ask about visits and clippings."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from django.db.models import F, Prefetch, Q, QuerySet

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
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
    rows = Visit.objects.visible_to(user).select_related("company").only(
        "company__name", "company_text", "title", "starts_at", "ends_at", "starts_on", "ends_on", "precision",
        "origin", "state", "is_published", "visitor", "address", "press_text", "sectors_text",
    )  # fmt: skip
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


def upcoming_visits(user, today: dt.date, limit: int = 10) -> QuerySet[Visit]:
    """Return the next approved or announced visits that `user` may see, the soonest first."""
    rows = Visit.objects.visible_to(user).in_workflow().select_related("company")
    ahead = rows.filter(state__in=[VisitState.APPROVED, VisitState.ANNOUNCED], starts_on__gte=today)
    return ahead.order_by("starts_at", "pk")[:limit]


def visits_in_motion(user) -> QuerySet[Visit]:
    """Return the visits of the workflow, visible to `user`, that still wait for somebody, the soonest first."""
    rows = Visit.objects.visible_to(user).in_workflow().select_related("company")
    over = [VisitState.DOCUMENTED, VisitState.CANCELLED]
    return rows.exclude(state__in=over).order_by(F("starts_at").asc(nulls_last=True), "pk")


def open_request_of(visit: Visit) -> ApprovalRequest | None:
    """Return the request about `visit` that waits for a decision, or None."""
    return ApprovalRequest.objects.open().filter(kind=ApprovalKind.VISIT, subject_id=visit.pk).first()


def sector_attention(user, *, since: dt.date | None = None, until: dt.date | None = None) -> list[SectorQuarter]:
    """Return how many visits and clippings each sector got per quarter, by sector and time, for the Branchenbilanz.

    Counts what `user` may see and what took place or is announced, from `since` to `until` (both included). A clipping
    without a sector of its own counts for the sectors of its visit. Rows without a date are left out; sectors that
    got nothing have no row. Two queries for any number of rows, plus one for the sectors.
    """
    visits = Visit.objects.visible_to(user).filter(state__in=TAKES_PLACE, sectors__isnull=False)
    clippings = Coverage.objects.visible_to(user).filter(Q(sectors__isnull=False) | Q(visit__sectors__isnull=False))
    counted_visits = Counter(
        (sector, *_quarter(day, precision))
        for sector, day, precision in _dated(visits, since, until).values_list("sectors", "starts_on", "precision")
    )
    pairs = set(
        _dated(clippings, since, until).values_list("pk", "sectors", "visit__sectors", "starts_on", "precision")
    )
    carried = {(pk, own or inherited, *_quarter(day, precision)) for pk, own, inherited, day, precision in pairs}
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
