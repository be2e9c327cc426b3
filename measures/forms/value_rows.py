"""A pasted table of values, row by row: what is new, changed, unchanged or refused, and why."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused, Unreadable
from core.folding import fold
from core.numbers import format_decimal, parse_decimal
from core.periods import Period, parse_period
from measures.models import Indicator, IndicatorValue
from measures.models.indicators import DECIMAL_PLACES, MAX_DIGITS
from measures.progress import rounding_note
from measures.queries import series_version
from measures.services import ValueEntry
from measures.services.values import overlap_error, period_error

PERIOD, VALUE, NOTE, SOURCE = "period", "value", "note", "source"
COLUMNS = (PERIOD, VALUE, NOTE, SOURCE)
COLUMN_LABELS = {
    PERIOD: gettext_lazy("Zeitraum"),
    VALUE: gettext_lazy("Wert"),
    NOTE: gettext_lazy("Bemerkung"),
    SOURCE: gettext_lazy("Quelle"),
}
# Headings by which a column is known, folded.
HEADINGS = {
    PERIOD: {"zeitraum", "periode", "jahr", "quartal", "monat", "datum", "stichtag"},
    VALUE: {"wert", "ist", "istwert", "ist-wert"},
    NOTE: {"bemerkung", "anmerkung", "notiz", "kommentar"},
    SOURCE: {"quelle"},
}
MAX_TEXT_LENGTH = 300
# More than any series has; each row is compared with all others.
MAX_ROWS = 1000

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"


class ValueRow(NamedTuple):
    """One row of the preview; `number` is its place in the table, the first being 1.

    A refused row says in which `column`, and why. `before` is the stored number.
    """

    number: int
    period_text: str
    value_text: str
    outcome: str
    entry: ValueEntry | None = None
    before: Decimal | None = None
    column: str = ""
    reason: str = ""


class _Refusal(Exception):
    def __init__(self, column: str, reason: str):
        super().__init__(reason)
        self.column, self.reason = str(COLUMN_LABELS[column]), reason


def read_value_rows(
    rows: Sequence[Sequence[str]],
    indicator: Indicator,
    stored: Sequence[IndicatorValue],
    today: dt.date,
) -> list[ValueRow]:
    """Return the preview of `rows`; `stored` are the values that `indicator` has."""
    places, first = _columns_of(rows)
    by_period = {value.period: value for value in stored}
    seen: dict[Period, int] = {}
    found = []
    for number, cells in enumerate(rows, start=1):
        # Numbered as in the pasted table, empty rows included, so that people find a refused one.
        if number <= first or not any(cells):
            continue
        texts = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        try:
            entry = _read_entry(texts, indicator, today)
            _require_free(entry, indicator, by_period, seen)
        except _Refusal as refusal:
            outcome, entry, before = REFUSED, None, None
            column, reason = refusal.column, refusal.reason
        else:
            seen[entry.period] = number
            outcome, before = _compare(entry, by_period.get(entry.period))
            column = reason = ""
        found.append(
            ValueRow(number, texts[PERIOD], texts[VALUE], outcome, entry, before, column, reason)
        )
    return found


def _columns_of(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], int]:
    """Return the place of each column, and how many rows come before the values.

    Without headings the columns are taken in order.
    """
    # Files of statistical offices begin with titles and notes before the headings.
    for number, cells in enumerate(rows[:20], start=1):
        places = {}
        for place, cell in enumerate(cells):
            name = next((name for name in COLUMNS if fold(cell) in HEADINGS[name]), None)
            if name and name not in places:
                places[name] = place
        if PERIOD in places and VALUE in places:
            return places, number
    return dict(zip(COLUMNS, range(len(COLUMNS)), strict=True)), 0


def _read_entry(texts: dict[str, str], indicator: Indicator, today: dt.date) -> ValueEntry:
    if not texts[PERIOD]:
        raise _Refusal(PERIOD, _("Es fehlt der Zeitraum."))
    try:
        period = parse_period(texts[PERIOD])
    except Unreadable as error:
        raise _Refusal(PERIOD, str(error)) from error
    if error := period_error(indicator, period, today):
        raise _Refusal(PERIOD, error)
    value = _read_value(texts[VALUE], indicator)
    for name in (NOTE, SOURCE):
        if len(texts.get(name, "")) > MAX_TEXT_LENGTH:
            reason = _("Bitte höchstens %(limit)d Zeichen.") % {"limit": MAX_TEXT_LENGTH}
            raise _Refusal(name, reason)
    return ValueEntry(period, value, texts.get(NOTE, ""), texts.get(SOURCE, ""))


def _read_value(text: str, indicator: Indicator) -> Decimal:
    if not text:
        raise _Refusal(VALUE, _("Es fehlt der Wert."))
    try:
        # A sheet may show the unit with the number, as it does with per cent.
        value = parse_decimal(text.removesuffix(indicator.unit).strip())
    except Unreadable as error:
        raise _Refusal(VALUE, str(error)) from error
    exact = value.normalize()
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMAL_PLACES:
        reason = _("Bitte höchstens %(places)d Nachkommastellen.") % {"places": DECIMAL_PLACES}
        raise _Refusal(VALUE, reason)
    if exact.adjusted() >= MAX_DIGITS - DECIMAL_PLACES:
        raise _Refusal(VALUE, _("Diese Zahl ist zu groß. Bitte prüfen Sie sie."))
    return value


def _require_free(
    entry: ValueEntry,
    indicator: Indicator,
    by_period: dict[Period, IndicatorValue],
    seen: dict[Period, int],
) -> None:
    # Compared with the rows above only, so the message points to the one that came first.
    for period, number in seen.items():
        if period.overlaps(entry.period):
            reason = _("Der Zeitraum überschneidet sich mit Zeile %(number)d (%(period)s).")
            raise _Refusal(PERIOD, reason % {"number": number, "period": period})
    if entry.period in by_period:
        return
    for period, value in by_period.items():
        if period.overlaps(entry.period):
            raise _Refusal(PERIOD, overlap_error(indicator, period, value.value))


def _compare(entry: ValueEntry, stored: IndicatorValue | None) -> tuple[str, Decimal | None]:
    if stored is None:
        return NEW, None
    # `fields` leaves out empty texts, so a table without notes is no change of the notes.
    is_same = all(getattr(stored, name) == value for name, value in entry.fields.items())
    return (UNCHANGED if is_same else CHANGED), stored.value


def describe_row(row: ValueRow, indicator: Indicator) -> str:
    """Return `120 → 135 Plätze` for a changed row, otherwise the value as it will be shown."""
    if row.entry is None:
        return ""
    after = indicator.format(row.entry.value)
    if row.before is None or row.before == row.entry.value:
        return after
    return f"{format_decimal(row.before, indicator.decimals)} → {after}"


class PreviewLine(NamedTuple):
    """One line of the preview as the page shows it."""

    number: int
    period: str
    value: str
    outcome: str
    colour: str
    reason: str


OUTCOMES = {
    NEW: (gettext_lazy("neu"), "success"),
    CHANGED: (gettext_lazy("geändert"), "info"),
    UNCHANGED: (gettext_lazy("unverändert"), "neutral"),
    REFUSED: (gettext_lazy("abgelehnt"), "danger"),
}


class ValuePreview(NamedTuple):
    """What a table would change; `version` stands for its text and the stored values."""

    rows: list[ValueRow]
    lines: list[PreviewLine]
    version: str
    series_version: str

    @property
    def entries(self) -> list[ValueEntry]:
        """What is new or changed; the rest needs no writing."""
        return [row.entry for row in self.rows if row.entry and row.outcome in (NEW, CHANGED)]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many rows have each outcome, by its label."""
        return [
            (str(label), sum(row.outcome == outcome for row in self.rows))
            for outcome, (label, _colour) in OUTCOMES.items()
        ]


def preview_of(
    rows: Sequence[Sequence[str]], indicator: Indicator, today: dt.date, text: str
) -> ValuePreview:
    """Return the preview of `rows`, which were read from `text`. Raises Refused for too many."""
    if len(rows) > MAX_ROWS:
        raise Refused(
            _("Die Tabelle hat mehr als %(limit)d Zeilen. Bitte teilen Sie sie auf.")
            % {"limit": MAX_ROWS}
        )
    found = read_value_rows(rows, indicator, list(indicator.series.all()), today)
    stored = series_version(indicator)
    # Of the text too: the page has one form, in which a reader may edit the text after the preview.
    version = hashlib.sha256(f"{stored} {text}".encode()).hexdigest()[:20]
    return ValuePreview(found, [_line(row, indicator) for row in found], version, stored)


def _line(row: ValueRow, indicator: Indicator) -> PreviewLine:
    label, colour = OUTCOMES[row.outcome]
    if row.entry is None:
        reason = f"{row.column}: {row.reason}"
        return PreviewLine(row.number, row.period_text, row.value_text, str(label), colour, reason)
    value = describe_row(row, indicator)
    note = rounding_note(indicator, row.entry.value)
    return PreviewLine(row.number, str(row.entry.period), value, str(label), colour, note)
