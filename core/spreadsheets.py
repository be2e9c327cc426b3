"""Uploaded files of several tables, in which each faulty cell is named instead of guessed at.

`core.tables` reads one table that people look at before it is saved; this module also says in
which row and column a formula, an error value or a merged cell stands. Both open files here.
"""

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from core.errors import Refused
from core.texts import CONTROL, LINE_END, clean_text

MAX_ROWS, MAX_COLUMNS = 10_000, 100
LAST_ROW = 1_048_576  # of a workbook
# Guards against zip bombs; 10 000 rows of 30 columns take about 20 MB.
MAX_UNPACKED_BYTES = 100_000_000
ZIP, OLE, PDF_MARK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
CONTENT_TYPES = "[Content_Types].xml"
MAX_CONTENT_TYPES_BYTES = 1_000_000
# How Excel writes a character that XML cannot hold, and the underscore of a text that looks like
# this (ECMA-376, 22.4.2.4). No other: openpyxl has already decoded such underscores where a file
# shares its texts, as LibreOffice writes them, and "_x0041_" must not become "A".
ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff])_")
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')
CHUNK_BYTES, OVERLAP_BYTES = 1 << 20, 200
DELIMITERS = ";\t,"
TOO_LONG = gettext_lazy("Die Tabelle kann nicht gelesen werden: Eine Zelle ist zu lang.")
# A workbook keeps a number as a float, which has no more digits than these.
FLOAT_DIGITS = 15
# What openpyxl and the parsers below it raise on files that only look like a workbook; errors in
# XML are kinds of SyntaxError.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    SyntaxError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    OSError,
    TypeError,
    ValueError,
)


class TableRow(NamedTuple):
    """A row with at least one value; `number` counts from 1, as Excel shows it."""

    number: int
    cells: list[str]


class Fault(NamedTuple):
    """What is wrong with a cell; `column` counts from 0."""

    row: int
    column: int
    reason: str


class Table(NamedTuple):
    """A sheet of a workbook, or a CSV file, whose title is empty. A faulty cell is empty."""

    title: str
    rows: list[TableRow]
    faults: list[Fault]


def read_tables(file: IO[bytes]) -> list[Table]:
    """Return the tables of an Excel (.xlsx) or CSV file, judged by its content, not its name.

    Raises Refused with a sentence that says what kind of file it is and what to do.
    """
    return _read_workbook(file) if _is_workbook(file) else [_read_csv(file.read())]


def require_table(file: IO[bytes]) -> None:
    """Raise Refused if `file` is, at first sight, no table that `read_tables` could read."""
    if _is_workbook(file):
        with _damage_refused(), zipfile.ZipFile(file) as package:
            _require_plain_workbook(package)
    file.seek(0)


def _is_workbook(file: IO[bytes]) -> bool:
    """Return whether it is an Excel file, else it can only be CSV. Raises Refused."""
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if not start:
        raise Refused(_("Die Datei ist leer."))
    if start.startswith(PDF_MARK):
        raise Refused(
            _("Das ist eine PDF-Datei. Bitte laden Sie eine Excel-Datei (.xlsx) oder CSV hoch.")
        )
    if start.startswith(OLE):
        raise Refused(
            _(
                "Die Datei hat ein Passwort oder ist eine alte Excel-Datei (.xls). Bitte speichern "
                "Sie sie ohne Passwort als Excel-Arbeitsmappe (.xlsx)."
            )
        )
    return start.startswith(ZIP)


def _read_workbook(file: IO[bytes]) -> list[Table]:
    with open_workbook(file) as book:
        return [_read_sheet(sheet) for sheet in book.worksheets]


@contextmanager
def open_workbook(file: IO[bytes], *, data_only: bool = False) -> Iterator[Any]:
    """Open an Excel file for reading, sheet by sheet. Raises Refused with advice if it is none, has
    macros or a password, is damaged or would not fit into memory, also while it is read.
    """
    file.seek(0)
    with _damage_refused():
        with zipfile.ZipFile(file) as package:
            _require_plain_workbook(package)
        # What openpyxl does not support, such as lists of choices, does not matter for reading.
        with warnings.catch_warnings(action="ignore"):
            yield load_workbook(file, read_only=True, keep_links=False, data_only=data_only)


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise Refused(
            _(
                "Die Datei ist beschädigt oder keine Excel-Arbeitsmappe. Bitte öffnen Sie sie in "
                "Excel oder LibreOffice, und speichern Sie sie als .xlsx."
            )
        ) from error


def _require_plain_workbook(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Refused(
            _("Die Datei ist ausgepackt größer als %(limit)d MB. Bitte teilen Sie sie auf.")
            % {"limit": MAX_UNPACKED_BYTES // 1_000_000}
        )
    names = {entry.filename.lower() for entry in entries}
    if any("vbaproject" in name for name in names):
        raise Refused(
            _("Die Datei enthält Makros. Bitte speichern Sie sie als .xlsx, also ohne Makros.")
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(_("Die Datei hat ein Passwort. Bitte speichern Sie sie ohne Passwort."))
    types = package.getinfo(CONTENT_TYPES) if CONTENT_TYPES.lower() in names else None
    is_small = types is not None and types.file_size <= MAX_CONTENT_TYPES_BYTES
    if not is_small or b"spreadsheetml.sheet.main+xml" not in package.read(CONTENT_TYPES):
        raise Refused(
            _(
                "Das ist keine Excel-Arbeitsmappe. Bitte speichern Sie die Tabelle in Excel oder "
                "LibreOffice als .xlsx oder als CSV."
            )
        )


def _read_sheet(sheet: Any) -> Table:
    # A file may claim any size; without it, openpyxl looks what is there.
    sheet.reset_dimensions()
    rows: list[TableRow] = []
    faults: list[Fault] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > LAST_ROW:
            raise ValueError("a row beyond the last one that a workbook can have")
        if any(cell.value is not None for cell in cells[MAX_COLUMNS:]):
            raise _too_many_columns()
        shown = enumerate(cells[:MAX_COLUMNS])
        _add_row(rows, number, [_cell_text(cell, number, at, faults) for at, cell in shown])
    return Table(sheet.title, rows, faults + list(_merged_faults(sheet)))


def _add_row(rows: list[TableRow], number: int, texts: list[str]) -> None:
    if not any(texts):
        return
    if len(rows) >= MAX_ROWS:
        raise Refused(
            _("Die Tabelle hat mehr als %(limit)s Zeilen. Bitte teilen Sie sie auf.")
            % {"limit": f"{MAX_ROWS:,}".replace(",", ".")}
        )
    rows.append(TableRow(number, texts))


def _too_many_columns() -> Refused:
    return Refused(_("Die Tabelle hat mehr als %(limit)d Spalten.") % {"limit": MAX_COLUMNS})


def _cell_text(cell: Any, row: int, column: int, faults: list[Fault]) -> str:
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return ""
    # Nothing computes formulas here, and the result stored with one may be out of date.
    if kind == "f":
        reason = _("Hier steht eine Formel. Bitte ersetzen Sie sie durch ihren Wert.")
        faults.append(Fault(row, column, reason))
        return ""
    if kind == "e":
        reason = _("Hier steht der Fehlerwert %(value)s.") % {"value": value}
        faults.append(Fault(row, column, reason))
        return ""
    if isinstance(value, str):
        decoded = ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
        return _plain_text(decoded, row, column, faults)
    return text_of(cell)


def _plain_text(text: str, row: int, column: int, faults: list[Fault]) -> str:
    lines = LINE_END.sub("\n", text)
    if found := CONTROL.search(lines):
        reason = _("Hier steht ein unsichtbares Steuerzeichen (U+%(code)s). Bitte entfernen.")
        faults.append(Fault(row, column, reason % {"code": f"{ord(found[0]):04X}"}))
        return ""
    return "\n".join(line.rstrip() for line in clean_text(lines).strip().split("\n"))


def text_of(cell: Any) -> str:
    """Return the value of a cell of a workbook as a German sheet shows it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, int | float | Decimal):
        return _number_text(value, cell.number_format or "")
    if isinstance(value, dt.datetime | dt.date):
        return _day_text(value, cell.number_format or "")
    return str(value)


def _number_text(value: float | Decimal, number_format: str) -> str:
    number = Decimal(f"{value:.{FLOAT_DIGITS}g}")
    if "%" in number_format:
        return f"{_plain(number * 100)} %"
    return _plain(number)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def _day_text(value: dt.date, number_format: str) -> str:
    """Return a day as its cell shows it: one that shows only month and year is that month."""
    shown = number_format.lower()
    if "d" in shown or "t" in shown or not shown.strip():
        return f"{value:%d.%m.%Y}"
    return f"{value:%Y-%m}" if "m" in shown else f"{value:%Y}"


def _merged_faults(sheet: Any) -> Iterator[Fault]:
    for merged in _merged_ranges(sheet):
        column, row, _last_column, _last_row = range_boundaries(merged)
        reason = _("Hier sind Zellen verbunden (%(cells)s). Bitte heben Sie die Verbindung auf.")
        yield Fault(row or 1, (column or 1) - 1, reason % {"cells": merged})


def _merged_ranges(sheet: Any) -> Iterable[str]:
    # openpyxl leaves them out when it reads a file in little memory.
    found: dict[str, None] = {}
    rest = b""
    with sheet.parent._archive.open(sheet._worksheet_path) as part:
        while chunk := part.read(CHUNK_BYTES):
            block = rest + chunk
            found.update((match.decode(), None) for match in MERGED.findall(block))
            # A reference may be cut in two where a chunk ends; one that is found twice counts once.
            rest = block[-OVERLAP_BYTES:]
    return found


def _read_csv(content: bytes) -> Table:
    text = decoded(content)
    first = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows: list[TableRow] = []
    faults: list[Fault] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cells[MAX_COLUMNS:]):
                raise _too_many_columns()
            texts = [_plain_text(cell, number, place, faults) for place, cell in enumerate(cells)]
            _add_row(rows, number, texts)
    except csv.Error as error:
        if "field limit" in str(error):
            raise Refused(str(TOO_LONG)) from error
        raise Refused(
            _("Zeile %(line)d der CSV-Datei ist nicht lesbar: Die Anführungszeichen stimmen nicht.")
            % {"line": reader.line_num}
        ) from error
    return Table("", rows, faults)


def decoded(content: bytes) -> str:
    """Return the text of a CSV file: UTF-16 with its mark (*Unicode-Text* of Excel), UTF-8, or
    Windows-1252, which Excel in Germany writes. Raises Refused for what is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    # Windows-1252 accepts nearly any byte, so a file that is no text must be recognised before.
    elif b"\0" in content:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(
        _("Das ist keine Tabelle. Bitte laden Sie eine Excel-Datei (.xlsx) oder CSV hoch.")
    )
