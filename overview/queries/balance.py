"""*Branchenbilanz*: the attention each sector got from visits and press, and which got none."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from media_visits.queries import sector_attention
from partners.models import Sector

MAX_YEARS = 6
MAX_SECTORS = 8
# (minimum of visits and press reports, shade of the cell), darkest first.
SHADES = ((8, "strong"), (4, "medium"), (1, "light"), (0, "faint"))


class BalanceCell(NamedTuple):
    """The visits and press reports of one sector in one year; `colour` is a shade of `SHADES`."""

    visits: int
    coverage: int
    colour: str

    @property
    def total(self) -> int:
        return self.visits + self.coverage


class SectorBalance(NamedTuple):
    """A table of sectors by year. `more` counts the sectors that do not fit, `without_attention`
    names those with no attention in these years.
    """

    years: list[int]
    rows: list[tuple[str, list[BalanceCell]]]
    more: int
    without_attention: list[str]


def sector_balance(user, today: dt.date) -> SectorBalance | None:
    """Return the balance of the last years with visits or coverage; None if there are none."""
    # Up to today: an announced visit is not yet attention paid.
    attention = sector_attention(user, until=today)
    years = sorted({quarter.year for quarter in attention})[-MAX_YEARS:]
    if not years:
        return None
    visits: Counter = Counter()
    coverage: Counter = Counter()
    totals: Counter = Counter()
    for quarter in attention:
        if quarter.year in years:
            sector = quarter.sector.name
            visits[sector, quarter.year] += quarter.visits
            coverage[sector, quarter.year] += quarter.coverage
            totals[sector] += quarter.visits + quarter.coverage
    # Most attention first; names break ties, so that the order is the same on every load.
    ranked = sorted(totals, key=lambda sector: (-totals[sector], sector))
    rows = [
        (sector, [_cell(visits[sector, year], coverage[sector, year]) for year in years])
        for sector in ranked[:MAX_SECTORS]
    ]
    others = Sector.objects.exclude(name__in=totals).order_by("name")
    return SectorBalance(
        years,
        rows,
        more=max(len(ranked) - MAX_SECTORS, 0),
        without_attention=list(others.values_list("name", flat=True)),
    )


def _cell(visits: int, coverage: int) -> BalanceCell:
    colour = next(shade for least, shade in SHADES if visits + coverage >= least)
    return BalanceCell(visits, coverage, colour)
