import pytest
from django import forms
from django.forms.renderers import TemplatesSetting, get_default_renderer
from django.test.html import parse_html

from core.forms.rendering import FormRenderer

GROUPS = [("", "alle"), ("Sommer & Herbst", [(1, "<Berlin>"), (2, "Spandau")])]


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.TextInput(), '"Ankauf" & Verkauf'),
        (forms.TextInput(), None),
        (forms.NumberInput({"min": 0}), 0),
        (forms.CheckboxInput(), True),
        (forms.CheckboxInput({"value": "ja"}), False),
        (forms.Textarea(), "\n<b>Zeile</b>"),
        (forms.Textarea(), None),
        (forms.Select({"disabled": True, "hidden": False}, GROUPS), 1),
        (forms.SelectMultiple(choices=GROUPS), [1, 2]),
    ],
)
def test_widgets_drawn_in_python_look_like_those_of_django(widget, value):
    drawn, expected = (
        widget.render("field", value, {"id": "id_field"}, renderer)
        for renderer in (FormRenderer(), TemplatesSetting())
    )

    assert parse_html(drawn) == parse_html(expected)


def test_text_that_begins_with_a_line_break_keeps_it():
    assert forms.Textarea().render("field", "\nZeile").endswith(">\n\nZeile</textarea>")


def test_radio_buttons_have_their_labels_and_groups():
    widget = forms.RadioSelect({"class": "wide"}, GROUPS[1:])

    html = widget.render("field", 2, {"id": "id_field"}, get_default_renderer())

    assert parse_html(html) == parse_html(
        '<div class="choices wide" id="id_field" tabindex="-1">'
        '<p class="choices__group">Sommer &amp; Herbst</p>'
        '<label class="choice" for="id_field_0_0">'
        '<input type="radio" name="field" value="1" class="wide" id="id_field_0_0">'
        "<span>&lt;Berlin&gt;</span></label>"
        '<label class="choice" for="id_field_0_1">'
        '<input type="radio" name="field" value="2" class="wide" id="id_field_0_1" checked>'
        "<span>Spandau</span></label></div>"
    )
