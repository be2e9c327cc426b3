"""The Branchenbilanz counts dialogues, visits and press coverage by sector and year."""

import datetime as dt

import pytest

from core.roles import OBSERVER, OFFICE
from dialogues.enums import DialogueState
from media_visits.enums import VisitState
from overview.queries import Attention, sector_balance
from tests.dialogues.builders import make_dialogue, make_past, make_topic
from tests.media_visits.builders import make_coverage, make_sector, make_visit
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 4, 15)
NONE, HOUR = Attention(), dt.timedelta(hours=1)


@pytest.fixture
def office():
    return make_user(OFFICE)


def make_held_visit(sector, year: int, state: str = VisitState.HELD) -> None:
    starts_at = dt.datetime(year, 3, 2, 10, tzinfo=dt.UTC)
    visit = make_visit(state, approval=False, starts_at=starts_at, ends_at=None)
    visit.sectors.set([sector] if sector else [])


def make_held_dialogue(sector, starts_at: dt.datetime, state: str = DialogueState.HELD) -> None:
    topic = make_topic()
    topic.sectors.set([sector] if sector else [])
    make_dialogue(state, topic=topic, starts_at=starts_at, ends_at=starts_at + HOUR)


def test_balance_without_any_attention_is_none(office):
    make_sector("Chemie")
    make_held_visit(None, 2024)

    assert sector_balance(office, TODAY) is None


def test_kinds_are_counted_apart_and_every_sector_is_shown(office):
    chemistry, metal, optics = (make_sector(name) for name in ("Chemie", "Metall", "Optik"))
    make_held_visit(chemistry, 2025)
    for year in (2024, 2025, 2025):
        make_held_visit(metal, year)
    make_held_dialogue(metal, dt.datetime(2024, 5, 4, 14, tzinfo=dt.UTC))
    make_coverage(starts_on=dt.date(2025, 5, 4)).sectors.set([metal])

    balance = sector_balance(office, TODAY)

    assert balance.years == [2024, 2025, 2026]
    assert [tuple(found) for found in balance.rows] == [
        (metal, Attention(1, 3, 1), [Attention(1, 1, 0), Attention(0, 2, 1), NONE]),
        (chemistry, Attention(0, 1, 0), [NONE, Attention(0, 1, 0), NONE]),
        (optics, NONE, [NONE, NONE, NONE]),
    ]
    assert balance.without_sector == NONE


def test_years_without_attention_are_shown(office):
    sector = make_sector()
    for year in (2010, 2014):
        make_held_visit(sector, year)

    assert sector_balance(office, TODAY).years == list(range(2010, 2027))


def test_what_did_not_take_place_does_not_count(office):
    sector = make_sector()
    make_held_visit(sector, 2020)
    for state in (VisitState.IDEA, VisitState.APPROVED, VisitState.ANNOUNCED, VisitState.CANCELLED):
        make_held_visit(sector, 2025, state)
    make_held_visit(sector, 2030)
    for state in (DialogueState.PLANNING, DialogueState.INVITED, DialogueState.CANCELLED):
        make_held_dialogue(sector, dt.datetime(2025, 5, 4, 14, tzinfo=dt.UTC), state)
    make_coverage(starts_on=dt.date(2030, 5, 4)).sectors.set([sector])

    (found,) = sector_balance(office, TODAY).rows

    assert found.total == Attention(0, 1, 0)


def test_year_of_a_dialogue_is_that_of_berlin(office):
    sector = make_sector()
    make_held_dialogue(sector, dt.datetime(2024, 12, 31, 23, 30, tzinfo=dt.UTC))

    assert sector_balance(office, TODAY).years == [2025, 2026]


def test_what_has_no_sector_is_counted_apart(office):
    make_held_visit(make_sector(), 2025)
    make_held_visit(None, 2025)
    make_past()
    make_past(category="event")
    make_coverage(starts_on=dt.date(2025, 5, 4))

    assert sector_balance(office, TODAY).without_sector == Attention(1, 1, 1)


def test_observers_see_only_what_they_may_see():
    sector = make_sector()
    make_held_visit(sector, 2025)
    make_held_visit(sector, 2025, VisitState.DOCUMENTED)
    hidden = make_visit(VisitState.IDEA, approval=False)
    make_coverage(starts_on=dt.date(2025, 5, 4), visit=hidden).sectors.set([sector])

    (found,) = sector_balance(make_user(OBSERVER), TODAY).rows

    assert found.total == Attention(0, 2, 0)


@pytest.mark.parametrize("count", [1, 20])
def test_eight_queries_for_any_number_of_records(count, office, django_assert_num_queries):
    assert office.roles
    for number in range(count):
        sector = make_sector(f"Branche {number}")
        make_held_visit(sector, 2025)
        make_held_dialogue(sector, dt.datetime(2024, 5, 4, 14, tzinfo=dt.UTC))
        make_coverage(starts_on=dt.date(2025, 5, 4)).sectors.set([sector])

    with django_assert_num_queries(8):
        assert len(sector_balance(office, TODAY).rows) == count
