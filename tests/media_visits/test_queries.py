import datetime as dt

import pytest

from core.models import Origin, Precision
from core.roles import OBSERVER, PARTNER
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.queries import sector_attention, upcoming_visits, years_of
from tests.approvals.builders import TODAY
from tests.media_visits.builders import STARTS_AT, make_coverage, make_sector, make_visit
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
S = VisitState
DAY = dt.timedelta(days=1)


def attention(user, **limits):
    found = sector_attention(user, **limits)
    return [(*quarter[1:], quarter.sector.name) for quarter in found]


def visit_of(sector, state=S.HELD, **fields):
    visit = make_visit(state, approval=False, **fields)
    visit.sectors.add(sector)
    return visit


def test_upcoming_are_approved_and_announced_visits_soonest_first(office):
    later = make_visit(S.APPROVED, starts_at=STARTS_AT + 2 * DAY, ends_at=None, approval=False)
    sooner = make_visit(S.ANNOUNCED, approval=False)
    make_visit(S.IDEA)
    make_visit(S.CANCELLED)
    make_visit(S.ANNOUNCED, starts_at=STARTS_AT - 60 * DAY, ends_at=None, approval=False)
    make_visit(S.ANNOUNCED, origin=Origin.TAKEN_OVER, approval=False)

    assert upcoming_visits(office, TODAY, limit=5) == [sooner, later]
    assert upcoming_visits(office, TODAY, limit=1) == [sooner]


def test_upcoming_visits_are_only_visible_ones():
    make_visit(S.APPROVED, approval=False)

    assert upcoming_visits(make_user(PARTNER), TODAY, limit=5) == []


def test_years_are_those_of_dated_visits():
    make_visit(starts_at=dt.datetime(2018, 7, 1, 12, tzinfo=dt.UTC), ends_at=None)
    make_visit()
    make_visit(starts_at=None, ends_at=None)

    assert years_of(Visit.objects.all()) == [2026, 2018]


def test_attention_counts_visits_and_coverage_by_quarter(office):
    machines, optics = make_sector(), make_sector("Optik/Photonik")
    first = visit_of(machines)
    visit_of(machines, S.ANNOUNCED, origin=Origin.TAKEN_OVER)
    visit_of(optics, starts_at=STARTS_AT + 60 * DAY, ends_at=None)
    make_coverage(visit=first)
    own = make_coverage(visit=first)
    own.sectors.add(optics)

    assert attention(office) == [
        (2026, 1, 2, 1, "Maschinenbau"),
        (2026, 1, 0, 1, "Optik/Photonik"),
        (2026, 2, 1, 0, "Optik/Photonik"),
    ]


@pytest.mark.parametrize(
    "state", [S.IDEA, S.SUBMITTED, S.APPROVED, S.ANNOUNCED, S.POSTPONED, S.CANCELLED]
)
def test_visits_that_did_not_take_place_count_no_attention(office, state):
    visit_of(make_sector(), state)

    assert attention(office) == []


def test_year_without_a_quarter_counts_apart_and_no_date_not_at_all(office):
    sector = make_sector()
    visit_of(
        sector,
        starts_at=None,
        ends_at=None,
        starts_on=dt.date(2017, 1, 1),
        precision=Precision.YEAR,
        origin=Origin.TAKEN_OVER,
    )
    visit_of(sector, starts_at=None, ends_at=None, origin=Origin.TAKEN_OVER)

    assert attention(office) == [(2017, 0, 1, 0, "Maschinenbau")]


def test_attention_keeps_to_its_limits_and_to_what_is_visible(office):
    visit = visit_of(make_sector())
    day = visit.starts_on

    assert attention(office, since=day, until=day) == [(2026, 1, 1, 0, "Maschinenbau")]
    assert attention(office, since=day + DAY) == []
    assert attention(office, until=day - DAY) == []
    assert attention(make_user(PARTNER)) == []
    assert len(attention(make_user(OBSERVER))) == 1


@pytest.mark.parametrize("count", [1, 4])
def test_attention_needs_three_queries(office, django_assert_num_queries, count):
    for number in range(count):
        make_coverage(visit=visit_of(make_sector(f"Branche {number}")))
    assert office.roles

    with django_assert_num_queries(3):
        sector_attention(office)
