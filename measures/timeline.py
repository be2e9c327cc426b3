"""Charts of the start page, drawn on the server as SVG; the page shows the same numbers as a table."""

import datetime as dt
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from measures.queries.figures import PHASE_TONES, TimelineRow

LABEL, WIDTH, ROW, HEAD = 190, 640, 28, 26
YEAR_LABEL = 36  # what a year in words takes up, with air
STEPS = (1, 2, 5, 10, 20, 50, 100, 200)


class Scale(NamedTuple):
    """The years of the timeline: its first day and the day after its last one."""

    first: dt.date
    end: dt.date

    def x(self, day: dt.date) -> float:
        """Return where `day` lies; a day beyond lies at the edge."""
        day = min(max(day, self.first), self.end)
        return LABEL + (WIDTH - LABEL) * (day - self.first).days / (self.end - self.first).days

    def shows(self, day: dt.date) -> bool:
        return self.first <= day < self.end

    @property
    def years(self) -> list[int]:
        """The years that are named, so few that their labels never overlap."""
        count = self.end.year - self.first.year
        step = next(step for step in STEPS if step * (WIDTH - LABEL) / count >= YEAR_LABEL)
        return [year for year in range(self.first.year, self.end.year) if year % step == 0]


class Timeline(NamedTuple):
    """The picture of the timeline, empty without rows, and the rows for the table beside it."""

    svg: SafeString
    rows: list[TimelineRow]


def draw_timeline(rows: list[TimelineRow], *, years: tuple[int, int], today: dt.date) -> Timeline:
    """Return the measures' bars with their milestones, within the first and the last of `years`.

    Bars lie between the first and the last day of each row, milestones are diamonds (hollow until
    done). What reaches beyond the years is cut at the edge, with an arrow.
    """
    if not rows:
        return Timeline(SafeString(""), [])
    scale, height = _scale_of(rows, years), HEAD + ROW * len(rows)
    bars = format_html_join(
        "", "{}", ((_draw_row(row, HEAD + ROW * n, scale),) for n, row in enumerate(rows))
    )
    svg = format_html(
        '<svg class="timeline" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        height,
        _("Zeitplan der Maßnahmen; dieselben Angaben stehen darunter als Tabelle"),
        _draw_years(scale, height),
        _draw_today(scale, height, today),
        bars,
    )
    return Timeline(svg, rows)


def _scale_of(rows: list[TimelineRow], years: tuple[int, int]) -> Scale:
    """Return the years that the rows need, as far as they lie within `years`."""
    least, most = years
    first = min(max(min(row.starts_on.year for row in rows), least), most)
    last = max(min(max(row.ends_on.year for row in rows), most), first)
    return Scale(dt.date(first, 1, 1), dt.date(last + 1, 1, 1))


def _draw_years(scale: Scale, height: int) -> SafeString:
    starts = [(f"{scale.x(dt.date(year, 1, 1)):.1f}", year) for year in scale.years]
    lines = format_html_join(
        "",
        '<line class="timeline__year" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        ((x, HEAD - 6, height) for x, _year in starts),
    )
    labels = format_html_join(
        "",
        '<text class="timeline__label" x="{}" y="14">{}</text>',
        ((x, str(year)) for x, year in starts if float(x) <= WIDTH - YEAR_LABEL),
    )
    return lines + labels


def _draw_today(scale: Scale, height: int, today: dt.date) -> SafeString:
    if not scale.shows(today):
        return SafeString("")
    return format_html(
        '<line class="timeline__today" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        f"{scale.x(today):.1f}",
        HEAD - 6,
        height,
    )


def _draw_row(row: TimelineRow, top: int, scale: Scale) -> SafeString:
    colour = PHASE_TONES.get(row.measure.phase, "neutral")
    title = row.measure.title if len(row.measure.title) <= 28 else row.measure.title[:27] + "…"
    start = min(scale.x(row.starts_on), WIDTH - 8)
    marks = format_html_join(
        "",
        '<path class="timeline__mark{}" d="M{} {}l6 6-6 6-6-6z"><title>{}</title></path>',
        (
            (
                " timeline__mark--done" if m.done_on else "",
                f"{scale.x(m.due_on):.1f}",
                top + 6,
                f"{m.title}, {format_date(m.due_on)}",
            )
            for m in row.milestones
            if row.starts_on <= m.due_on <= row.ends_on and scale.shows(m.due_on)
        ),
    )
    return format_html(
        '<text class="timeline__name" x="0" y="{}">{}</text>'
        '<rect class="fill--{}" x="{}" y="{}" width="{}" height="8" rx="4"/>{}{}',
        top + 16,
        title,
        colour,
        f"{start:.1f}",
        top + 8,
        f"{max(scale.x(row.ends_on) - start, 8):.1f}",
        _draw_cuts(row, top, scale),
        marks,
    )


def _draw_cuts(row: TimelineRow, top: int, scale: Scale) -> SafeString:
    """Return an arrow at each edge that the row goes beyond, with the day it really begins or ends."""
    cuts = []
    if row.starts_on < scale.first:
        cuts.append(
            (LABEL, top + 12, "l8-6v12z", _("seit %(day)s") % {"day": format_date(row.starts_on)})
        )
    if row.ends_on >= scale.end:
        cuts.append(
            (WIDTH, top + 12, "l-8-6v12z", _("bis %(day)s") % {"day": format_date(row.ends_on)})
        )
    return format_html_join(
        "", '<path class="timeline__cut" d="M{} {}{}"><title>{}</title></path>', cuts
    )
