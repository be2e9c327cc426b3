"""*Branchenbilanz*: which sectors got how much attention by visits and press, and which none."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from core.roles import OBSERVER, OFFICE, SENATOR_OFFICE, has_role
from media_visits.queries import sector_attention
from partners.models import Sector

YEARS = 6
ROWS = 8
STEPS = ((8, "strong"), (4, "medium"), (1, "light"), (0, "faint"))


def sees_balance(user) -> bool:
    """Say whether `user` looks after all sectors: the house and the Steuerungskreis do, partners do
    not.
    """
    return has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER)


class BalanceCell(NamedTuple):
    """The visits and clippings of a sector in one year; `colour` is the shade of the cell."""

    visits: int
    clippings: int
    colour: str

    @property
    def total(self) -> int:
        return self.visits + self.clippings


class SectorBalance(NamedTuple):
    """A table of sectors by year; `forgotten` names the sectors that got nothing in these years."""

    years: list[int]
    rows: list[tuple[str, list[BalanceCell]]]
    more: int
    forgotten: list[str]


def sector_balance(user, today: dt.date) -> SectorBalance | None:
    """Return the balance of the last years that have anything to count, up to `today`; None without
    any.
    """
    attention = sector_attention(user, until=today)
    years = sorted({row.year for row in attention})[-YEARS:]
    if not years:
        return None
    visits: Counter = Counter()
    clippings: Counter = Counter()
    totals: Counter = Counter()
    for row in attention:
        if row.year in years:
            key = (row.sector.name, row.year)
            visits[key] += row.visits
            clippings[key] += row.clippings
            totals[row.sector.name] += row.visits + row.clippings
    ranked = sorted(totals, key=lambda name: (-totals[name], name))
    rows = [
        (name, [_cell(visits[name, year], clippings[name, year]) for year in years])
        for name in ranked[:ROWS]
    ]
    forgotten = (
        Sector.objects.exclude(name__in=totals).order_by("name").values_list("name", flat=True)
    )
    return SectorBalance(years, rows, max(len(ranked) - ROWS, 0), list(forgotten))


def _cell(visits: int, clippings: int) -> BalanceCell:
    colour = next(colour for least, colour in STEPS if visits + clippings >= least)
    return BalanceCell(visits, clippings, colour)
