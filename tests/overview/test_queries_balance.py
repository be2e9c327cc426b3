"""The sector balance counts visits and coverage by sector and year."""

import datetime as dt

import pytest

from core.roles import OFFICE
from media_visits.enums import VisitState
from overview.queries import BalanceCell, sector_balance
from tests.media_visits.builders import make_coverage, make_sector, make_visit
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 4, 15)


@pytest.fixture
def office():
    return make_user(OFFICE)


def make_held_visit(sector, year: int) -> None:
    starts_at = dt.datetime(year, 3, 2, 10, tzinfo=dt.UTC)
    visit = make_visit(VisitState.HELD, approval=False, starts_at=starts_at, ends_at=None)
    visit.sectors.set([sector])


def test_balance_without_visits_and_coverage_is_none(office):
    make_sector("Chemie")

    assert sector_balance(office, TODAY) is None


def test_sectors_with_most_attention_come_first_and_those_without_are_named(office):
    chemistry, metal, _optics = (make_sector(name) for name in ("Chemie", "Metall", "Optik"))
    make_held_visit(chemistry, 2025)
    for year in (2024, 2025, 2025, 2025):
        make_held_visit(metal, year)
    coverage = make_coverage(starts_on=dt.date(2025, 5, 4))
    coverage.sectors.set([metal])

    balance = sector_balance(office, TODAY)

    assert balance.years == [2024, 2025]
    assert balance.rows == [
        ("Metall", [BalanceCell(1, 0, "light"), BalanceCell(3, 1, "medium")]),
        ("Chemie", [BalanceCell(0, 0, "faint"), BalanceCell(1, 0, "light")]),
    ]
    assert (balance.more, balance.without_attention) == (0, ["Optik"])


def test_balance_is_cut_at_six_years_and_eight_sectors(office):
    oldest = make_sector("Älteste")
    make_held_visit(oldest, 2019)
    for number in range(9):
        make_held_visit(make_sector(f"Branche {number}"), 2020 + number % 6)

    balance = sector_balance(office, TODAY)

    assert balance.years == [2020, 2021, 2022, 2023, 2024, 2025]
    assert (len(balance.rows), balance.more, balance.without_attention) == (8, 1, ["Älteste"])
