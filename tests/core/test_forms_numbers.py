"""Numbers as people type them in German."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core.forms import GermanDecimalField, GermanIntegerField


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000", 1000),
        ("1.000", 1000),
        ("1 000", 1000),
        ("1\u00a0000", 1000),
        ("1\u202f000", 1000),
        ("12.345.678", 12345678),
        (" 30 ", 30),
        ("007", 7),
        ("-5", -5),
        ("\N{MINUS SIGN}5", -5),
        ("0", 0),
    ],
)
def test_whole_numbers_are_read_in_german_notation(text, number):
    assert GermanIntegerField().clean(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "30,5",
        "1.00",
        "1.0000",
        "30.",
        "0.500",
        "1.000 000",
        "1,000",
        "1e3",
        "zwölf",
        "12 5",
        "³",
        "-",
    ],
)
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(ValidationError) as refusal:
        GermanIntegerField().clean(text)

    assert refusal.value.messages == [
        "Bitte geben Sie eine ganze Zahl ein, zum Beispiel 30 oder 1.000."
    ]


@pytest.mark.parametrize("text", ["9" * 19, "9" * 5000, ".".join(["100"] * 2000)])
def test_number_without_end_is_refused(text):
    with pytest.raises(ValidationError) as refusal:
        GermanIntegerField().clean(text)

    assert refusal.value.messages == ["Diese Zahl ist zu groß. Bitte prüfen Sie sie."]


def test_empty_number_is_none():
    assert GermanIntegerField(required=False).clean(" ") is None


def test_browser_sends_a_number_as_it_was_typed():
    class SeatsForm(forms.Form):
        seats = GermanIntegerField(min_value=1)

    assert 'type="text" name="seats" inputmode="numeric"' in str(SeatsForm()["seats"])


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


@pytest.mark.parametrize("text", ["zwölf", "1,2,3", "1.2.3", "1,234.56", "12 5", "NaN", "1e5"])
def test_invalid_number_is_refused(text):
    with pytest.raises(ValidationError):
        GermanDecimalField().clean(text)


def test_numbers_are_shown_with_a_comma():
    class AmountForm(forms.Form):
        amount = GermanDecimalField(initial=Decimal("1234.5"))

    assert 'value="1234,5"' in str(AmountForm()["amount"])
