"""Dates that the senator's office proposes where none of those asked about is possible."""

import datetime as dt
from typing import NamedTuple

from core.dates import format_span


class Proposal(NamedTuple):
    """A date proposed instead; without an end it lasts as long as the dates that were asked about."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None = None

    def __str__(self):
        return format_span(self.starts_at, self.ends_at)

    def as_row(self) -> list[str]:
        """Return the date as a request keeps it."""
        return [self.starts_at.isoformat(), self.ends_at.isoformat() if self.ends_at else ""]

    @classmethod
    def of(cls, row: list[str]) -> "Proposal":
        """Read the date back that `as_row` wrote."""
        starts_at, ends_at = row
        return cls(
            dt.datetime.fromisoformat(starts_at),
            dt.datetime.fromisoformat(ends_at) if ends_at else None,
        )
