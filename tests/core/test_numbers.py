from decimal import Decimal

import pytest

from core.errors import Unreadable
from core.numbers import format_decimal, format_money, parse_decimal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,56", "1234.56"),
        ("9,99", "9.99"),
        (" 1 234,5 ", "1234.5"),
        ("−12,50", "-12.50"),
        ("12.5", "12.5"),
        ("1.234", "1234"),
        ("0", "0"),
    ],
)
def test_number_is_read_exactly(text, number):
    parsed = parse_decimal(text)

    assert isinstance(parsed, Decimal)
    assert str(parsed) == number


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "1,234.56",
            "„1,234.56“ hat Komma und Punkt wie im Englischen. Bitte schreiben Sie 1.234,56.",
        ),
        ("zwölf", "Bitte geben Sie eine Zahl ein, zum Beispiel 12,5 oder 1.000."),
        ("1.23,4", "Bitte geben Sie eine Zahl ein, zum Beispiel 12,5 oder 1.000."),
        ("#DIV/0!", "Bitte geben Sie eine Zahl ein, zum Beispiel 12,5 oder 1.000."),
        ("9" * 5000, "Bitte geben Sie eine Zahl ein, zum Beispiel 12,5 oder 1.000."),
    ],
)
def test_other_notation_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(Unreadable) as refused:
        parse_decimal(text)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        ("1234.5", None, "1.234,5"),
        ("1234.5000", None, "1.234,5"),
        ("1200", None, "1.200"),
        ("1234.5", 2, "1.234,50"),
        ("-0.125", 3, "-0,125"),
        ("7.857", 1, "7,9"),
        ("0.5", 0, "1"),
        (None, None, ""),
    ],
)
def test_number_is_written_in_german_notation(number, decimals, text):
    assert format_decimal(None if number is None else Decimal(number), decimals) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("88500", "88.500 €"),
        ("88.500", "88.500 €"),
        ("88 500 Euro", "88.500 €"),
        ("88.500,5 EUR", "88.500,50 €"),
        ("500€", "500 €"),
        ("2,5 Mio. Euro", "2,5 Mio. €"),
        ("50 Mio.", "50 Mio. €"),
        ("", ""),
        # Two sums or a remark: any change could say something else.
        ("33,6 bis 43 Mio. Euro GRW", "33,6 bis 43 Mio. Euro GRW"),
        ("rund 88500", "rund 88500"),
        ("88,500.00", "88,500.00"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_sum_of_money_is_written_in_one_way(text, shown):
    assert format_money(text) == shown
