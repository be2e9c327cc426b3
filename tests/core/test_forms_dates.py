"""Fields for days, times and moments."""

import datetime as dt

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core.forms import (
    DateInput,
    DateTimeInput,
    DayField,
    MomentField,
    NativeDateInput,
    PeriodForm,
    TimeField,
    TimeInput,
)


@pytest.mark.parametrize(
    ("widget", "value", "shown"),
    [
        (DateInput, dt.date(2019, 6, 18), ["text", "18.06.2019"]),
        (DateTimeInput, dt.datetime(2019, 6, 18, 14, 5), ["text", "18.06.2019, 14:05"]),
        (TimeInput, dt.time(14, 5, 9), ["text", "14:05"]),
        (NativeDateInput, dt.date(2019, 6, 18), ["date", "2019-06-18"]),
    ],
)
def test_dates_are_shown_as_people_write_them(widget, value, shown):
    context = widget().get_context("x", value, {})["widget"]

    assert [context["type"], context["value"]] == shown


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (DayField, " 18.6.19 ", dt.date(2019, 6, 18)),
        (TimeField, "14 Uhr", dt.time(14)),
        (
            MomentField,
            "18. Juni 2019, 14.30 Uhr",
            dt.datetime(2019, 6, 18, 12, 30, tzinfo=dt.UTC),
        ),
        (MomentField, "2019-06-18T14:00", dt.datetime(2019, 6, 18, 12, tzinfo=dt.UTC)),
    ],
)
def test_what_people_type_is_understood(field, text, value):
    assert field().clean(text) == value


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (DayField, "bald", "Bitte geben Sie das Datum so ein: 18.06.2019."),
        (TimeField, "abends", "Bitte geben Sie die Uhrzeit so ein: 14:30."),
        (MomentField, "bald", "Bitte geben Sie Datum und Uhrzeit so ein: 18.06.2019, 14:30."),
        (
            MomentField,
            "28.03.2027, 02:30",
            "Am 28.03.2027 gibt es 02:30 Uhr nicht: Die Uhr wird auf Sommerzeit vorgestellt. "
            "Bitte wählen Sie eine andere Uhrzeit.",
        ),
        (
            MomentField,
            "31.10.2027, 02:30",
            "Am 31.10.2027 gibt es 02:30 Uhr zweimal: Die Uhr wird zurückgestellt. Bitte wählen "
            "Sie eine andere Uhrzeit.",
        ),
    ],
)
def test_what_cannot_be_read_is_answered_with_an_example(field, text, sentence):
    with pytest.raises(ValidationError) as refusal:
        field().clean(text)

    assert refusal.value.messages == [sentence]


@pytest.mark.parametrize("field", [DayField, TimeField, MomentField])
def test_empty_value_is_none(field):
    assert field(required=False).clean(" ") is None


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"day": "28.3.2027", "begins": "2:30", "ends": "5"}, ["begins"]),
        ({"day": "28.3.2027", "begins": "1:30", "ends": "2.30"}, ["ends"]),
        ({"day": "31.10.2027", "begins": "2 Uhr", "ends": "5"}, ["begins"]),
        ({"day": "28.3.2027", "begins": "3", "ends": "5"}, []),
        ({"day": "18.6.2019", "begins": "14", "ends": "13"}, ["ends"]),
        ({"day": "18.6.2019", "begins": "14", "ends": "14"}, ["ends"]),
        ({"day": "18.6.2019", "begins": "25", "ends": "13"}, ["begins"]),
        ({}, ["day", "begins", "ends"]),
    ],
)
def test_period_is_checked_field_by_field(typed, errors):
    assert list(PeriodForm(typed).errors) == errors


def test_period_is_read_in_berlins_time():
    form = PeriodForm({"day": "18.6.2019", "begins": "14 Uhr", "ends": "16.30"})

    assert form.is_valid()
    assert (form.starts_at, form.ends_at) == (
        dt.datetime(2019, 6, 18, 12, tzinfo=dt.UTC),
        dt.datetime(2019, 6, 18, 14, 30, tzinfo=dt.UTC),
    )


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
