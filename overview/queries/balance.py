"""*Branchenbilanz*: the attention each sector got from dialogues, visits and press, by year."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from dialogues.models import Dialogue
from dialogues.queries import count_by_sector_and_year
from media_visits.models import Coverage, Visit
from media_visits.queries import sector_attention
from partners.models import Sector


class Attention(NamedTuple):
    """How many dialogues, visits and press reports there were."""

    dialogues: int = 0
    visits: int = 0
    coverage: int = 0


class SectorRow(NamedTuple):
    """A sector with its attention in all years and in each of them."""

    sector: Sector
    total: Attention
    by_year: list[Attention]


class SectorBalance(NamedTuple):
    """All sectors, those with most attention first, and every year from the first with attention
    to the present. `without_sector` is what cannot be counted for any of them.
    """

    years: list[int]
    rows: list[SectorRow]
    without_sector: Attention


def sector_balance(user, today: dt.date) -> SectorBalance | None:
    """Return the balance of what `user` may see; None without any attention.

    Counts up to today: an announced visit is not yet attention paid. Eight queries for any number
    of records.
    """
    # By (sector id, year).
    dialogues = count_by_sector_and_year(user, until=today)
    visits: Counter[tuple[int, int]] = Counter()
    coverage: Counter[tuple[int, int]] = Counter()
    for quarter in sector_attention(user, until=today):
        visits[quarter.sector.pk, quarter.year] += quarter.visits
        coverage[quarter.sector.pk, quarter.year] += quarter.coverage
    with_attention = [year for _sector, year in (dialogues + visits + coverage)]
    if not with_attention:
        return None
    years = list(range(min(with_attention), today.year + 1))
    rows = []
    for sector in Sector.objects.order_by("name", "pk"):
        keys = [(sector.pk, year) for year in years]
        by_year = [Attention(dialogues[key], visits[key], coverage[key]) for key in keys]
        rows.append(SectorRow(sector, Attention(*map(sum, zip(*by_year, strict=True))), by_year))
    # Stable: equal sectors stay in the order of their names.
    rows.sort(key=lambda found: -sum(found.total))
    return SectorBalance(years, rows, _without_sector(user, today))


def _without_sector(user, today: dt.date) -> Attention:
    dialogues = Dialogue.objects.visible_to(user).in_balance(today)
    visits = Visit.objects.visible_to(user).in_balance(today)
    coverage = Coverage.objects.visible_to(user).in_balance(today)
    return Attention(
        dialogues.filter(topic__sectors__isnull=True).count(),
        visits.filter(sectors__isnull=True).count(),
        coverage.filter(sectors__isnull=True, visit__sectors__isnull=True).count(),
    )
