"""The *Branchenbilanz* as its page shows it: bars and numbers that link to what they count."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from overview.queries import Attention, SectorBalance


class BalanceKind(NamedTuple):
    """A kind of attention: a field of `Attention`, its label, the colour of its bars and its list.

    `sign` is what a narrow cell shows of `words`.
    """

    field: str
    label: str
    sign: str
    words: str
    colour: str
    url_name: str


KINDS = (
    BalanceKind(
        "dialogues",
        _("Gespräche"),
        _("G"),
        ngettext_lazy("Gespräch", "Gespräche", "count"),
        "strong",
        "dialogues:list",
    ),
    BalanceKind(
        "visits",
        _("Besuche"),
        _("B"),
        ngettext_lazy("Besuch", "Besuche", "count"),
        "medium",
        "media_visits:list",
    ),
    BalanceKind(
        "coverage",
        _("Presseberichte"),
        _("P"),
        ngettext_lazy("Pressebericht", "Presseberichte", "count"),
        "light",
        "media_visits:coverage",
    ),
)


class BalanceLine(NamedTuple):
    """A sector with one cell for each kind, and in `by_year` one for each year."""

    name: str
    cells: list[tuple[str, SafeString]]
    by_year: list[SafeString]


def balance_lines(balance: SectorBalance) -> list[BalanceLine]:
    # All bars share one scale, so that they can be compared across sectors and kinds.
    most = max(max(found.total) for found in balance.rows)
    lines = []
    for found in balance.rows:
        pk = found.sector.pk
        cells = [
            (kind.label, _draw_cell(kind, getattr(found.total, kind.field), most, pk))
            for kind in KINDS
        ]
        by_year = [
            _draw_year(attention, pk, year)
            for attention, year in zip(found.by_year, balance.years, strict=True)
        ]
        lines.append(BalanceLine(found.sector.name, cells, by_year))
    return lines


def _draw_cell(kind: BalanceKind, count: int, most: int, sector_pk: int) -> SafeString:
    """Return the number with a bar, whose full length stands for `most`; zeros are quiet."""
    if not count:
        return format_html('<span class="balance__number muted">{}</span>', 0)
    return format_html(
        '<a class="balance__link" href="{}">'
        '<span class="balance__number">{}<span class="kern-sr-only"> {}</span></span>'
        '<svg class="balance__bar" viewBox="0 0 100 8" preserveAspectRatio="none" '
        'aria-hidden="true"><rect class="fill--{}" width="{}" height="8"/></svg></a>',
        _url_of(kind, sector_pk),
        count,
        kind.words % {"count": count},
        kind.colour,
        f"{count / most * 100:.1f}",
    )


def _draw_year(attention: Attention, sector_pk: int, year: int) -> SafeString:
    """Return the numbers of one year one below the other, each as `2 B`."""
    links = [
        (
            _url_of(kind, sector_pk, year=year),
            count,
            kind.words % {"count": count},
            kind.sign,
        )
        for kind in KINDS
        if (count := getattr(attention, kind.field))
    ]
    if not links:
        return format_html('<span class="muted">{}</span>', 0)
    return format_html_join(
        "",
        '<a class="balance__year" href="{0}">{1} <span class="kern-sr-only">{2}</span>'
        '<span aria-hidden="true">{3}</span></a>',
        links,
    )


def _url_of(kind: BalanceKind, sector_pk: int, **more) -> str:
    # `balance` limits the list to what counts here, so that it is as long as the number says.
    query = urlencode({"sector": sector_pk, **more, "balance": 1})
    return f"{reverse(kind.url_name)}?{query}"


def without_sector_line(attention: Attention) -> str:
    """Return what no sector is given for, `1 Gespräch, 24 Besuche`; empty if there is nothing."""
    counts = [(kind, getattr(attention, kind.field)) for kind in KINDS]
    return ", ".join(f"{count} {kind.words % {'count': count}}" for kind, count in counts if count)
