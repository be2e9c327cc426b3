"""Numbers in German notation: read them as people type them, and write them."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.errors import Unreadable

GROUPED = r"[1-9]\d{0,2}(?:(?:\.\d{3})+|(?: \d{3})+)"
WHOLE_NUMBER = re.compile(rf"[+-]?(?:\d+|{GROUPED})", re.ASCII)
# With a decimal point only where it cannot separate thousands: "12.5", but not "88.500".
DECIMAL_NUMBER = re.compile(rf"[+-]?(?:(?:\d+|{GROUPED})(?:,\d+)?|\d+\.\d+)", re.ASCII)
# `1,234.56`: to guess here would be wrong by a factor of a thousand if the guess is.
ENGLISH_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+", re.ASCII)
# More digits than any column holds; Python refuses to read more than 4300.
MAX_DIGITS = 18
# A sum of money and nothing else: what stands beside it in a source stays as it was written.
MONEY = re.compile(
    r"(?P<number>[\d.,\u0020]*\d)(?: ?(?P<unit>Tsd\.|Mio\.|Mrd\.))?(?: ?(?:€|Euro|EUR))?", re.ASCII
)


def with_plain_spaces(text: str) -> str:
    """Return `text` with plain spaces and a plain minus sign, as the patterns expect them."""
    return " ".join(text.split()).replace("\N{MINUS SIGN}", "-")


def parse_decimal(text: str) -> Decimal:
    """Return the number that `text` stands for: `88.500`, `1.234,5`, `12,5`, `12.5`.

    Raises Unreadable, whose sentence says how to write it.
    """
    typed = with_plain_spaces(text)
    if ENGLISH_NUMBER.fullmatch(typed):
        raise Unreadable(
            _("„%(typed)s“ hat Komma und Punkt wie im Englischen. Bitte schreiben Sie %(german)s.")
            % {"typed": typed, "german": typed.translate(str.maketrans(",.", ".,"))}
        )
    if not DECIMAL_NUMBER.fullmatch(typed) or len(typed) > 2 * MAX_DIGITS:
        raise Unreadable(_("Bitte geben Sie eine Zahl ein, zum Beispiel 12,5 oder 1.000."))
    typed = typed.replace(" ", "")
    if "," in typed or re.fullmatch(rf"[+-]?{GROUPED}", typed):
        typed = typed.replace(".", "").replace(",", ".")
    return Decimal(typed)


def format_decimal(number: Decimal | None, decimals: int | None = None) -> str:
    """Return `1.234,50` with that many decimals, by default as many as the number needs; "" for
    None.
    """
    if number is None:
        return ""
    if decimals is None:
        # `normalize` alone would write 1200 as 1.2E+3.
        number = Decimal(f"{number.normalize():f}")
    else:
        # `number_format` would cut the digits off instead of rounding.
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return number_format(number, decimal_pos=decimals, force_grouping=True)


def format_money(text: str) -> str:
    """Return `88.500 €` for a sum such as `88500` or `88.500 Euro`, any other text as it is."""
    found = MONEY.fullmatch(with_plain_spaces(text))
    if not found:
        return text
    try:
        number = parse_decimal(found["number"])
    except Unreadable:
        return text
    unit = found["unit"]
    # Cents have two digits; of millions nobody writes `2,50 Mio.`.
    is_whole = unit or number == number.to_integral_value()
    written = format_decimal(number, None if is_whole else 2)
    return " ".join(filter(None, [written, unit, "€"]))
