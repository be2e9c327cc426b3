"""Tags and filters for the templates of the form pack `kern`."""

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.html import draw_icon, escaped, fill, fill_each

register = template.Library()


@register.simple_tag
def attrs(*classes, **values) -> SafeString:
    """Return HTML attributes, each after a space; empty ones are left out.

    `classes` are joined to one `class`; `_` in the names of `values` becomes `-`.
    """
    given = {"class": " ".join(filter(None, classes))} | values
    filled = [(name.replace("_", "-"), value) for name, value in given.items() if value]
    return fill_each(' {}="{}"', filled)


def label_text(*, field: BoundField) -> SafeString:
    """Return the label. Optional fields are marked, because most are required.

    A form sets `is_conditional` on fields that some input requires: their help text says when.
    """
    is_conditional = getattr(field.field, "is_conditional", False)
    if field.field.required or field.field.disabled or is_conditional:
        return fill("{}", field.label)
    mark = fill('<span class="field__optional">– {}</span>', _("optional"))
    return fill("{} {}", field.label, mark)


# In Python, since a form has dozens: a template with its parts takes three times as long.
@register.simple_tag(takes_context=True)
def whole_field(context, *, field: BoundField) -> SafeString:
    """Return `field` with its label, its hint and its errors, as the helper of the form wants."""
    if field.is_hidden:
        return SafeString(field)
    hint, errors = _draw_hint(field), _draw_errors(field, context)
    key, css_class = f"div_{field.auto_id}", error_class(field)
    if isinstance(field.field.widget, CheckboxInput):
        return fill(
            '<div id="{}"{}><label class="choice" for="{}">{}<span>{}</span></label>{}{}</div>',
            *(key, attrs("field", "field--check", css_class)),
            *(field.id_for_label, field, field.label, hint, errors),
        )
    shows_label = context.get("form_show_labels")
    if field.use_fieldset:
        legend = '<legend class="kern-label">{}</legend>'
        choices = '<div class="choices-inline">{}</div>' if context.get("inline_class") else "{}"
        described_by = field.aria_describedby or ""
        return fill(
            '<fieldset id="{}"{}>{}{}{}{}</fieldset>',
            *(key, attrs("field", css_class, aria_describedby=described_by)),
            fill(legend, label_text(field=field)) if shows_label else "",
            *(hint, fill(choices, field), errors),
        )
    return fill(
        '<div id="{}"{}>{}{}{}{}</div>',
        *(key, attrs("field", css_class, context.get("wrapper_class"))),
        _draw_label(field) if shows_label else "",
        *(hint, _with_affixes(field, context), errors),
    )


def _draw_label(field: BoundField) -> SafeString:
    text = label_text(field=field)
    return fill('<label class="kern-label" for="{}">{}</label>', field.id_for_label, text)


def _draw_hint(field: BoundField) -> SafeString:
    if not field.help_text:
        return SafeString("")
    # Help texts may contain HTML, as in Django.
    text = SafeString(field.help_text)
    return fill('<div class="kern-hint" id="{}_helptext">{}</div>', field.auto_id, text)


def _draw_errors(field: BoundField, context) -> SafeString:
    if not (context.get("form_show_errors") and field.errors):
        return SafeString("")
    return fill(
        '<p class="field__error" id="{}_error">{}<span>{}</span></p>',
        *(field.auto_id, draw_icon("danger"), SafeString(" ".join(map(escaped, field.errors)))),
    )


def _with_affixes(field: BoundField, context) -> SafeString:
    """Return the input, between the texts before and after it if the layout names some."""
    texts = [context.get(f"crispy_{name}_text") for name in ("prepended", "appended")]
    if not any(texts):
        return SafeString(field)
    before, after = (fill("<span>{}</span>", text) if text else "" for text in texts)
    return fill('<div class="field__affix">{}{}{}</div>', before, field, after)


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
    return fill_each(' data-{}="{}"', attributes.items())


def error_class(field: BoundField) -> str:
    return "field--error" if field.errors else ""


@register.filter
def encoding(form: BaseForm) -> str:
    """Return the `enctype` that `form` needs to upload files."""
    return "multipart/form-data" if form.is_multipart() else ""


@register.filter
def button_class(button) -> str:
    """Return the CSS class of a crispy button: primary for the one that submits."""
    return "kern-btn--primary" if button.input_type == "submit" else "kern-btn--secondary"
