"""Charts of the start page, drawn on the server as SVG; the page shows the same numbers as a table."""

import datetime as dt
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from measures.queries.figures import PHASE_TONES, TimelineRow

LABEL, WIDTH, ROW, HEAD = 190, 640, 28, 26


class Timeline(NamedTuple):
    """The picture of the timeline, empty without rows, and the rows for the table beside it."""

    svg: SafeString
    rows: list[TimelineRow]


def draw_timeline(rows: list[TimelineRow], *, today: dt.date) -> Timeline:
    """Return the measures' bars with their milestones over the years.

    Bars lie between the first and the last day of each row, milestones are diamonds (hollow until done).
    """
    if not rows:
        return Timeline(SafeString(""), [])
    first = dt.date(min(row.starts_on for row in rows).year, 1, 1)
    last = dt.date(max(row.ends_on for row in rows).year + 1, 1, 1)
    span = (last - first).days

    def x_of(day: dt.date) -> str:
        return f"{LABEL + (WIDTH - LABEL) * (day - first).days / span:.1f}"

    years = format_html_join(
        "",
        '<line class="timeline__year" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="timeline__label" x="{3}" y="14">{4}</text>',
        ((x_of(dt.date(year, 1, 1)), HEAD - 6, HEAD + ROW * len(rows), x_of(dt.date(year, 1, 15)), str(year))
         for year in range(first.year, last.year)),
    )  # fmt: skip
    now = ""
    if first <= today < last:
        now = format_html(
            '<line class="timeline__today" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
            x_of(today),
            HEAD - 6,
            HEAD + ROW * len(rows),
        )
    bars = format_html_join("", "{}", ((_draw_row(row, HEAD + ROW * index, x_of),) for index, row in enumerate(rows)))
    svg = format_html(
        '<svg class="timeline" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH, HEAD + ROW * len(rows), _("Zeitplan der Maßnahmen; dieselben Angaben stehen darunter als Tabelle"),
        years, now, bars,
    )  # fmt: skip
    return Timeline(svg, rows)


def _draw_row(row: TimelineRow, top: int, x_of) -> SafeString:
    start, end = float(x_of(row.starts_on)), float(x_of(row.ends_on))
    tone = PHASE_TONES.get(row.measure.phase, "neutral")
    title = row.measure.title if len(row.measure.title) <= 28 else row.measure.title[:27] + "…"
    marks = format_html_join(
        "", '<path class="timeline__mark{}" d="M{} {}l6 6-6 6-6-6z"><title>{}</title></path>',
        ((" timeline__mark--done" if m.done_on else "", x_of(m.due_on), top + 6, f"{m.title}, {format_date(m.due_on)}")
         for m in row.milestones if row.starts_on <= m.due_on <= row.ends_on),
    )  # fmt: skip
    return format_html(
        '<text class="timeline__name" x="0" y="{}">{}</text>'
        '<rect class="fill--{}" x="{}" y="{}" width="{}" height="8" rx="4"/>{}',
        top + 16, title, tone, f"{start:.1f}", top + 8, f"{max(end - start, 8):.1f}", marks,
    )  # fmt: skip
