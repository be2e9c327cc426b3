"""Tables that people copy from a sheet or upload as a file, as rows of clean text.

Numbers and dates of a workbook become the text that a German sheet shows, so that one reader
suffices for all ways in.
"""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.enums import XLSX
from core.errors import Refused
from core.texts import clean_text
from core.uploads import check_uploads, clean_name

CSV_SUFFIXES = (".csv", ".txt", ".tsv")
ACCEPT_TABLES = ",".join((".xlsx", *CSV_SUFFIXES))
MAX_TABLE_ROWS, MAX_TABLE_COLUMNS = 10_000, 50
# A workbook keeps a number as a float, which has no more digits than these.
FLOAT_DIGITS = 15

Rows = list[list[str]]


def read_pasted(text: str) -> Rows:
    """Return the rows copied from a sheet: cells separated by tabs; empty rows stay, as [].

    A cell with line breaks or tabs is in quotation marks, as spreadsheets copy it.
    """
    return _read_separated(text, "\t")


def read_table(upload: UploadedFile) -> Rows:
    """Return the rows of the first sheet of a workbook, or of a CSV file in UTF-8 or Windows-1252.

    Raises Refused for other files, damaged ones, and for more than `MAX_TABLE_ROWS` rows.
    """
    name = clean_name(upload.name or "")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in CSV_SUFFIXES:
        return _read_csv(upload)
    if suffix == ".xlsx" and check_uploads([upload]) == [XLSX]:
        return _read_workbook(upload, name)
    raise Refused(
        _("„%(name)s“ kann nicht gelesen werden. Möglich sind Excel (.xlsx) und CSV.")
        % {"name": name}
    )


def as_pasted(rows: Iterable[Iterable[str]]) -> str:
    """Return `rows` as text that `read_pasted` reads back."""
    output = io.StringIO()
    csv.writer(output, delimiter="\t", lineterminator="\n").writerows(rows)
    return output.getvalue()


def _read_csv(upload: UploadedFile) -> Rows:
    content = upload.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel in Germany writes Windows-1252; some bytes mean nothing there.
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    # The separator of the head; a comma also stands in German numbers, so it comes last.
    separator = next((sign for sign in "\t;" if sign in head), ",")
    return _read_separated(text, separator)


def _read_separated(text: str, separator: str) -> Rows:
    text = clean_text(text)
    lines = io.StringIO(text, newline="")
    # An odd one out is an inch or a slip, not the start of a cell that swallows all others.
    if text.count('"') % 2:
        reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines, delimiter=separator)
    try:
        return _limited(_stripped(row) for row in reader)
    except csv.Error as error:
        raise Refused(
            _("Die Tabelle kann nicht gelesen werden: Eine Zelle ist zu lang.")
        ) from error


def _read_workbook(upload: UploadedFile, name: str) -> Rows:
    upload.seek(0)
    try:
        # Values instead of formulas; a formula that was never calculated is an empty cell.
        book = load_workbook(upload, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # Some programs write a wrong size of the sheet, at which reading would stop.
        sheet.reset_dimensions()
        cells = sheet.iter_rows(max_col=MAX_TABLE_COLUMNS)
        return _limited(_stripped(text_of(cell) for cell in row) for row in cells)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
        SyntaxError,
    ) as error:
        raise Refused(
            _("„%(name)s“ kann nicht gelesen werden. Die Datei ist beschädigt.") % {"name": name}
        ) from error


def _limited(rows: Iterable[list[str]]) -> Rows:
    read: Rows = []
    for row in rows:
        if len(read) == MAX_TABLE_ROWS:
            raise Refused(
                _("Die Tabelle hat mehr als %(limit)d Zeilen. Bitte teilen Sie sie auf.")
                % {"limit": MAX_TABLE_ROWS}
            )
        read.append(row)
    while read and not read[-1]:
        read.pop()
    return read


def _stripped(cells: Iterable[str]) -> list[str]:
    row = [clean_text(cell).strip() for cell in cells]
    while row and not row[-1]:
        row.pop()
    return row


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
