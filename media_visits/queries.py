"""Visits and press coverage, and the attention that sectors got from them."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, DateField, Exists, F, OuterRef, Prefetch, Q, QuerySet, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from approvals.registry import ASSUMED_LENGTH, Commitment, CommitmentSource
from core.dates import latest_working_day, local_date
from core.errors import Concern
from core.history import state_since
from core.models import Precision
from media_visits.enums import (
    ANNOUNCE_BY,
    ANNOUNCE_RULE,
    OVER_STATES,
    UNWATCHED_STATES,
    PressKind,
    VisitState,
)
from media_visits.models import Coverage, PressSlot, Visit
from partners.models import Organisation, Sector
from partners.registry import Dependents
from reminders.queries import current_schedule
from reminders.schedules import working_day_at

OFFICE_ACTS = (
    VisitState.IDEA,
    VisitState.RETURNED,
    VisitState.POSTPONED,
    VisitState.APPROVED,
    VisitState.HELD,
)


class SectorQuarter(NamedTuple):
    """The attention a sector got in one quarter; `quarter` is 0 where only the year is known."""

    sector: Sector
    year: int
    quarter: int
    visits: int
    coverage: int


# The export has them, the list does not.
LONG_TEXTS = ("message", "quote", "participants", "contact", "outcome")


def visits_to_list(user) -> QuerySet[Visit]:
    """Return the visits `user` may see, unordered, with everything the list shows."""
    return _visits_with(user)


def was_announced(visit: Visit) -> bool:
    """Return whether `visit` was announced when it was noted as held; `announced_at` may be from
    before an earlier postponement.
    """
    before = visit.history.exclude(state__in=[VisitState.HELD, VisitState.DOCUMENTED])
    states = before.order_by("-history_date", "-history_id").values_list("state", flat=True)
    return states.first() != VisitState.APPROVED


def visits_to_export(user) -> QuerySet[Visit]:
    """Return the same visits with their long texts."""
    return _visits_with(user, *LONG_TEXTS)


def _visits_with(user, *fields: str) -> QuerySet[Visit]:
    visits = (
        Visit.objects.visible_to(user)
        .select_related("company", "responsible__person")
        .only(
            "company__name",
            "responsible__is_active",
            "responsible__person__title",
            "responsible__person__given_name",
            "responsible__person__family_name",
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
            *fields,
        )
    )
    slots = PressSlot.objects.order_by("starts_at", "pk")
    return visits.prefetch_related(Prefetch("press_slots", slots), _sectors_by_name())


def open_visits() -> QuerySet[Visit]:
    """Return the visits in the workflow that are not over, by company."""
    visits = Visit.objects.in_workflow()
    return visits.exclude(state__in=UNWATCHED_STATES).order_by("search", "pk")


def visits_awaiting_office(today: dt.date) -> QuerySet[Visit]:
    """Return the visits whose next step is the office's, with `due_day` and `in_charge`."""
    # Ask whether a visit took place only from the day after it, as the reminders do.
    waiting = Q(state__in=OFFICE_ACTS) | Q(state=VisitState.ANNOUNCED, starts_on__lt=today)
    return (
        Visit.objects.in_workflow()
        .filter(waiting)
        .annotate(
            # Five working days are at least a week. Pages show the exact day; this one sorts.
            due_day=Case(
                When(state=VisitState.HELD, then=TruncDate(F("starts_at") + dt.timedelta(days=7))),
                When(
                    state=VisitState.APPROVED,
                    starts_on__gt=today,
                    then=TruncDate(F("starts_at") - dt.timedelta(days=7)),
                ),
                When(starts_on__gt=today, then=TruncDate(F("starts_at") - dt.timedelta(days=1))),
                default=F("starts_on"),
                output_field=DateField(),
            ),
            in_charge=F("responsible"),
        )
    )


def preparation_deadlines(visits: Iterable[Visit], now: dt.datetime) -> dict[int, dt.date]:
    """Return by key the day by which the office has to submit or announce each visit that lies
    ahead; a query for the setting, and another if a day to announce is over.
    """
    ahead = [visit for visit in visits if visit.starts_at and visit.starts_at > now]
    approved = {visit.pk for visit in ahead if visit.state == VisitState.APPROVED}
    count = current_schedule(ANNOUNCE_RULE).option(ANNOUNCE_BY) if approved else None
    today = local_date(now)
    days = {}
    for visit in ahead:
        day = local_date(visit.starts_at)
        if count and visit.pk in approved:
            days[visit.pk] = working_day_at(day, -count)
        else:
            # On the last days there may be no working day left, but today is still possible.
            days[visit.pk] = max(latest_working_day(day - dt.timedelta(days=1)), today)
    # Approved on short notice: nobody could announce it before.
    late = [pk for pk in approved if days[pk] < today]
    since = Visit.objects.filter(pk__in=late).annotate(state_since=state_since(Visit))
    approved_on = since.values_list("pk", "state_since") if late else []
    return days | {pk: max(days[pk], min(local_date(at), today)) for pk, at in approved_on if at}


def commitment_of(visit: Visit, slot: PressSlot | None = None, title: str = "") -> Commitment:
    """Return whom `visit`, or its press slot `slot`, binds; with a `title`, also the page."""
    starts_at, ends_at = (slot.starts_at, None) if slot else (visit.starts_at, visit.ends_at)
    # A free text: a visit of somebody else names another function.
    visitor = visit.visitor.casefold()
    return Commitment(
        subject=f"visit:{visit.pk}",
        starts_at=starts_at,
        ends_at=ends_at,
        binds_senator=not visitor or settings.HEAD_TITLE.casefold() in visitor,
        host_id=visit.company_id,
        title=title,
        url=visit.get_absolute_url() if title else "",
        part=_("Pressetermin") if slot else "",
    )


def is_on_another_day(visit: Visit, moment: dt.datetime | None) -> bool:
    """Return whether `moment` is on a day on which `visit`, if it is dated, does not take place."""
    if not visit.starts_at or not moment:
        return False
    last = visit.ends_at or visit.starts_at
    return not local_date(visit.starts_at) <= local_date(moment) <= local_date(last)


def commitments_of(visit: Visit, slots: Iterable[PressSlot]) -> list[Commitment]:
    """Return the dates of `visit` and its press slots that bind somebody."""
    if visit.is_taken_over or visit.state == VisitState.CANCELLED or visit.starts_at is None:
        return []
    binding = [slot for slot in slots if slot.starts_at and slot.invites_press]
    # When a visit moves, its slots keep their day until somebody changes them, and bind nobody.
    return [
        commitment_of(visit),
        *(
            commitment_of(visit, slot)
            for slot in binding
            if not is_on_another_day(visit, slot.starts_at)
        ),
    ]


def _commitments_of_key(pk: int) -> list[Commitment]:
    slots = PressSlot.objects.taking_place()
    visits = Visit.objects.filter(pk=pk).prefetch_related(Prefetch("press_slots", slots))
    return [date for visit in visits for date in commitments_of(visit, visit.press_slots.all())]


def _binding_visits() -> QuerySet[Visit]:
    visits = Visit.objects.in_workflow().exclude(state=VisitState.CANCELLED)
    return visits.filter(starts_at__isnull=False).select_related("company")


def commitments_between(start: dt.datetime, end: dt.datetime, user) -> list[Commitment]:
    """Return the visits and press slots that overlap the time from `start` to `end`, in two
    queries.
    """
    visible = Visit.objects.visible_to(user)
    # A date without an end lasts a while all the same.
    open_end = Q(ends_at__isnull=True, starts_at__gt=start - ASSUMED_LENGTH)
    visits = _binding_visits().filter(Q(ends_at__gt=start) | open_end, starts_at__lt=end)
    slots = PressSlot.objects.taking_place().filter(
        visit__in=_binding_visits(), starts_at__gt=start - ASSUMED_LENGTH, starts_at__lt=end
    )
    slots = slots.exclude(kind=PressKind.NOT_PUBLIC).select_related("visit__company")
    visits = visits.annotate(is_visible=Exists(visible.filter(pk=OuterRef("pk"))))
    slots = slots.annotate(is_visible=Exists(visible.filter(pk=OuterRef("visit"))))
    return [
        *(
            commitment_of(visit, title=f"{visit} ({visit.get_state_display()})")
            if visit.is_visible
            else commitment_of(visit)
            for visit in visits
        ),
        *(
            commitment_of(slot.visit, slot, f"{slot.visit} ({_('Pressetermin')})")
            if slot.is_visible
            else commitment_of(slot.visit, slot)
            for slot in slots
            if not is_on_another_day(slot.visit, slot.starts_at)
        ),
    ]


COMMITMENTS = CommitmentSource(of_subject=_commitments_of_key, between=commitments_between)


def coverage_to_list(user) -> QuerySet[Coverage]:
    """Return the press coverage `user` may see, unordered, with their visits and sectors."""
    coverage = Coverage.objects.visible_to(user).select_related("visit__company")
    return coverage.prefetch_related(_sectors_by_name())


def _sectors_by_name() -> Prefetch:
    return Prefetch("sectors", Sector.objects.order_by("name", "pk"))


def companies_visited(user) -> QuerySet[Organisation]:
    """Return the organisations of the visits that `user` may see, by name."""
    # A subquery, because a join would repeat a company for each of its visits.
    visits = Visit.objects.visible_to(user).filter(company__isnull=False)
    return Organisation.objects.filter(pk__in=visits.values("company_id")).order_by("search", "pk")


def years_of(dated: QuerySet) -> list[int]:
    """Return the years of the records in `dated`, latest first."""
    days = dated.filter(starts_on__isnull=False).order_by().dates("starts_on", "year", order="DESC")
    return [day.year for day in days]


def upcoming_visits(user, today: dt.date, limit: int) -> list[Visit]:
    """Return the next approved or announced visits that `user` may see, soonest first."""
    visits = Visit.objects.visible_to(user).in_workflow().select_related("company")
    ahead = visits.filter(
        state__in=[VisitState.APPROVED, VisitState.ANNOUNCED], starts_on__gte=today
    )
    ahead = ahead.only("company__name", "company_text", "title", "starts_at")
    return list(ahead.order_by("starts_at", "pk")[:limit])


def sector_attention(
    user, *, since: dt.date = dt.date.min, until: dt.date = dt.date.max
) -> list[SectorQuarter]:
    """Return the visits and press coverage each sector got per quarter, for the Branchenbilanz.

    Counts what `user` may see from `since` to `until`, both included. Undated records and sectors
    without any attention are left out. Three queries for any number of records.
    """
    visits = _visits_per_quarter(user, since, until)
    coverage = _coverage_per_quarter(user, since, until)
    keys = visits | coverage
    sectors = Sector.objects.in_bulk({sector_id for sector_id, _year, _quarter in keys})
    quarters = [
        SectorQuarter(sectors[key[0]], key[1], key[2], visits[key], coverage[key]) for key in keys
    ]
    return sorted(quarters, key=lambda found: (found.sector.name, found.year, found.quarter))


# Keys of these counters are (sector id, year, quarter).
def _visits_per_quarter(user, since, until) -> Counter:
    visits = Visit.objects.visible_to(user).in_balance(until)
    found = visits.filter(sectors__isnull=False, starts_on__gte=since)
    return Counter(
        (sector_id, *_quarter(day, precision))
        for sector_id, day, precision in found.values_list("sectors", "starts_on", "precision")
    )


def _coverage_per_quarter(user, since, until) -> Counter:
    coverage = Coverage.objects.visible_to(user).in_balance(until)
    found = coverage.filter(
        Q(sectors__isnull=False) | Q(visit__sectors__isnull=False), starts_on__gte=since
    ).values_list("pk", "sectors", "visit__sectors", "starts_on", "precision")
    # A report without sectors counts for those of its visit. The two joins repeat reports, so the
    # set keeps each pair of report and sector once.
    pairs = {
        (pk, own or inherited, *_quarter(day, precision))
        for pk, own, inherited, day, precision in set(found)
    }
    return Counter(pair[1:] for pair in pairs)


def _quarter(day: dt.date, precision: str) -> tuple[int, int]:
    # A date known only by its year says nothing about the quarter.
    return day.year, 0 if precision == Precision.YEAR else (day.month + 2) // 3


def _visits_at(organisation: Organisation) -> list[Concern]:
    visits = Visit.objects.in_workflow().filter(company=organisation).exclude(state__in=OVER_STATES)
    return [
        Concern(
            key=f"visit-{visit.pk}",
            label=visit.title,
            url=visit.get_absolute_url(),
            text=_("Unternehmensbesuch: %(state)s, %(when)s")
            % {"state": visit.get_state_display(), "when": visit.date_text},
        )
        for visit in visits.order_by("pk")
    ]


DEPENDENTS = Dependents(of_organisation=_visits_at)
