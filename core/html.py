"""HTML fragments that occur hundreds of times on a page: here, Python is faster than templates."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt

from core.dates import describe_deadline, describe_due, format_day
from core.enums import TRAFFIC_LIGHT_MEANINGS, TrafficLight
from core.progress import Ticks
from core.staticfiles import KERN_ICONS

BADGE_COLOURS = ("neutral", "info", "success", "warning", "danger", "muted")
SCALE = ("strong", "medium", "light", "faint")
VARIANTS = {
    "primary": "kern-btn--primary",
    "secondary": "kern-btn--secondary",
    "danger": "kern-btn--secondary btn--danger",
    "plain": "kern-btn--tertiary",
}
TRAFFIC_LIGHT_PATHS = {
    TrafficLight.GREEN: "M4.5 8.4 7 10.8l4.6-5.4",
    TrafficLight.YELLOW: "M8 4v5M8 11.6v.4",
    TrafficLight.RED: "m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6",
}
# Word, meaning and sign of each value.
TRAFFIC_LIGHTS = {
    colour.value: (colour.label, TRAFFIC_LIGHT_MEANINGS[colour], TRAFFIC_LIGHT_PATHS[colour])
    for colour in TrafficLight
} | {
    # Unknown has a sign of its own and must never pass for green (docs/domain.md).
    "": (
        gettext_lazy("nicht belegt"),
        gettext_lazy("keine Angabe"),
        "M6 6.3c0-2.7 4.1-2.5 4.1 0 0 1.6-2.1 1.6-2.1 3.2M8 12v.2",
    )
}


def one_of(name: str, allowed) -> str:
    """Return `name`; raise ValueError unless it is one of `allowed`, so that typos fail loudly."""
    if name not in allowed:
        raise ValueError(f"{name!r} is none of {', '.join(map(repr, allowed))}")
    return name


def escaped(value: object) -> str:
    """Return `value` as HTML: escaped unless it is safe already."""
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


def fill(template: str, *values: object) -> SafeString:
    """Return `template`, which is HTML, with each of `values` escaped unless it is safe.

    Does what `format_html` does in a third of the time, since it leaves no text lazy.
    """
    return SafeString(template.format(*map(escaped, values)))


def fill_each(template: str, rows: Iterable[Iterable[object]]) -> SafeString:
    """Return `template` filled with the values of each of `rows`, one after the other."""
    return SafeString("".join([template.format(*map(escaped, row)) for row in rows]))


def draw_icon(name: str) -> SafeString:
    """Return the KERN icon `name`, hidden from screen readers."""
    return fill(
        '<span class="kern-icon kern-icon--{}" aria-hidden="true"></span>',
        one_of(name, KERN_ICONS),
    )


def draw_note(text) -> SafeString:
    """Return `text` as the small second line of a table cell; nothing for an empty text."""
    return fill('<span class="table__note">{}</span>', text) if text else SafeString("")


def draw_attributes(values: Mapping) -> SafeString:
    """Return `values` as HTML attributes, each after a space; True stands for one without a value.
    None and False are left out.
    """
    # The names are constants of the code.
    return mark_safe(
        "".join(
            f" {name}" if value is True else f' {name}="{escaped(value)}"'
            for name, value in values.items()
            if value is not None and value is not False
        )
    )


def draw_tick(ticks: Ticks, pk: int, label) -> SafeString:
    """Return the cell with the box of a row, which belongs to the form *ticked*."""
    return fill(
        '<td class="tick"><label><input{}><span class="kern-sr-only">{}</span></label></td>',
        draw_attributes(
            {"type": "checkbox", "form": "ticked", "name": ticks.name, "value": pk}
            | {"checked": pk in ticks.keys}
        ),
        label,
    )


# Cached by type too: a text that is safe HTML equals the same text to be escaped.
@lru_cache(maxsize=512, typed=True)
def draw_badge(text, colour: str = "neutral") -> SafeString:
    return fill('<span class="badge badge--{}">{}</span>', one_of(colour, BADGE_COLOURS), text)


# Cached: a page has hundreds of a few dozen kinds.
@lru_cache(maxsize=512)
def draw_traffic_light(value: str, *, short: bool = False, count: int | None = None) -> SafeString:
    """Return a traffic light: a shape, its colour in words and its meaning.

    `value` is green, yellow, red or empty (unknown). With `short`, only screen readers get the
    word; `count` puts the number of things in this state before it.
    """
    word, meaning, path = TRAFFIC_LIGHTS[one_of(value or "", TRAFFIC_LIGHTS)]
    text = word if count is None else f"{count} {word}"
    shown = fill('<span class="traffic-light__text">{}</span>', text)
    if short:
        visible = "" if count is None else fill('<span aria-hidden="true">{}</span>', str(count))
        shown = fill('{}<span class="kern-sr-only">{}</span>', visible, text)
    return fill(
        '<span class="traffic-light traffic-light--{}" title="{}: {}">'
        '<svg class="traffic-light__sign" viewBox="0 0 16 16" aria-hidden="true">'
        '<circle cx="8" cy="8" r="7.5"/>'
        '<path d="{}"/></svg>{}</span>',
        value or "unknown",
        word,
        meaning,
        # One of the constants above.
        mark_safe(path),
        shown,
    )


def draw_due(date: dt.date | None, today: dt.date) -> SafeString:
    """Return the deadline `date` as seen from `today`, red when overdue; empty without a date."""
    # In lists, some rows have no deadline; their cell stays empty.
    if date is None:
        return SafeString("")
    name = "due due--over" if date < today else "due"
    return fill(
        '<time class="{}" datetime="{}">{}</time>',
        name,
        date.isoformat(),
        describe_due(date, today),
    )


def draw_deadline(date: dt.date | None, today: dt.date) -> SafeString:
    """Return `bis Fr, 04.12.2026` as seen from `today`, red when overdue; empty without a date."""
    if date is None:
        return SafeString("")
    name = "due due--over" if date < today else "due"
    text = describe_deadline(date, today)
    return fill('<time class="{}" datetime="{}">{}</time>', name, date.isoformat(), text)


def draw_deadline_day(date: dt.date, today: dt.date) -> SafeString:
    """Return `Fr, 04.12.2026` for a list of deadlines, red and with a word when overdue."""
    text, name = format_day(date), "due"
    if date < today:
        text, name = f"{text}, {_('überfällig')}", "due due--over"
    return fill('<time class="{}" datetime="{}">{}</time>', name, date.isoformat(), text)


def draw_link_button(url: str, label, variant: str = "secondary") -> SafeString:
    return fill(
        '<a class="kern-btn {}" href="{}"><span class="kern-label">{}</span></a>',
        VARIANTS[one_of(variant, VARIANTS)],
        url,
        label,
    )


def draw_hidden_field(name: str, value: str) -> SafeString:
    return fill('<input type="hidden" name="{}" value="{}">', name, value)


def draw_stacked_bar(segments, label: str, *, compact: bool = False) -> SafeString:
    """Return a bar of `segments` (`core.progress.Segment`) with a legend and, for screen readers, a
    table of the same numbers.

    `compact` returns the bar alone, for a table cell, with the numbers as its accessible name.
    """
    segments = [segment for segment in segments if segment.count]
    numbers = ", ".join(f"{segment.count} {segment.label}" for segment in segments) or _(
        "keine Einträge"
    )
    picture = fill(
        '<svg class="bar__picture" viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" '
        'aria-label="{}">'
        "{}</svg>",
        f"{label}: {numbers}",
        _bar_parts(segments),
    )
    if compact:
        return fill('<span class="bar bar--compact" title="{}">{}</span>', numbers, picture)
    legend = fill_each(
        '<li class="bar__item"><span class="bar__dot fill--{}"></span>{} {}</li>',
        ((segment.colour, str(segment.count), segment.label) for segment in segments),
    )
    rows = fill_each(
        '<tr><th scope="row">{}</th><td>{}</td></tr>',
        ((segment.label, str(segment.count)) for segment in segments),
    )
    return fill(
        '<div class="bar">{}<ul class="bar__legend" aria-hidden="true">{}</ul>'
        '<table class="kern-sr-only"><caption>{}</caption><tbody>{}</tbody></table></div>',
        picture,
        legend,
        label,
        rows,
    )


def _bar_parts(segments) -> SafeString:
    # Formatted here, because a localised `12,5` is not a number in SVG.
    total = sum(segment.count for segment in segments)
    parts, left = [], 0
    for segment in segments:
        width = 1000 * segment.count / total
        colour = one_of(segment.colour, BADGE_COLOURS + SCALE)
        # At least a sliver: a single entry among hundreds must not vanish from the bar.
        parts.append((colour, f"{left:.1f}", f"{max(width - 3, 1):.1f}"))
        left += width
    return fill_each('<rect class="fill--{}" x="{}" y="0" width="{}" height="14"/>', parts)


TAGS = {"a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "strong", "ul"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}

# HTML in the source is shown as text, and nh3 cleans the result again: two independent barriers.
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True})


def render_markdown(text: str | None) -> SafeString:
    """Return user-written Markdown as safe HTML: text, lists, links, small headings."""
    # noreferrer: other sites must not learn the URLs of internal pages.
    html = nh3.clean(
        _parser.render(text or ""),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(html)
