"""How form fields become HTML."""

from collections.abc import Mapping

from django.forms.renderers import TemplatesSetting
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.html import draw_attributes, fill, fill_each


class FormRenderer(TemplatesSetting):
    """Draws common widgets in Python: a template for each option of a select takes four times as
    long. All others have templates.
    """

    def render(self, template_name, context, request=None):
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def draw_input(widget: Mapping) -> SafeString:
    own = {name: widget[name] for name in ("type", "name", "value")}
    return fill("<input{}{}>", draw_attributes(own), draw_attributes(widget["attrs"]))


def _draw_textarea(widget: Mapping) -> SafeString:
    attributes = draw_attributes({"name": widget["name"], **widget["attrs"]})
    # Browsers drop the first line break, so that one typed by a user would be lost without it.
    return fill("<textarea{}>\n{}</textarea>", attributes, widget["value"] or "")


def _draw_select(widget: Mapping) -> SafeString:
    groups = ((_draw_group(name, options),) for name, options, _number in widget["optgroups"])
    attributes = draw_attributes({"name": widget["name"], **widget["attrs"]})
    return fill("<select{}>{}</select>", attributes, fill_each("{}", groups))


def _draw_group(name: str | None, options) -> SafeString:
    drawn = fill_each(
        "<option{}>{}</option>",
        (
            (draw_attributes({"value": option["value"], **option["attrs"]}), option["label"])
            for option in options
        ),
    )
    return fill('<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn


def _draw_choices(widget: Mapping) -> SafeString:
    """Draw radio buttons or checkboxes with their labels."""
    attributes = {"class": " ".join(filter(None, ("choices", widget["attrs"].get("class"))))}
    if key := widget["attrs"].get("id"):
        attributes["id"] = key
    drawn = []
    for group, options, _number in widget["optgroups"]:
        if group:
            drawn.append(fill('<p class="choices__group">{}</p>', group))
        drawn += map(_draw_choice, options)
    # Focusable, since the summary of errors links to it.
    return fill(
        '<div{} tabindex="-1">{}</div>',
        draw_attributes(attributes),
        fill_each("{}", ((part,) for part in drawn)),
    )


def _draw_checkbox_list(widget: Mapping) -> SafeString:
    texts = {
        "data-least": widget["least_to_filter"],
        "data-label": _("Liste filtern"),
        "data-count": _("{shown} von {all}, {ticked} angekreuzt"),
    }
    return fill(
        '<choice-filter{}>{}</choice-filter><script type="module" src="{}"></script>',
        draw_attributes(texts),
        _draw_choices(widget),
        static("js/choice-filter.js"),
    )


def _draw_choice(option: Mapping) -> SafeString:
    if not option["wrap_label"]:
        return draw_input(option)
    target = draw_attributes({"for": option["attrs"].get("id")})
    return fill(
        '<label class="choice"{}>{}<span>{}</span></label>',
        target,
        draw_input(option),
        option["label"],
    )


INPUTS = ("checkbox", "date", "datetime", "email", "hidden", "number", "password", "text", "url")
DRAWN = {f"django/forms/widgets/{name}.html": draw_input for name in INPUTS} | {
    "django/forms/widgets/checkbox_list.html": _draw_checkbox_list,
    "django/forms/widgets/checkbox_select.html": _draw_choices,
    "django/forms/widgets/radio.html": _draw_choices,
    "django/forms/widgets/select.html": _draw_select,
    "django/forms/widgets/textarea.html": _draw_textarea,
}
