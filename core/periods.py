"""Periods as people name them: `2024`, `2024-Q3`, `3. Quartal 2024`, `März 2024`, a single day."""

import datetime as dt
import re
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.dates import add_months, format_date
from core.errors import Unreadable
from core.texts import clean_text
from core.typed_dates import FIRST_YEAR, LAST_YEAR, full_year, month_named, parse_day

YEAR = re.compile(r"(?P<year>\d{4})", re.ASCII)
# "2024-Q3", "2024/Q3", "2024 q3", "2024-H1"
PART_AFTER_YEAR = re.compile(r"(?P<year>\d{4})[ /-]?(?P<kind>[qh])(?P<part>\d)", re.ASCII)
# "Q3 2024", "Q3/24", "H1 2024"
PART_BEFORE_YEAR = re.compile(r"(?P<kind>[qh])(?P<part>\d)[ /-]?(?P<year>\d{4}|\d{2})", re.ASCII)
# "3. Quartal 2024", "1. Halbjahr 2024"
NAMED_PART = re.compile(
    r"(?P<part>\d)\.? ?(?P<kind>quartal|halbjahr) (?P<year>\d{4}|\d{2})", re.ASCII
)
MONTH_OF_YEAR = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})", re.ASCII)
YEAR_OF_MONTH = re.compile(r"(?P<month>\d{1,2})[./](?P<year>\d{4})", re.ASCII)
NAMED_MONTH = re.compile(r"(?P<name>[a-zäöü]{3,9})\.?[ -]?(?P<year>\d{4}|\d{2})", re.ASCII)
BETWEEN = re.compile(r" (?:bis|–|-) |(?<=\d)–(?=\d)|(?<=\d{4})-(?=\d{4}$)")
MONTHS_OF = {"q": 3, "h": 6}


class Period(NamedTuple):
    """From a day to a day, both included."""

    starts_on: dt.date
    ends_on: dt.date

    def __str__(self):
        return format_period(self)

    def overlaps(self, other: "Period") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def parse_period(text: str) -> Period:
    """Return the period that `text` names; a whole year is 1 January to 31 December.

    Raises Unreadable, whose sentence says what can be read.
    """
    typed = " ".join(clean_text(text).lower().split())
    first, *rest = BETWEEN.split(typed)
    if len(rest) > 1:
        raise Unreadable(_unreadable())
    start = _parse_one(first)
    end = _parse_one(rest[0]) if rest else start
    if end.ends_on < start.starts_on:
        raise Unreadable(_("Das Ende des Zeitraums liegt vor seinem Beginn."))
    # "0001" is a slip, and a series that begins with it would have no scale to be drawn on.
    if start.starts_on.year < FIRST_YEAR or end.ends_on.year > LAST_YEAR:
        raise Unreadable(_("Bitte prüfen Sie das Jahr."))
    return Period(start.starts_on, end.ends_on)


def format_period(period: Period) -> str:
    """Return `2024`, `1. Halbjahr 2024`, `3. Quartal 2024`, `März 2024` or `18.06.2024`, otherwise
    both days.
    """
    start, end = period
    if start == end:
        return format_date(start)
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if start.day == 1 and end == _last_day(start, months):
        if months == 12 and start.month == 1:
            return str(start.year)
        if months == 6 and start.month in (1, 7):
            return _("%(number)d. Halbjahr %(year)d") % _part(start, months)
        if months == 3 and start.month % 3 == 1:
            return _("%(number)d. Quartal %(year)d") % _part(start, months)
        if months == 1:
            return date_format(start, "F Y")
        if months % 12 == 0 and start.month == 1:
            return f"{start.year}–{end.year}"
    return f"{format_date(start)} – {format_date(end)}"


def period_after(period: Period, months: int = 12) -> Period:
    """Return the period of the same length that follows. After a single day, that is the day
    `months` later; the last day of a month is followed by the last day of another.
    """
    start, end = period
    if start == end:
        later = add_months(start, months)
        is_month_end = start == _last_day(start.replace(day=1), 1)
        day = _last_day(later.replace(day=1), 1) if is_month_end else later
        return Period(day, day)
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    first = end + dt.timedelta(days=1)
    if start.day == 1 and end == _last_day(start, count):
        return Period(first, _last_day(first, count))
    return Period(first, first + (end - start))


def _part(start: dt.date, months: int) -> dict[str, int]:
    return {"number": (start.month - 1) // months + 1, "year": start.year}


def _last_day(start: dt.date, months: int) -> dt.date:
    return add_months(start, months) - dt.timedelta(days=1)


def _parse_one(typed: str) -> Period:
    if found := YEAR.fullmatch(typed):
        return _months(found["year"], 1, 12)
    patterns = (PART_AFTER_YEAR, PART_BEFORE_YEAR, NAMED_PART)
    if found := next((match for p in patterns if (match := p.fullmatch(typed))), None):
        months = MONTHS_OF[found["kind"][0]]
        return _months(found["year"], (int(found["part"]) - 1) * months + 1, months)
    if found := MONTH_OF_YEAR.fullmatch(typed) or YEAR_OF_MONTH.fullmatch(typed):
        return _months(found["year"], int(found["month"]), 1)
    if found := NAMED_MONTH.fullmatch(typed):
        return _months(found["year"], month_named(found["name"]), 1)
    try:
        day = parse_day(typed)
    except Unreadable as error:
        # What looks like a day gets the sentence about days.
        raise Unreadable(_unreadable() if not typed[:1].isdigit() else str(error)) from error
    return Period(day, day)


def _months(year: str, month: int, count: int) -> Period:
    try:
        start = dt.date(full_year(year), month, 1)
        return Period(start, _last_day(start, count))
    except (ValueError, OverflowError) as error:
        raise Unreadable(_unreadable()) from error


def _unreadable() -> str:
    return _(
        "Bitte geben Sie den Zeitraum so ein: 2024, 3. Quartal 2024, 2024-Q3, März 2024 oder "
        "18.06.2024."
    )
