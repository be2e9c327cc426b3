"""Tags and filters for the templates of the form pack `kern`."""

from django import template
from django.forms import BaseForm, BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def attrs(*classes, **values) -> SafeString:
    """Return HTML attributes, each after a space; empty ones are left out.

    `classes` are joined to one `class`; `_` in the names of `values` becomes `-`.
    """
    given = {"class": " ".join(filter(None, classes))} | values
    filled = [(name.replace("_", "-"), value) for name, value in given.items() if value]
    return format_html_join("", ' {}="{}"', filled)


@register.simple_tag
def label_text(*, field: BoundField) -> SafeString:
    """Return the label. Optional fields are marked, because most are required.

    A form sets `is_conditional` on fields that some input requires: their help text says when.
    """
    is_conditional = getattr(field.field, "is_conditional", False)
    if field.field.required or field.field.disabled or is_conditional:
        return format_html("{}", field.label)
    mark = format_html('<span class="field__optional"> – {}</span>', _("optional"))
    return format_html("{}{}", field.label, mark)


@register.simple_tag(takes_context=True)
def restoring_attributes(context) -> SafeString:
    """Return the attributes for the scripts that restore what was typed but not saved."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return SafeString("")
    attributes = {
        "user": user.pk,
        "restored": _(
            "Ihre Eingaben von vorhin stehen wieder da; gespeichert sind sie noch nicht."
        ),
        "draft": _("Nicht gesendeter Text vom %s wurde wiederhergestellt."),
        "draft-older": _(
            "Es gibt nicht gesendeten Text vom %s. Seitdem hat sich geändert, was diese Seite "
            "zeigt; er ist deshalb noch nicht eingesetzt."
        ),
        "draft-insert": _("Einsetzen"),
        "draft-discard": _("Verwerfen"),
    }
    return format_html_join("", ' data-{}="{}"', attributes.items())


@register.filter
def error_class(field: BoundField) -> str:
    return "field--error" if field.errors else ""


@register.filter
def encoding(form: BaseForm) -> str:
    """Return the `enctype` that `form` needs to upload files."""
    return "multipart/form-data" if form.is_multipart() else ""


@register.simple_tag
def affix(*, text) -> SafeString:
    """Return `text`, such as a unit, for display beside an input; nothing if it is empty."""
    return format_html("<span>{}</span>", text) if text else SafeString("")


@register.filter
def button_class(button) -> str:
    """Return the CSS class of a crispy button: primary for the one that submits."""
    return "kern-btn--primary" if button.input_type == "submit" else "kern-btn--secondary"
