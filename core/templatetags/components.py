"""Building blocks of pages. All arguments are declared keywords, so that a typo is an error."""

import datetime as dt

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import dates, html, middleware
from core.html import render_markdown

register = template.Library()

BASIS = {
    "sourced": _("belegt"),
    "source": _("belegt"),
    "page": _("belegt"),
    "inferred": _("erschlossen"),
    "descriptive": _("beschreibend"),
    "slug": _("aus der Internetadresse erschlossen"),
    "unknown": _("nicht belegt"),
    "range": _("nur als Zeitraum bekannt"),
    "month": _("nur der Monat bekannt"),
    "year": _("nur das Jahr bekannt"),
    "context": _("nicht Teil des Masterplans"),
}

register.filter("date_de", dates.format_date)
register.filter("moment", dates.format_moment)
register.filter("markdown", render_markdown)


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """Return `Di, 18.06.2019`, or an empty string without a value."""
    return dates.format_day(value) if value else ""


@register.filter
def wrapped(content: str, target: str) -> SafeString:
    """Return `content` inside the element `target` (`nav.breadcrumb`); nothing when it is empty."""
    if not content.strip():
        return SafeString("")
    element, _dot, name = target.partition(".")
    return format_html('<{0} class="{1}">{2}</{0}>', element, name, content)


@register.filter
def as_breadcrumb(content: str) -> SafeString:
    """Return the links `content` as breadcrumb navigation; nothing when it is empty."""
    if not content.strip():
        return SafeString("")
    return format_html('<nav class="breadcrumb" aria-label="{}">{}</nav>', _("Pfad"), content)


@register.simple_tag(takes_context=True)
def block_again(context, *, name: str) -> SafeString:
    """Render the block `name` a second time, as for a heading that equals the title."""
    return context.render_context[BLOCK_CONTEXT_KEY].get_block(name).render(context)


@register.simple_tag
def form_token() -> SafeString:
    """Mark this rendering of a form, so that a duplicate submission is recognised."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', middleware.FORM_TOKEN, middleware.new_token()
    )


@register.simple_tag
def badge(*, text, colour: str = "neutral") -> SafeString:
    return html.draw_badge(text, colour)


@register.simple_tag
def demo_badge(*, shown: bool) -> SafeString:
    """Mark an invented record: a blank and the badge, or nothing."""
    return SafeString(" ") + html.draw_badge(_("Demodaten"), "warning") if shown else SafeString("")


@register.simple_tag
def traffic_light(*, value: str, short: bool = False, count: int | None = None) -> SafeString:
    return html.draw_traffic_light(value, short=short, count=count)


@register.inclusion_tag("components/traffic_light_legend.html")
def traffic_light_legend() -> dict:
    """Say what the three colours mean, wherever they are shown."""
    return {
        "values": [
            (value, meaning) for value, (_word, meaning, _path) in html.TRAFFIC_LIGHTS.items()
        ]
    }


@register.simple_tag
def icon(*, name: str) -> SafeString:
    return html.draw_icon(name)


@register.simple_tag
def due(*, date: dt.date | None, today: dt.date) -> SafeString:
    return html.draw_due(date, today)


@register.simple_tag
def link_button(*, url: str, label, variant: str = "secondary") -> SafeString:
    return html.draw_link_button(url, label, variant)


@register.simple_tag
def stacked_bar(*, segments, label: str, compact: bool = False) -> SafeString:
    return html.draw_stacked_bar(segments, label, compact=compact)


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(context, *, url: str, label, variant: str = "secondary") -> dict:
    style = html.VARIANTS[html.one_of(variant, html.VARIANTS)]
    return {"url": url, "label": label, "style": style, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/steps.html")
def steps(*, items) -> dict:
    return {"items": items}


@register.inclusion_tag("components/next_step.html", takes_context=True)
def next_step(context, *, box, today: dt.date) -> dict:
    return {"box": box, "today": today, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/facts.html")
def facts(*, rows) -> dict:
    return {"rows": rows}


@register.inclusion_tag("components/text_cards.html")
def text_cards(*, cards) -> dict:
    return {"cards": cards}


@register.inclusion_tag("components/history.html")
def history(*, entries) -> dict:
    return {"entries": entries}


@register.inclusion_tag("components/empty.html")
def empty(*, text, action="", url: str = "") -> dict:
    return {"text": text, "action": action, "url": url}


@register.inclusion_tag("components/tabs.html")
def tabs(*, items) -> dict:
    return {"items": items}


@register.inclusion_tag("components/origin_note.html")
def origin_note(*, obj) -> dict:
    """Show where `obj` (a `core.models.Sourced`) comes from and how reliable its values are."""
    sources = [source for source in obj.sources if str(source).startswith(("https://", "http://"))]
    basis = [
        (_field_label(obj, name), BASIS.get(value, value))
        for name, value in obj.basis.items()
        if value
    ]
    return {
        "obj": obj,
        "sources": sources,
        "basis": basis,
        "has_details": sources or basis or obj.doubts,
    }


def _field_label(obj, name: str) -> str:
    try:
        return obj._meta.get_field(name).verbose_name
    except FieldDoesNotExist:
        return name


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context, *, page) -> dict:
    """Link the pages of a list, keeping its filters; nothing for a single page."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "previous": _address(context, page=page.number - 1) if page.has_previous() else "",
        "next": _address(context, page=page.number + 1) if page.has_next() else "",
        "links": [
            (n, _address(context, page=n) if isinstance(n, int) else "", n == page.number)
            for n in numbers
        ],
    }


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context, *, filter, count: int, export_url: str = "") -> dict:
    """Show the form of a django-filter and the number of results.

    All fields but the first fold away.
    """
    request = context["request"]
    first, *rest = filter.form.visible_fields()
    active = sum(1 for field in rest if any(request.GET.getlist(field.html_name)))
    hidden = [field for field in filter.form.hidden_fields() if field.value()]
    query = request.GET.urlencode()
    return {
        "first": first,
        "rest": rest,
        "hidden": hidden,
        "active": active,
        "is_filtered": active or hidden or any(request.GET.getlist(first.html_name)),
        "count": count,
        "path": request.path,
        "sort": request.GET.get("sort", ""),
        "export_url": f"{export_url}?{query}" if export_url and query else export_url,
    }


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context, *, label, field: str) -> dict:
    """Show a column header that sorts by `?sort=field`, or reverses when already sorted."""
    current = context["request"].GET.get("sort", "")
    direction = {field: "ascending", f"-{field}": "descending"}.get(current, "")
    target = f"-{field}" if direction == "ascending" else field
    return {
        "label": label,
        "direction": direction,
        "url": _address(context, sort=target, page=None),
    }


def _address(context, **changes) -> str:
    """Return the current query string with `changes`; None removes a parameter."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"
