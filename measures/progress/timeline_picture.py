"""The pictures of timelines: their scale, their grid and the line of today, drawn as SVG."""

import datetime as dt
import textwrap
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.html import fill, fill_each

# Lengths in units of the viewBox; the picture scales to the width of its card.
HEADER_HEIGHT_PX = 56
LINE_HEIGHT_PX = 28
NAME_LINE_HEIGHT_PX = 15
MIN_BAR_WIDTH_PX = 8
YEAR_LABEL_WIDTH_PX = 36  # a year in figures and the space after it
MONTH_LABEL_WIDTH_PX = 30
TODAY_LABEL_WIDTH_PX = 40
MIN_GRID_WIDTH_PX = 6  # lines closer together than this become a grey area
YEAR_INTERVALS = (1, 2, 5, 10, 20, 50, 100, 200)
MONTH_INTERVALS = (1, 3, 6)
# A picture with more bars does not fit on a page, and its years are out of sight on a screen.
BARS_PER_PICTURE = 25
MONTH_NAMES = (
    gettext_lazy("Jan"),
    gettext_lazy("Feb"),
    gettext_lazy("Mär"),
    gettext_lazy("Apr"),
    gettext_lazy("Mai"),
    gettext_lazy("Jun"),
    gettext_lazy("Jul"),
    gettext_lazy("Aug"),
    gettext_lazy("Sep"),
    gettext_lazy("Okt"),
    gettext_lazy("Nov"),
    gettext_lazy("Dez"),
)


class Layout(NamedTuple):
    """The width of the picture, and of the names before the bars, in units and in characters."""

    width: int
    names_width: int
    name_length: int


CARD = Layout(640, 190, 28)
PAGE = Layout(900, 300, 44)


class Scale(NamedTuple):
    """The period that the timeline shows: `first` is included, `end` is not."""

    first: dt.date
    end: dt.date
    layout: Layout

    def x(self, day: dt.date) -> float:
        """Return the horizontal position of `day`; days outside the period lie on the edge."""
        day = min(max(day, self.first), self.end)
        days = (day - self.first).days / (self.end - self.first).days
        return self.layout.names_width + self.bars_width * days

    @property
    def bars_width(self) -> int:
        return self.layout.width - self.layout.names_width

    def contains(self, day: dt.date) -> bool:
        return self.first <= day < self.end

    @property
    def grid_months(self) -> list[dt.date]:
        """The first day of each month, or of each quarter, or none where they would be too close;
        years have lines of their own.
        """
        width = self.bars_width / (12 * (self.end.year - self.first.year))
        steps = [months for months in (1, 3) if months * width >= MIN_GRID_WIDTH_PX]
        return self._months(steps[0]) if steps else []

    @property
    def labelled_months(self) -> list[dt.date]:
        """The months with room for a name. January has none, because the year stands there."""
        width = self.bars_width / (12 * (self.end.year - self.first.year))
        # Names closer together than this would touch on a printed sheet.
        steps = [n for n in MONTH_INTERVALS if n * width >= MONTH_LABEL_WIDTH_PX]
        return self._months(steps[0]) if steps else []

    def _months(self, step: int) -> list[dt.date]:
        years = range(self.first.year, self.end.year)
        return [
            dt.date(year, month, 1) for year in years for month in range(1, 13, step) if month > 1
        ]

    @property
    def labelled_years(self) -> list[int]:
        """Every year, or every 2nd, 5th, 10th …, so that their labels do not overlap."""
        width_of_year = self.bars_width / (self.end.year - self.first.year)
        wide = (n for n in YEAR_INTERVALS if n * width_of_year >= YEAR_LABEL_WIDTH_PX)
        # Records may hold any day; the picture then goes without labels.
        interval = next(wide, dt.MAXYEAR)
        # Multiples of the interval read better: 2020, 2025 instead of 2018, 2023.
        return [year for year in range(self.first.year, self.end.year) if year % interval == 0]


class Line(NamedTuple):
    """One line of a picture: its name, wrapped, and what draws it at a height."""

    name: list[str]
    draw: Callable[[int], SafeString]


def wrapped(text: str, scale: Scale) -> list[str]:
    # Text in an SVG does not wrap by itself.
    return textwrap.wrap(text, scale.layout.name_length) or [""]


def draw_picture(
    lines: list[Line], scale: Scale, today: dt.date, label: str, *, day_label: str = ""
) -> SafeString:
    """Draw `lines` below the years. `day_label` names `today` if it is a former day."""
    height, drawn = HEADER_HEIGHT_PX, []
    for line in lines:
        drawn.append((line.draw(height),))
        height += LINE_HEIGHT_PX + NAME_LINE_HEIGHT_PX * (len(line.name) - 1)
    # A group, because an image would hide its links.
    return fill(
        '<svg class="timeline" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}{}{}</svg>',
        scale.layout.width,
        height,
        label,
        _draw_months(scale, height),
        _draw_years(scale, height),
        _draw_today(scale, height, today, day_label),
        fill_each("{}", drawn),
    )


def scale_of(days: Iterable[dt.date], years: tuple[int, int], layout: Layout) -> Scale:
    """Return the years that `days` need, within `years`."""
    first_allowed, last_allowed = years
    needed = [day.year for day in days]
    earliest, latest = min(needed), max(needed)
    # At least one year, even if all bars lie outside: a scale of zero length cannot be drawn.
    first = min(max(earliest, first_allowed), last_allowed)
    last = max(min(latest, last_allowed), first)
    return Scale(dt.date(first, 1, 1), dt.date(last + 1, 1, 1), layout)


def _draw_years(scale: Scale, height: int) -> SafeString:
    positions = [(f"{scale.x(dt.date(year, 1, 1)):.1f}", year) for year in scale.labelled_years]
    lines = fill_each(
        '<line class="timeline__year" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        ((x, 20, height) for x, _year in positions),
    )
    labels = fill_each(
        '<text class="timeline__label" x="{}" y="14">{}</text>',
        # As a string, because format_html would localise the number to `2.026`.
        (
            (x, str(year))
            for x, year in positions
            if float(x) <= scale.layout.width - YEAR_LABEL_WIDTH_PX
        ),
    )
    return lines + labels


def _draw_months(scale: Scale, height: int) -> SafeString:
    lines = fill_each(
        '<line class="timeline__month" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        ((f"{scale.x(day):.1f}", 34, height) for day in scale.grid_months),
    )
    labels = fill_each(
        '<text class="timeline__label" x="{}" y="30">{}</text>',
        ((f"{scale.x(day):.1f}", MONTH_NAMES[day.month - 1]) for day in scale.labelled_months),
    )
    return lines + labels


def _draw_today(scale: Scale, height: int, today: dt.date, day_label: str) -> SafeString:
    if not scale.contains(today):
        return SafeString("")
    at = scale.x(today)
    is_at_edge = at > scale.layout.width - TODAY_LABEL_WIDTH_PX
    return fill(
        '<line class="timeline__today" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="timeline__now" x="{0}" y="46" text-anchor="{3}">{4}</text>',
        f"{at:.1f}",
        HEADER_HEIGHT_PX - 8,
        height,
        "end" if is_at_edge else "middle",
        day_label or _("heute"),
    )


def draw_name(name: list[str], top: int) -> SafeString:
    return format_html_join(
        " ",
        '<tspan x="0" y="{}">{}</tspan>',
        ((top + 16 + NAME_LINE_HEIGHT_PX * number, line) for number, line in enumerate(name)),
    )
