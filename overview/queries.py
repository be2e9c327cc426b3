"""*Branchenbilanz*: how much attention sectors got by visits and press, and which got none."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from media_visits.queries import sector_attention
from partners.models import Sector

MAX_YEARS = 6
MAX_SECTORS = 8
# The least number of visits and clippings for each shade of a cell, the darkest first.
SHADES = ((8, "strong"), (4, "medium"), (1, "light"), (0, "faint"))


class BalanceCell(NamedTuple):
    """The visits and clippings of one sector in one year; `colour` is a shade of `SHADES`."""

    visits: int
    clippings: int
    colour: str

    @property
    def total(self) -> int:
        return self.visits + self.clippings


class SectorBalance(NamedTuple):
    """A table of sectors by year; `more` counts the sectors left out, `without_attention` names
    those that got nothing in these years.
    """

    years: list[int]
    rows: list[tuple[str, list[BalanceCell]]]
    more: int
    without_attention: list[str]


def sector_balance(user, today: dt.date) -> SectorBalance | None:
    """Return the balance of the last years that have anything to count; None if there is no such
    year.
    """
    # Announced visits lie ahead; the balance counts up to today.
    attention = sector_attention(user, until=today)
    years = sorted({quarter.year for quarter in attention})[-MAX_YEARS:]
    if not years:
        return None
    visits: Counter = Counter()
    clippings: Counter = Counter()
    totals: Counter = Counter()
    for quarter in attention:
        if quarter.year in years:
            sector = quarter.sector.name
            visits[sector, quarter.year] += quarter.visits
            clippings[sector, quarter.year] += quarter.clippings
            totals[sector] += quarter.visits + quarter.clippings
    ranked = sorted(totals, key=lambda sector: (-totals[sector], sector))
    rows = [
        (sector, [_cell(visits[sector, year], clippings[sector, year]) for year in years])
        for sector in ranked[:MAX_SECTORS]
    ]
    others = Sector.objects.exclude(name__in=totals).order_by("name")
    return SectorBalance(
        years,
        rows,
        more=max(len(ranked) - MAX_SECTORS, 0),
        without_attention=list(others.values_list("name", flat=True)),
    )


def _cell(visits: int, clippings: int) -> BalanceCell:
    colour = next(shade for least, shade in SHADES if visits + clippings >= least)
    return BalanceCell(visits, clippings, colour)
