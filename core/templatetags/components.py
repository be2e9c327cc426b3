"""Building blocks of pages. All arguments are keyword-only, so that a typo raises an error."""

import datetime as dt

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import dates, html, middleware
from core.conflicts import with_version
from core.html import fill, render_markdown
from core.models import BASIS
from core.progress import Ticks
from core.texts import entered_texts

register = template.Library()

register.filter("date_de", dates.format_date)
register.filter("moment", dates.format_moment)
register.filter("markdown", render_markdown)
register.filter("entered_texts", entered_texts)


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """Return `Di, 18.06.2019`, or an empty string without a value."""
    return dates.format_day(value) if value else ""


@register.filter
def wrapped(content, target: str) -> SafeString:
    """Return `content` inside the element `target` (`p`, `div.note`); nothing when it is empty."""
    if not content or not str(content).strip():
        return SafeString("")
    element, _dot, css_class = target.partition(".")
    attribute = fill(' class="{}"', css_class) if css_class else ""
    return fill("<{0}{1}>{2}</{0}>", element, attribute, content)


@register.filter
def prefixed(content, prefix: str) -> SafeString:
    """Return `content` after `prefix`; nothing when it is empty."""
    return fill("{}{}", prefix, content) if content else SafeString("")


@register.filter
def attribute(is_set, text: str) -> SafeString:
    """Return the HTML attribute `text` (`aria-current=page`, `open`) if `is_set`, else nothing."""
    if not is_set:
        return SafeString("")
    name, equals, value = text.partition("=")
    return fill(' {}="{}"', name, value) if equals else fill(" {}", name)


@register.filter
def role_of_level(level_tag: str) -> str:
    """Return the ARIA role of a message: only errors interrupt a screen reader."""
    return "alert" if level_tag == "error" else "status"


@register.filter
def as_breadcrumb(content: str) -> SafeString:
    """Return the links `content` as breadcrumb navigation; nothing when it is empty."""
    if not content.strip():
        return SafeString("")
    return fill('<nav class="breadcrumb" aria-label="{}">{}</nav>', _("Pfad"), content)


@register.simple_tag(takes_context=True)
def block_again(context, *, name: str) -> SafeString:
    """Render the block `name` again, for example as a heading that repeats the title."""
    return context.render_context[BLOCK_CONTEXT_KEY].get_block(name).render(context)


@register.simple_tag
def form_token() -> SafeString:
    """Identify this rendering of a form, so that a duplicate submission is recognised."""
    return fill(
        '<input type="hidden" name="{}" value="{}">', middleware.FORM_TOKEN, middleware.new_token()
    )


@register.simple_tag
def badge(*, text, colour: str = "neutral") -> SafeString:
    return html.draw_badge(text, colour)


@register.simple_tag
def demo_badge(*, shown: bool) -> SafeString:
    """Return a space and the badge of demo data if `shown`, else nothing."""
    return SafeString(" ") + html.draw_badge(_("Demodaten"), "warning") if shown else SafeString("")


@register.simple_tag
def traffic_light(*, value: str, short: bool = False, count: int | None = None) -> SafeString:
    return html.draw_traffic_light(value, short=short, count=count)


@register.inclusion_tag("components/traffic_light_legend.html")
def traffic_light_legend() -> dict:
    """Explain the colours, on every page that shows them."""
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
def deadline(*, date: dt.date | None, today: dt.date) -> SafeString:
    return html.draw_deadline(date, today)


@register.simple_tag
def deadline_day(*, date: dt.date, today: dt.date) -> SafeString:
    return html.draw_deadline_day(date, today)


@register.simple_tag
def link_button(*, url: str, label, variant: str = "secondary") -> SafeString:
    return html.draw_link_button(url, label, variant)


@register.simple_tag
def optional_link_button(*, url: str, label, variant: str = "secondary") -> SafeString:
    """Return a link button, or nothing without a URL or a label."""
    return html.draw_link_button(url, label, variant) if url and label else SafeString("")


@register.simple_tag
def submit_label(*, form, guard, label):
    """Return the label of a form's submit button, which says so if it overrules a warning."""
    if guard and guard.changes:
        return _("Speichern, die Freigabe erlischt")
    if getattr(form, "concerns", ()) and form.overrule_label:
        return form.overrule_label
    return label or _("Speichern")


@register.simple_tag
def stacked_bar(*, segments, label: str, compact: bool = False) -> SafeString:
    return html.draw_stacked_bar(segments, label, compact=compact)


@register.simple_tag
def note(*, text) -> SafeString:
    return html.draw_note(text)


@register.inclusion_tag("components/buttons.html", takes_context=True)
def buttons(context, *, items) -> dict:
    """Show a list of `core.progress.Button`."""
    return {"items": items, **_for_post_buttons(context)}


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(context, *, url: str, label, variant: str = "secondary", seen=None) -> dict:
    """Show a button that posts. It acts on `seen`, or on the records in the page's own `seen`, as
    they are now: its address gets their version, unless it has one already.
    """
    style = html.VARIANTS[html.one_of(variant, html.VARIANTS)]
    shown = [seen] if seen else context.get("seen")
    if shown and "?" not in url:
        url = with_version(url, *shown)
    return {"url": url, "label": label, "style": style, "csrf_token": context.get("csrf_token")}


def _for_post_buttons(context) -> dict:
    """Return what a component that shows a `post_button` needs from the context of its page."""
    return {"csrf_token": context.get("csrf_token"), "seen": context.get("seen")}


@register.inclusion_tag("components/steps.html")
def steps(*, items) -> dict:
    return {"items": items}


@register.inclusion_tag("components/next_step.html", takes_context=True)
def next_step(context, *, box, today: dt.date) -> dict:
    parts = [box.who, html.draw_deadline(box.due_on, today)] if box else []
    who = format_html_join(" · ", "{}", ((part,) for part in parts if part))
    return {"box": box, "who": who, **_for_post_buttons(context)}


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
    # Only URLs become links: a source may also be a printed document.
    sources = [source for source in obj.sources if str(source).startswith(("https://", "http://"))]
    basis = [
        (_field_label(obj, name), BASIS.get(value, value))
        for name, value in obj.basis.items()
        if value
    ]
    kind = SafeString("")
    if obj.is_demo:
        mark = html.draw_badge(_("Demodaten"), "warning")
        kind = fill("{} {}", mark, _("Zum Ausprobieren erfunden."))
    elif obj.is_taken_over:
        mark = html.draw_badge(_("übernommen"), "muted")
        kind = fill("{} {}", mark, _("Aus früheren Unterlagen übernommen."))
    return {
        "obj": obj,
        "kind": kind,
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
def pagination(context, *, page, ticks: Ticks | None = None) -> dict:
    """Link the pages of a list and keep its filters; show nothing for a single page.

    With `ticks` they are buttons of the form *ticked*, which send the ticks along.
    """
    # Only the neighbours and both ends, however many pages there are.
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "ticks": ticks,
        "path": context["request"].get_full_path(),
        "previous": _address(context, page=page.number - 1) if page.has_previous() else "",
        "next": _address(context, page=page.number + 1) if page.has_next() else "",
        "links": [
            (n, _address(context, page=n) if isinstance(n, int) else "", n == page.number)
            for n in numbers
        ],
    }


def _ignored_values(form) -> list[str]:
    """Return a sentence for each field of a filter whose value could not be used."""
    text = _("„%(field)s“ ist nicht berücksichtigt: %(error)s")
    return [
        text % {"field": form.fields[name].label, "error": " ".join(errors)}
        for name, errors in form.errors.items()
    ]


@register.simple_tag
def tick(*, ticks: Ticks, pk: int, label) -> SafeString:
    return html.draw_tick(ticks, pk, label)


@register.inclusion_tag("components/ticked_fields.html", takes_context=True)
def ticked_fields(context, *, ticks: Ticks) -> dict:
    """Show what the form *ticked* sends along: filters, order, and ticks on other pages."""
    kept = [
        (name, value)
        for name, values in context["request"].GET.lists()
        if name not in ("page", "auswahl", ticks.name)
        for value in values
        if value
    ]
    return {"ticks": ticks, "kept": kept}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(
    context, *, filter, count: int, export_url: str = "", ticks: Ticks | None = None
) -> dict:
    """Show the form of a django-filter and the number of results.

    All fields but the first are collapsible. A value that is no date or no choice does not limit
    the list, and the bar says so. `filter.quick_filters`, if there are any, are values
    that one click chooses, as (field, value, label).
    """
    request = context["request"]
    first, *rest = filter.form.visible_fields()
    active = sum(1 for field in rest if any(request.GET.getlist(field.html_name)))
    hidden = [field for field in filter.form.hidden_fields() if field.value()]
    query, sort = request.GET.urlencode(), request.GET.get("sort", "")
    links = _quick_links(context, getattr(filter, "quick_filters", ()))
    if active or hidden or any(request.GET.getlist(first.html_name)):
        links.append((getattr(filter, "reset_url", request.path), _("Filter zurücksetzen"), ""))
    if export_url and count:
        url = f"{export_url}?{query}" if query else export_url
        links.append((url, _("Als Excel-Datei laden"), SafeString(" download")))
    return {
        "first": first,
        "rest": rest,
        "hidden": hidden,
        "active": active,
        "summary": f"{_('Filter')} ({active})" if active else _("Filter"),
        "result": ngettext("%(counter)s Eintrag", "%(counter)s Einträge", count)
        % {"counter": count},
        "path": request.path,
        "sort_field": html.draw_hidden_field("sort", sort) if sort else "",
        "ignored": _ignored_values(filter.form),
        "links": links,
        "ticks": ticks,
    }


def _quick_links(context, quick_filters) -> list[tuple]:
    """Return (URL, label, HTML attribute) of each quick filter; a chosen one is a link back."""
    links = []
    for name, value, label in quick_filters:
        is_chosen = context["request"].GET.get(name) == value
        url = _address(context, page=None, **{name: None if is_chosen else value})
        links.append((url, label, attribute(is_chosen, "aria-current=true")))
    return links


@register.simple_tag
def filter_field(*, field) -> SafeString:
    """Return a field of a filter with its label. A template takes four times as long."""
    if field.use_fieldset:
        legend = '<fieldset><legend class="kern-label">{}</legend>{}</fieldset>'
        return fill(legend, field.label, field)
    label = '<label class="kern-label" for="{}">{}</label>{}'
    return fill(label, field.id_for_label, field.label, field)


@register.simple_tag
def open_count(*, count: int) -> SafeString:
    """Return how many things are open on a page of the navigation, or nothing."""
    if not count:
        return SafeString("")
    unit = _("offen")
    return fill(' <span class="count">{}<span class="kern-sr-only"> {}</span></span>', count, unit)


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context, *, label, field: str) -> dict:
    """Show a column header that sorts by `?sort=field`, or reverses the order if sorted so."""
    current = context["request"].GET.get("sort", "")
    direction = {field: "ascending", f"-{field}": "descending"}.get(current, "")
    target = f"-{field}" if direction == "ascending" else field
    return {
        "label": label,
        "css_class": f"sort sort--{direction}" if direction else "sort",
        "aria_sort": fill(' aria-sort="{}"', direction) if direction else "",
        "url": _address(context, sort=target, page=None),
    }


def _address(context, **changes) -> str:
    """Return the current query string with `changes`; None removes a parameter."""
    # Copied, because GET is immutable.
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"
