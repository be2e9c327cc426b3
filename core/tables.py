"""Tables that people copy from a sheet or upload as a file, as rows of clean text.

Numbers and dates of a workbook become the text that a German sheet shows, so that one reader
suffices for all ways in.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core.enums import XLSX
from core.errors import Refused
from core.spreadsheets import TOO_LONG, decoded, open_workbook, text_of
from core.texts import clean_text
from core.uploads import check_uploads, clean_name

CSV_SUFFIXES = (".csv", ".txt", ".tsv")
ACCEPT_TABLES = ",".join((".xlsx", *CSV_SUFFIXES))
MAX_TABLE_ROWS, MAX_TABLE_COLUMNS = 10_000, 50

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
        return _read_workbook(upload)
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
    text = decoded(upload.read())
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
        raise Refused(str(TOO_LONG)) from error


def _read_workbook(upload: UploadedFile) -> Rows:
    # Values instead of formulas; a formula that was never calculated is an empty cell.
    with open_workbook(upload, data_only=True) as book:
        sheet = book.worksheets[0]
        # Some programs write a wrong size of the sheet, at which reading would stop.
        sheet.reset_dimensions()
        cells = sheet.iter_rows(max_col=MAX_TABLE_COLUMNS)
        return _limited(_stripped(text_of(cell) for cell in row) for row in cells)


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
