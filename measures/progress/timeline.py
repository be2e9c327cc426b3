"""The timeline as an SVG drawn on the server; its page shows the same data as a table."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date
from core.html import draw_due, fill, fill_each
from measures.enums import PHASE_BAR_COLOURS, PHASE_LABELS, UNKNOWN_LABEL
from measures.models import Measure, Milestone
from measures.progress.milestones import is_overdue
from measures.progress.timeline_picture import (
    BARS_PER_PICTURE,
    CARD,
    MIN_BAR_WIDTH_PX,
    Layout,
    Line,
    Scale,
    draw_name,
    draw_picture,
    scale_of,
    wrapped,
)
from measures.queries import TimelineBar

TABLE_ROW = (
    '<tr><td><a href="{}">{}</a></td><td data-label="{}"><span>{}</span></td>'
    '<td data-label="{}"><span>{}</span></td><td data-label="{}"><span>{}</span></td>'
    '<td data-label="{}"><span>{}</span></td></tr>'
)


class Timeline(NamedTuple):
    """The pictures with their legend and the rows of the table below, empty without a measure that
    has a day.

    Long timelines are cut into several pictures with the same scale. `phases` are the
    (label, colour) of the bars, `has_cuts` says whether any has an arrow, `has_overdue` whether any
    milestone is overdue, `has_shifts` whether any is not when it was agreed at first.
    """

    pictures: list[SafeString]
    table: SafeString = SafeString()
    phases: list[tuple[str, str]] = []
    has_cuts: bool = False
    has_overdue: bool = False
    has_shifts: bool = False
    day_label: str | Promise = gettext_lazy("heute")

    @property
    def svg(self) -> SafeString:
        return fill_each("{}", ((picture,) for picture in self.pictures))


def draw_timeline(
    bars: list[TimelineBar], *, years: tuple[int, int], today: dt.date, layout: Layout = CARD
) -> Timeline:
    """Draw each measure as a bar with its milestones as diamonds on the day on which they are
    expected or were reached: hollow until reached, red with an exclamation mark when overdue.

    Name and bar link to the measure. A line below the bar leads to a milestone from the day that
    was agreed first.

    `years` limit the picture to a first and a last year. A bar that reaches beyond is cut at the
    edge and marked with an arrow whose tooltip is the real date.
    """
    if not bars:
        return Timeline([])
    days = [day for bar in bars for day in (bar.starts_on, bar.ends_on)]
    # What comes later than the measure was to end is what the reader looks for.
    shown = [milestone for bar in bars for milestone in _milestones_beside(bar)]
    days += [milestone.expected_on for milestone in shown]
    scale = scale_of(days, years, layout)
    label = _("Zeitplan der Maßnahmen; dieselben Angaben stehen darunter als Tabelle")
    lines = [_bar_line(bar, scale, today) for bar in bars]
    return Timeline(
        pictures=[
            draw_picture(lines[start : start + BARS_PER_PICTURE], scale, today, label)
            for start in range(0, len(lines), BARS_PER_PICTURE)
        ],
        table=_draw_table(bars, today),
        phases=_phases_of(bars),
        has_cuts=any(bar.starts_on < scale.first or bar.ends_on >= scale.end for bar in bars),
        has_overdue=any(_has_overdue(bar.milestones, bar.measure, today) for bar in bars),
        has_shifts=any(map(_is_shifted, shown)),
    )


def draw_milestones(
    measure: Measure, milestones: Sequence[Milestone], today: dt.date, *, day_label: str = ""
) -> Timeline:
    """Draw each of the `milestones` of `measure` on a line of its own: a line leads from the day
    that was agreed first to the one on which it is expected or was reached. Without a table, which
    the page of the measure has already.
    """
    if not milestones:
        return Timeline([])
    days = [day for shown in milestones for day in (shown.baseline_on, shown.expected_on)]
    # All years of its own milestones: unlike in a plan, no other measure can squeeze them.
    scale = scale_of(days, (min(days).year, max(days).year), CARD)
    lines = []
    for milestone in milestones:
        name = wrapped(milestone.title, scale)
        draw = partial(_draw_line, milestone, measure, name, scale=scale, today=today)
        lines.append(Line(name, draw))
    label = _("Meilensteine; dieselben Angaben stehen darunter als Tabelle")
    return Timeline(
        pictures=[draw_picture(lines, scale, today, label, day_label=day_label)],
        day_label=day_label or _("heute"),
        has_overdue=_has_overdue(milestones, measure, today),
        has_shifts=any(map(_is_shifted, milestones)),
    )


def _has_overdue(milestones: Iterable[Milestone], measure: Measure, today: dt.date) -> bool:
    return any(is_overdue(milestone, measure, today) for milestone in milestones)


def _is_shifted(milestone: Milestone) -> bool:
    return milestone.baseline_on != milestone.expected_on


def _draw_line(
    milestone: Milestone,
    measure: Measure,
    name: list[str],
    top: int,
    *,
    scale: Scale,
    today: dt.date,
) -> SafeString:
    return fill(
        "<text>{}</text>{}{}",
        draw_name(name, top),
        _draw_shift(milestone, top + 8, scale),
        _draw_milestone(milestone, measure, top, scale, today),
    )


def _draw_shift(milestone: Milestone, top: int, scale: Scale) -> SafeString:
    days = (milestone.baseline_on, milestone.expected_on)
    if not _is_shifted(milestone) or not any(map(scale.contains, days)):
        return SafeString("")
    return fill(
        '<path class="timeline__shift" d="M{} {}v8m0-4H{}"/>',
        f"{scale.x(milestone.baseline_on):.1f}",
        top,
        f"{scale.x(milestone.expected_on):.1f}",
    )


def _bar_line(bar: TimelineBar, scale: Scale, today: dt.date) -> Line:
    name = wrapped(bar.measure.title, scale)
    return Line(name, partial(_draw_bar, bar, name, scale=scale, today=today))


def _phases_of(bars: list[TimelineBar]) -> list[tuple[str, str]]:
    """Return (label, colour) of the phases that occur, the most advanced first, unknown last."""
    shown = {bar.measure.phase for bar in bars}
    parts = [(phase, phase.label, colour) for phase, colour in PHASE_BAR_COLOURS.items()]
    parts.append(("", UNKNOWN_LABEL, "neutral"))
    return [(str(label), colour) for phase, label, colour in parts if phase in shown]


def _draw_table(bars: Iterable[TimelineBar], today: dt.date) -> SafeString:
    """Return the rows of the table. A template would take longer than the picture."""
    phase, start, end, milestones = _("Phase"), _("von"), _("bis"), _("Meilensteine")
    return fill_each(
        TABLE_ROW,
        (
            (
                *(bar.measure.get_absolute_url(), bar.measure.title),
                *(phase, PHASE_LABELS.get(bar.measure.phase, UNKNOWN_LABEL)),
                *(start, format_date(bar.starts_on)),
                *(end, format_date(bar.ends_on)),
                *(milestones, _table_milestones(bar, today) or "–"),
            )
            for bar in bars
        ),
    )


def _table_milestones(bar: TimelineBar, today: dt.date) -> SafeString:
    """Return `Konzept (30.06.2026) – voraussichtlich 01.09.2026; Start (…)`."""
    return format_html_join(
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


def _table_note(milestone: Milestone, measure: Measure, today: dt.date) -> SafeString:
    notes: list[str | SafeString] = []
    if milestone.done_on:
        notes.append(_done_note(milestone))
    if is_overdue(milestone, measure, today):
        notes.append(draw_due(milestone.due_on, today))
    if milestone.forecast_on and not milestone.done_on:
        notes.append(_forecast_note(milestone))
    if milestone.baseline_on != milestone.due_on:
        text = _("ursprünglich vereinbart: %(day)s")
        notes.append(text % {"day": format_date(milestone.baseline_on)})
    return fill_each(" – {}", ((note,) for note in notes))


def _done_note(milestone: Milestone) -> str:
    if milestone.done_on == milestone.due_on:
        return _("erreicht")
    return _("erreicht am %(day)s") % {"day": format_date(milestone.done_on)}


def _forecast_note(milestone: Milestone) -> str:
    return _("voraussichtlich %(day)s") % {"day": format_date(milestone.forecast_on)}


def _draw_bar(
    bar: TimelineBar, name: list[str], top: int, *, scale: Scale, today: dt.date
) -> SafeString:
    # A bar that begins beyond the right edge still needs room for its minimum width.
    start = min(scale.x(bar.starts_on), scale.layout.width - MIN_BAR_WIDTH_PX)
    return fill(
        '<a href="{}"><text class="timeline__name">{}</text>'
        '<rect class="fill--{}" x="{}" y="{}" width="{}" height="8" rx="4"/></a>{}{}',
        bar.measure.get_absolute_url(),
        draw_name(name, top),
        PHASE_BAR_COLOURS.get(bar.measure.phase, "neutral"),
        f"{start:.1f}",
        top + 8,
        f"{max(scale.x(bar.ends_on) - start, MIN_BAR_WIDTH_PX):.1f}",
        _draw_cuts(bar, top, scale),
        _draw_milestones(bar, top, scale, today),
    )


def _milestones_beside(bar: TimelineBar) -> list[Milestone]:
    """Return the milestones that were agreed or are expected within the dates of the measure; any
    other would float beside its bar, and only the table has it.
    """
    return [
        milestone
        for milestone in bar.milestones
        if any(
            bar.starts_on <= day <= bar.ends_on
            for day in (milestone.baseline_on, milestone.due_on, milestone.expected_on)
        )
    ]


def _draw_milestones(bar: TimelineBar, top: int, scale: Scale, today: dt.date) -> SafeString:
    return fill_each(
        "{}{}",
        (
            (
                # Below the bar, whose colours would hide it.
                _draw_shift(milestone, top + 16, scale),
                _draw_milestone(milestone, bar.measure, top, scale, today),
            )
            for milestone in _milestones_beside(bar)
        ),
    )


def _draw_milestone(
    milestone: Milestone, measure: Measure, top: int, scale: Scale, today: dt.date
) -> SafeString:
    # On the edge it would mark a wrong day; the line of its shift still leads there.
    if not scale.contains(milestone.expected_on):
        return SafeString("")
    x = f"{scale.x(milestone.expected_on):.1f}"
    tooltip = [milestone.title, format_date(milestone.due_on)]
    mark, sign = " timeline__mark--done" if milestone.done_on else "", SafeString("")
    if milestone.done_on:
        tooltip.append(_done_note(milestone))
    if is_overdue(milestone, measure, today):
        # The sign, because colour must not stand alone.
        mark = " timeline__mark--overdue"
        sign = fill('<path class="timeline__sign" d="M{} {}v4m0 2v1"/>', x, top + 8)
        tooltip.append(_("überfällig"))
    if milestone.forecast_on and not milestone.done_on:
        tooltip.append(_forecast_note(milestone))
    return fill(
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
    return fill_each('<path class="timeline__cut" d="M{} {}{}"><title>{}</title></path>', cuts)
