"""The series of an indicator with its target path, drawn on the server as SVG."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from core.numbers import format_decimal
from measures.models import Indicator, IndicatorValue
from measures.queries import PathPoint, is_running, target_path_of

# Lengths in units of the viewBox; each picture scales to the width of its card.
TOP_PX, BOTTOM_PX, RIGHT_PX = 34, 28, 18
DIGIT_WIDTH_PX = 7
YEAR_WIDTH_PX = 44
TODAY_WIDTH_PX = 44
MOST_GRID_LINES = 5
GRID_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
RUNNING_LINE, RUNNING_DOT = " chart__line--running", " chart__dot--running"
VALUE_GAP_PX = 6  # from the line of today, where what is counted so far stands
YEAR_INTERVALS = (1, 2, 5, 10, 20, 50, 100)


class Layout(NamedTuple):
    name: str
    width: int
    height: int


# The narrow one keeps its letters readable on a phone.
WIDE, NARROW = Layout("wide", 700, 280), Layout("narrow", 340, 240)


class Scale(NamedTuple):
    """From days and numbers to units of the viewBox."""

    first: dt.date
    last: dt.date
    low: Decimal
    high: Decimal
    step: Decimal
    left: int
    layout: Layout

    def x(self, day: dt.date) -> str:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return f"{self.left + share * (self.layout.width - RIGHT_PX - self.left):.1f}"

    def y(self, value: Decimal) -> str:
        share = float((value - self.low) / (self.high - self.low))
        bottom = self.layout.height - BOTTOM_PX
        return f"{bottom - share * (bottom - TOP_PX):.1f}"

    @property
    def grid(self) -> list[Decimal]:
        count = int((self.high - self.low) / self.step)
        return [self.low + self.step * number for number in range(count + 1)]

    @property
    def years(self) -> list[int]:
        """The years whose 1 January the picture labels, so that the labels do not overlap."""
        span = range(self.first.year, self.last.year + 1)
        room = (self.layout.width - self.left) / max(len(span), 1)
        wide = (years for years in YEAR_INTERVALS if years * room >= YEAR_WIDTH_PX)
        # Records may hold any day; the picture then goes without labels.
        interval = next(wide, dt.MAXYEAR)
        return [
            year
            for year in span
            if year % interval == 0 and self.first <= dt.date(year, 1, 1) <= self.last
        ]


def period_label(value: IndicatorValue, today: dt.date) -> str:
    """Return `2025`, or `2026 (läuft noch)`."""
    if not is_running(value, today):
        return str(value.period)
    return _("%(period)s (läuft noch)") % {"period": value.period}


def draw_chart(indicator: Indicator, today: dt.date, day_label: str = "") -> SafeString:
    """Return the chart of `indicator`, loaded with its series, in two widths of which the style
    sheet shows one; empty without a value and a target. A table says the same.
    """
    values, path = list(indicator.series.all()), target_path_of(indicator)
    if not values and not path:
        return SafeString("")
    return format_html_join(
        "",
        "{}",
        ((_draw(indicator, values, path, today, day_label, layout),) for layout in (WIDE, NARROW)),
    )


def _draw(
    indicator: Indicator,
    values: list[IndicatorValue],
    path: list[PathPoint],
    today: dt.date,
    day_label: str,
    layout: Layout,
) -> SafeString:
    scale = _scale_of(indicator, values, path, today, layout)
    return format_html(
        '<svg class="chart chart--{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        "{}{}{}{}{}</svg>",
        layout.name,
        layout.width,
        layout.height,
        _("%(title)s: Werte und Zielpfad; dieselben Zahlen stehen darunter als Tabelle")
        % {"title": indicator.title},
        _draw_grid(indicator, scale),
        _draw_today(scale, today, day_label),
        _draw_path(indicator, path, scale),
        _draw_series(indicator, values, scale, today),
        _draw_last(indicator, values, scale, today),
    )


def _scale_of(indicator, values, path, today, layout) -> Scale:
    days = [_shown_on(value, today) for value in values] + [point.on for point in path]
    first, last = min(days), max(days)
    # Today is shown unless the series ended so long ago that it would be squeezed to the left.
    if first <= today <= last + max(last - first, dt.timedelta(days=366)):
        last = max(last, today)
    if first == last:
        first, last = first - dt.timedelta(days=183), last + dt.timedelta(days=183)
    numbers = [value.value for value in values] + [point.value for point in path]
    low, high, step = _grid_of(min(numbers), max(numbers))
    longest = max(len(format_decimal(low)), len(format_decimal(high)), len(format_decimal(step)))
    return Scale(first, last, low, high, step, longest * DIGIT_WIDTH_PX + 10, layout)


def _grid_of(lowest: Decimal, highest: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Return the lowest and the highest grid line and the round step between two.

    The grid begins at zero unless the numbers lie close together far from it.
    """
    if lowest >= 0 and lowest < highest / 2 or lowest == highest > 0:
        lowest = Decimal(0)
    elif highest <= 0 and highest > lowest / 2:
        highest = Decimal(0)
    span = highest - lowest or Decimal(1)
    magnitude = Decimal(1).scaleb(span.adjusted() - 1)
    step = next(
        magnitude * factor * ten
        for ten in (1, 10)
        for factor in GRID_STEPS
        if span / (magnitude * factor * ten) <= MOST_GRID_LINES
    )
    low = (lowest // step) * step
    if low > lowest:  # `//` of a negative Decimal rounds towards zero
        low -= step
    high = low
    while high < highest or high == low:
        high += step
    return low, high, step


def _draw_grid(indicator: Indicator, scale: Scale) -> SafeString:
    lines = format_html_join(
        "",
        '<line class="chart__grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="chart__label" x="{}" y="{}" dy="4" text-anchor="end">{}</text>',
        (
            (
                scale.left,
                scale.layout.width - RIGHT_PX,
                scale.y(value),
                scale.y(value),
                scale.left - 6,
                scale.y(value),
                format_decimal(value),
            )
            for value in scale.grid
        ),
    )
    bottom = scale.layout.height - BOTTOM_PX
    years = format_html_join(
        "",
        '<line class="chart__tick" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="chart__label" x="{0}" y="{3}" text-anchor="middle">{4}</text>',
        # As a string, because format_html would localise the year to `2.026`.
        (
            (scale.x(dt.date(year, 1, 1)), bottom, bottom + 5, bottom + 20, str(year))
            for year in scale.years
        ),
    )
    unit = format_html('<text class="chart__unit" x="0" y="14">{}</text>', indicator.unit)
    return lines + years + unit


def _draw_today(scale: Scale, today: dt.date, day_label: str) -> SafeString:
    if not scale.first <= today <= scale.last:
        return SafeString("")
    x = scale.x(today)
    is_at_edge = float(x) > scale.layout.width - TODAY_WIDTH_PX
    return format_html(
        '<line class="chart__today" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="chart__now" x="{0}" y="{3}" text-anchor="{4}">{5}</text>',
        x,
        TOP_PX - 4,
        scale.layout.height - BOTTOM_PX,
        TOP_PX - 10,
        "end" if is_at_edge else "middle",
        day_label or _("heute"),
    )


def _draw_path(indicator: Indicator, path: list[PathPoint], scale: Scale) -> SafeString:
    if not path:
        return SafeString("")
    points = [(scale.x(point.on), scale.y(point.value)) for point in path]
    # After its last corner the path stays level.
    points.append((scale.x(scale.last), points[-1][1]))
    line = format_html(
        '<polyline class="chart__path" points="{}"/>', " ".join(f"{x},{y}" for x, y in points)
    )
    marks = format_html_join(
        "",
        '<path class="chart__target" d="M{} {}m0-5l5 5-5 5-5-5z"><title>{}</title></path>',
        (
            (
                scale.x(point.on),
                scale.y(point.value),
                _("Zielpfad am %(day)s: %(value)s")
                % {"day": format_date(point.on), "value": indicator.format(point.value)},
            )
            for point in path
        ),
    )
    return line + marks


def _shown_on(value: IndicatorValue, today: dt.date) -> dt.date:
    # What is counted so far is no fact of a day to come.
    return min(value.ends_on, today)


def _draw_series(
    indicator: Indicator, values: list[IndicatorValue], scale: Scale, today: dt.date
) -> SafeString:
    places = [(scale.x(_shown_on(value, today)), scale.y(value.value)) for value in values]
    ended = sum(not is_running(value, today) for value in values)
    # What is counted so far is drawn otherwise: the line would seem to bend where the year ends.
    lines = [("", places[:ended]), (RUNNING_LINE, places[max(ended - 1, 0) :])]
    line = format_html_join(
        "",
        '<polyline class="chart__line{}" points="{}"/>',
        (
            (style, " ".join(f"{x},{y}" for x, y in points))
            for style, points in lines
            if len(points) > 1
        ),
    )
    dots = format_html_join(
        "",
        '<circle class="chart__dot{}" cx="{}" cy="{}" r="3.5"><title>{}</title></circle>',
        (
            (
                RUNNING_DOT if is_running(value, today) else "",
                x,
                y,
                f"{period_label(value, today)}: {indicator.format(value.value)}",
            )
            for (x, y), value in zip(places, values, strict=True)
        ),
    )
    return line + dots


def _draw_last(
    indicator: Indicator, values: list[IndicatorValue], scale: Scale, today: dt.date
) -> SafeString:
    """Write the latest value beside its dot."""
    if not values:
        return SafeString("")
    last = values[-1]
    x, y = float(scale.x(_shown_on(last, today))), float(scale.y(last.value))
    anchor = "end" if x > scale.layout.width / 2 else "start"
    if is_running(last, today):
        x += VALUE_GAP_PX if anchor == "start" else -VALUE_GAP_PX
    return format_html(
        '<text class="chart__value" x="{}" y="{}" text-anchor="{}">{}</text>',
        f"{x:.1f}",
        f"{max(y - 9, TOP_PX):.1f}",
        anchor,
        format_decimal(last.value, indicator.decimals),
    )
