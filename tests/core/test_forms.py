import re

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Row, Submit
from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.template import engines
from django.test import RequestFactory

from core.forms import (
    CheckboxList,
    CleanCharField,
    CleanEmailField,
    CleanURLField,
    DateInput,
    DateTimeInput,
    DayField,
    GermanDecimalField,
    GermanIntegerField,
    MomentField,
    TimeField,
    TimeInput,
    formfield_for,
)


class TopicForm(forms.Form):
    title = forms.CharField(label="Titel", help_text="Kurz und klar.")
    note = forms.CharField(label="Anmerkung", required=False, widget=forms.Textarea)
    sectors = forms.MultipleChoiceField(
        label="Branchen",
        help_text="Mehrere sind möglich.",
        choices=[("a", "Chemie"), ("b", "Optik")],
        widget=CheckboxList,
    )
    checked = forms.BooleanField(label="Geprüft")
    source = forms.CharField(widget=forms.HiddenInput, initial="x")

    def clean(self):
        raise ValidationError("Das Thema gibt es schon.")


def render(form, source="{% load crispy_forms_tags %}{{ form|crispy }}") -> str:
    return engines["django"].from_string(source).render({"form": form}, RequestFactory().get("/"))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_only_optional_fields_are_marked():
    html = render(TopicForm())

    assert '<label class="kern-label" for="id_title">Titel</label>' in html
    assert (
        '<label class="kern-label" for="id_note">Anmerkung <span class="field__optional">– '
        "optional</span></label>" in html
    )
    assert "data-error-summary" not in html


def test_missing_values_are_reported_by_the_portal_not_the_browser():
    assert " required" not in render(TopicForm())


def test_hint_belongs_to_its_field():
    html = render(TopicForm())

    assert '<div class="kern-hint" id="id_title_helptext">Kurz und klar.</div>' in html
    assert (
        '<input type="text" name="title" aria-describedby="id_title_helptext" id="id_title">'
        in html
    )


def test_choices_are_a_group_with_a_legend():
    html = render(TopicForm())

    assert (
        '<fieldset id="div_id_sectors" class="field" aria-describedby="id_sectors_helptext">'
        in html
    )
    assert '<legend class="kern-label">Branchen</legend>' in html
    assert '<div class="choices choices--many" id="id_sectors" tabindex="-1">' in html
    assert '<label class="choice" for="id_sectors_0">' in html


def test_errors_appear_at_the_field_and_in_a_summary():
    html = render(TopicForm({"sectors": ["a"]}))

    summary = html[html.index("data-error-summary") : html.index("</ul>")]
    assert text_of(summary.partition(">")[2]) == (
        "Bitte prüfen Sie Ihre Angaben Das Thema gibt es schon. Titel: "
        "Bitte füllen Sie dieses Feld aus. "
        "Geprüft: Bitte füllen Sie dieses Feld aus. "
        "Source: Bitte füllen Sie dieses Feld aus."
    )
    assert '<a href="#id_title">' in summary
    assert '<p class="field__error" id="id_title_error">' in html
    assert (
        'aria-invalid="true" aria-describedby="id_title_helptext id_title_error" id="id_title"'
        in html
    )
    assert '<div id="div_id_checked" class="field field--check field--error">' in html


def test_hidden_fields_have_no_label():
    html = render(TopicForm())

    assert '<input type="hidden" name="source" value="x" id="id_source">' in html
    assert 'for="id_source"' not in html


def test_layout_groups_sets_side_by_side_and_submits():
    form = TopicForm()
    form.helper = FormHelper()
    form.helper.layout = Layout(Fieldset("Thema", Row("title", "note")), "sectors", "checked")
    form.helper.add_input(Submit("save", "Speichern"))

    html = render(form, "{% load crispy_forms_tags %}{% crispy form %}")

    assert html.strip().startswith("<form")
    assert 'name="csrfmiddlewaretoken"' in html
    assert "<legend>Thema</legend>" in html
    assert '<div class="form__row">' in html
    assert 'class="kern-btn kern-btn--primary"' in html
    assert text_of(html).endswith("Speichern")


def test_formset_shows_each_form():
    formset = forms.formset_factory(TopicForm, extra=2)()

    html = render(formset)

    assert 'name="form-TOTAL_FORMS" value="2"' in html
    assert html.count('<div class="form__group">') == 2


@pytest.mark.parametrize(
    ("db_field", "kind", "widget"),
    [
        (models.DateField(), DayField, DateInput),
        (models.DateTimeField(), MomentField, DateTimeInput),
        (models.TimeField(), TimeField, TimeInput),
        (models.DecimalField(max_digits=9, decimal_places=2), GermanDecimalField, forms.TextInput),
        (models.PositiveSmallIntegerField(), GermanIntegerField, forms.TextInput),
        (models.CharField(max_length=9), CleanCharField, forms.TextInput),
        (models.TextField(), CleanCharField, forms.Textarea),
        (models.EmailField(), CleanEmailField, forms.EmailInput),
        (models.URLField(), CleanURLField, forms.TextInput),
    ],
)
def test_models_field_gets_the_portals_widget(db_field, kind, widget):
    field = formfield_for(db_field)

    assert type(field) is kind
    assert type(field.widget) is widget


def test_widget_named_by_a_form_wins():
    field = formfield_for(models.DateField(), widget=forms.HiddenInput)

    assert type(field.widget) is forms.HiddenInput


@pytest.mark.parametrize(
    ("db_field", "most"),
    [
        (models.PositiveSmallIntegerField(), 32767),
        (models.PositiveIntegerField(), 2147483647),
        (models.PositiveBigIntegerField(), 999_999_999_999_999_999),
    ],
)
def test_number_that_no_column_holds_is_refused(db_field, most):
    field = formfield_for(db_field)

    assert field.clean(str(most)) == most
    with pytest.raises(ValidationError, match="kleiner oder gleich|zu groß"):
        field.clean(str(most + 1))


@pytest.mark.parametrize(
    ("is_optional", "label"), [(True, "keine Angabe"), (False, "Bitte wählen")]
)
def test_blank_choice_has_words_instead_of_dashes(is_optional, label):
    choices = [("red", "rot"), ("green", "grün")]

    of_values = formfield_for(models.CharField(choices=choices, blank=is_optional))
    of_records = formfield_for(
        models.ForeignKey(Group, on_delete=models.CASCADE, blank=is_optional)
    )

    assert list(of_values.choices) == [("", label), *choices]
    assert of_records.empty_label == label


def test_blank_choice_of_the_model_keeps_its_own_words():
    choices = [("", "ungewiss"), ("red", "rot")]

    assert list(formfield_for(models.CharField(choices=choices)).choices) == choices
