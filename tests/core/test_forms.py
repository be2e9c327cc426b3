import datetime as dt
import re
from decimal import Decimal

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Row, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.template import engines
from django.test import RequestFactory

from core.forms import (
    CheckboxList,
    DateInput,
    DateTimeInput,
    DayField,
    GermanDecimalField,
    MomentField,
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
        '<label class="kern-label" for="id_note">Anmerkung<span class="field__optional"> – '
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
        "Bitte prüfen Sie Ihre Angaben Das Thema gibt es schon. Titel: Dieses Feld ist zwingend "
        "erforderlich. "
        "Geprüft: Dieses Feld ist zwingend erforderlich. "
        "Source: Dieses Feld ist zwingend erforderlich."
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
    ("widget", "value", "html"),
    [
        (DateInput, dt.date(2019, 6, 18), '<input type="date" name="x" value="2019-06-18">'),
        (
            DateTimeInput,
            dt.datetime(2019, 6, 18, 14, 5),
            '<input type="datetime-local" name="x" value="2019-06-18T14:05">',
        ),
        (TimeInput, dt.time(14, 5, 9), '<input type="time" name="x" value="14:05">'),
    ],
)
def test_browsers_get_dates_as_iso(widget, value, html):
    assert widget().render("x", value) == html


def test_entered_time_is_read_in_berlin_time():
    field = MomentField()

    assert field.clean("2019-06-18T14:00").astimezone(dt.UTC) == dt.datetime(
        2019, 6, 18, 12, tzinfo=dt.UTC
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("88.500", Decimal("88500")),
        ("1.234,5", Decimal("1234.5")),
        ("12,5", Decimal("12.5")),
        ("12.5", Decimal("12.5")),
        ("1 234 567", Decimal("1234567")),
        ("-1.000", Decimal("-1000")),
    ],
)
def test_numbers_are_parsed_in_german_notation(text, number):
    assert GermanDecimalField().clean(text) == number


@pytest.mark.parametrize("text", ["zwölf", "1,2,3", "1.2.3"])
def test_invalid_number_is_refused(text):
    with pytest.raises(ValidationError):
        GermanDecimalField().clean(text)


def test_numbers_are_shown_with_a_comma():
    class AmountForm(forms.Form):
        amount = GermanDecimalField(initial=Decimal("1234.5"))

    assert 'value="1234,5"' in str(AmountForm()["amount"])


@pytest.mark.parametrize(
    ("db_field", "kind", "widget"),
    [
        (models.DateField(), DayField, DateInput),
        (models.DateTimeField(), MomentField, DateTimeInput),
        (models.TimeField(), forms.TimeField, TimeInput),
        (models.DecimalField(max_digits=9, decimal_places=2), GermanDecimalField, forms.TextInput),
        (models.CharField(max_length=9), forms.CharField, forms.TextInput),
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
    ("day", "is_plausible"),
    [
        ("1899-12-31", False),
        ("1900-01-01", True),
        ("2100-12-31", True),
        ("9999-12-31", False),
    ],
)
def test_day_must_lie_in_a_plausible_year(day, is_plausible):
    class DayForm(forms.Form):
        day = DayField()

    assert DayForm({"day": day}).is_valid() is is_plausible


@pytest.mark.parametrize(
    ("moment", "is_plausible"),
    [
        ("0001-01-01T00:00", False),
        ("1899-12-31T23:59", False),
        ("1900-01-01T00:00", True),
        ("2100-12-31T23:59", True),
        ("2101-01-01T00:00", False),
        ("9999-12-31T23:59", False),
    ],
)
def test_moment_must_lie_in_a_plausible_year(moment, is_plausible):
    class MomentForm(forms.Form):
        moment = MomentField()

    errors = {} if is_plausible else {"moment": ["Bitte prüfen Sie das Jahr."]}
    assert MomentForm({"moment": moment}).errors == errors
