"""The timeline as an SVG drawn on the server; its page shows the same data as a table."""

import datetime as dt
import textwrap
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from core.html import draw_due
from measures.enums import PHASE_BAR_COLOURS, UNKNOWN_LABEL
from measures.models import Measure, Milestone
from measures.progress.milestones import is_overdue
from measures.queries import TimelineBar

# Lengths in units of the viewBox; the picture scales to the width of its card.
HEADER_HEIGHT_PX = 42
BAR_ROW_HEIGHT_PX = 28
NAME_LINE_HEIGHT_PX = 15
MIN_BAR_WIDTH_PX = 8
YEAR_LABEL_WIDTH_PX = 36  # a year in figures and the space after it
TODAY_LABEL_WIDTH_PX = 40
YEAR_INTERVALS = (1, 2, 5, 10, 20, 50, 100, 200)


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
    def labelled_years(self) -> list[int]:
        """Every year, or every 2nd, 5th, 10th …, so that their labels do not overlap."""
        width_of_year = self.bars_width / (self.end.year - self.first.year)
        interval = next(
            years for years in YEAR_INTERVALS if years * width_of_year >= YEAR_LABEL_WIDTH_PX
        )
        # Multiples of the interval read better: 2020, 2025 instead of 2018, 2023.
        return [year for year in range(self.first.year, self.end.year) if year % interval == 0]


class TimelineLine(NamedTuple):
    """One line of the table: `milestones` as `Konzept (30.06.2026) – erreicht; Start (…)`."""

    measure: Measure
    starts_on: dt.date
    ends_on: dt.date
    milestones: SafeString


class Timeline(NamedTuple):
    """The picture with its legend and the table below it, empty without a measure that has a day.

    `phases` are the (label, colour) of the bars, `has_cuts` says whether any has an arrow,
    `has_overdue` whether any milestone is overdue.
    """

    svg: SafeString
    table: list[TimelineLine]
    phases: list[tuple[str, str]] = []
    has_cuts: bool = False
    has_overdue: bool = False


def draw_timeline(
    bars: list[TimelineBar], *, years: tuple[int, int], today: dt.date, layout: Layout = CARD
) -> Timeline:
    """Draw each measure as a bar with its milestones as diamonds, hollow until reached, red with an
    exclamation mark when overdue.

    Name and bar link to the measure.

    `years` limit the picture to a first and a last year. A bar that reaches beyond is cut at the
    edge and marked with an arrow whose tooltip is the real date.
    """
    if not bars:
        return Timeline(SafeString(""), [])
    scale, height = _scale_of(bars, years, layout), HEADER_HEIGHT_PX
    lines = []
    for bar in bars:
        # Text in an SVG does not wrap by itself.
        name = textwrap.wrap(bar.measure.title, layout.name_length) or [""]
        lines.append((_draw_bar(bar, name, height, scale, today),))
        height += BAR_ROW_HEIGHT_PX + NAME_LINE_HEIGHT_PX * (len(name) - 1)
    # A group, because an image would hide its links.
    svg = format_html(
        '<svg class="timeline" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}{}</svg>',
        layout.width,
        height,
        _("Zeitplan der Maßnahmen; dieselben Angaben stehen darunter als Tabelle"),
        _draw_years(scale, height),
        _draw_today(scale, height, today),
        format_html_join("", "{}", lines),
    )
    has_cuts = any(bar.starts_on < scale.first or bar.ends_on >= scale.end for bar in bars)
    has_overdue = any(
        is_overdue(milestone, bar.measure, today) for bar in bars for milestone in bar.milestones
    )
    table = [_table_line(bar, today) for bar in bars]
    return Timeline(svg, table, _phases_of(bars), has_cuts, has_overdue)


def _phases_of(bars: list[TimelineBar]) -> list[tuple[str, str]]:
    """Return (label, colour) of the phases that occur, the most advanced first, unknown last."""
    shown = {bar.measure.phase for bar in bars}
    parts = [(phase, phase.label, colour) for phase, colour in PHASE_BAR_COLOURS.items()]
    parts.append(("", UNKNOWN_LABEL, "neutral"))
    return [(str(label), colour) for phase, label, colour in parts if phase in shown]


def _table_line(bar: TimelineBar, today: dt.date) -> TimelineLine:
    milestones = format_html_join(
        "; ",
        "{} ({}){}",
        (
            (
                milestone.title,
                format_date(milestone.due_on),
                _table_note(milestone, bar.measure, today),
            )
            for milestone in bar.milestones
        ),
    )
    return TimelineLine(bar.measure, bar.starts_on, bar.ends_on, milestones)


def _table_note(milestone: Milestone, measure: Measure, today: dt.date) -> str | SafeString:
    if milestone.done_on:
        return f" – {_('erreicht')}"
    forecast = f" – {_forecast_note(milestone)}" if milestone.forecast_on else ""
    if is_overdue(milestone, measure, today):
        return format_html(" – {}{}", draw_due(milestone.due_on, today), forecast)
    return forecast


def _forecast_note(milestone: Milestone) -> str:
    return _("voraussichtlich %(day)s") % {"day": format_date(milestone.forecast_on)}


def _scale_of(bars: list[TimelineBar], years: tuple[int, int], layout: Layout) -> Scale:
    """Return the years that the bars need, within `years`."""
    first_allowed, last_allowed = years
    earliest = min(bar.starts_on.year for bar in bars)
    latest = max(bar.ends_on.year for bar in bars)
    # At least one year, even if all bars lie outside: a scale of zero length cannot be drawn.
    first = min(max(earliest, first_allowed), last_allowed)
    last = max(min(latest, last_allowed), first)
    return Scale(dt.date(first, 1, 1), dt.date(last + 1, 1, 1), layout)


def _draw_years(scale: Scale, height: int) -> SafeString:
    positions = [(f"{scale.x(dt.date(year, 1, 1)):.1f}", year) for year in scale.labelled_years]
    lines = format_html_join(
        "",
        '<line class="timeline__year" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        ((x, 20, height) for x, _year in positions),
    )
    labels = format_html_join(
        "",
        '<text class="timeline__label" x="{}" y="14">{}</text>',
        # As a string, because format_html would localise the number to `2.026`.
        (
            (x, str(year))
            for x, year in positions
            if float(x) <= scale.layout.width - YEAR_LABEL_WIDTH_PX
        ),
    )
    return lines + labels


def _draw_today(scale: Scale, height: int, today: dt.date) -> SafeString:
    if not scale.contains(today):
        return SafeString("")
    at = scale.x(today)
    is_at_edge = at > scale.layout.width - TODAY_LABEL_WIDTH_PX
    return format_html(
        '<line class="timeline__today" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="timeline__now" x="{0}" y="30" text-anchor="{3}">{4}</text>',
        f"{at:.1f}",
        HEADER_HEIGHT_PX - 8,
        height,
        "end" if is_at_edge else "middle",
        _("heute"),
    )


def _draw_bar(
    bar: TimelineBar, name: list[str], top: int, scale: Scale, today: dt.date
) -> SafeString:
    # A bar that begins beyond the right edge still needs room for its minimum width.
    start = min(scale.x(bar.starts_on), scale.layout.width - MIN_BAR_WIDTH_PX)
    lines = format_html_join(
        " ",
        '<tspan x="0" y="{}">{}</tspan>',
        ((top + 16 + NAME_LINE_HEIGHT_PX * number, line) for number, line in enumerate(name)),
    )
    return format_html(
        '<a href="{}"><text class="timeline__name">{}</text>'
        '<rect class="fill--{}" x="{}" y="{}" width="{}" height="8" rx="4"/></a>{}{}',
        bar.measure.get_absolute_url(),
        lines,
        PHASE_BAR_COLOURS.get(bar.measure.phase, "neutral"),
        f"{start:.1f}",
        top + 8,
        f"{max(scale.x(bar.ends_on) - start, MIN_BAR_WIDTH_PX):.1f}",
        _draw_cuts(bar, top, scale),
        _draw_milestones(bar, top, scale, today),
    )


# Milestones outside the dates of the measure would float beside its bar; only the table has them.
def _draw_milestones(bar: TimelineBar, top: int, scale: Scale, today: dt.date) -> SafeString:
    return format_html_join(
        "",
        "{}",
        (
            (_draw_milestone(milestone, bar.measure, top, scale, today),)
            for milestone in bar.milestones
            if bar.starts_on <= milestone.due_on <= bar.ends_on and scale.contains(milestone.due_on)
        ),
    )


def _draw_milestone(
    milestone: Milestone, measure: Measure, top: int, scale: Scale, today: dt.date
) -> SafeString:
    x, tooltip = f"{scale.x(milestone.due_on):.1f}", [milestone.title]
    tooltip.append(format_date(milestone.due_on))
    mark, sign = " timeline__mark--done" if milestone.done_on else "", SafeString("")
    if is_overdue(milestone, measure, today):
        # The sign, because colour must not stand alone.
        mark = " timeline__mark--overdue"
        sign = format_html('<path class="timeline__sign" d="M{} {}v4m0 2v1"/>', x, top + 8)
        tooltip.append(_("überfällig"))
    if milestone.forecast_on and not milestone.done_on:
        tooltip.append(_forecast_note(milestone))
    return format_html(
        '<path class="timeline__mark{}" d="M{} {}l6 6-6 6-6-6z"><title>{}</title></path>{}',
        mark,
        x,
        top + 6,
        ", ".join(tooltip),
        sign,
    )


def _draw_cuts(bar: TimelineBar, top: int, scale: Scale) -> SafeString:
    """Draw an arrow at each edge beyond which `bar` reaches, with the real date as tooltip."""
    cuts = []
    if bar.starts_on < scale.first:
        tooltip = _("seit %(day)s") % {"day": format_date(bar.starts_on)}
        cuts.append((scale.layout.names_width, top + 12, "l8-6v12z", tooltip))
    if bar.ends_on >= scale.end:
        tooltip = _("bis %(day)s") % {"day": format_date(bar.ends_on)}
        cuts.append((scale.layout.width, top + 12, "l-8-6v12z", tooltip))
    return format_html_join(
        "", '<path class="timeline__cut" d="M{} {}{}"><title>{}</title></path>', cuts
    )
