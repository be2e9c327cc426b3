"""Lists as Excel files."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from core.enums import XLSX

DATE_FORMAT = "DD.MM.YYYY"
MOMENT_FORMAT = "DD.MM.YYYY HH:MM"
TIME_FORMAT = "HH:MM"
MIN_WIDTH, MAX_WIDTH = 10, 60  # characters


def xlsx_response(filename: str, header: list[str], rows: Iterable[list]) -> HttpResponse:
    """Return an Excel file of one sheet with a bold, frozen header.

    Dates stay dates, in Berlin time. Text is always stored as text, so that a value starting with
    `=` cannot become a formula (CSV injection).
    """
    lines = [list(row) for row in rows]
    # write_only keeps memory flat, but widths must be set before the first row.
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title="Liste")
    sheet.freeze_panes = "A2"
    for index, title in enumerate(header):
        longest = max([len(str(title)), *(_shown_length(line[index]) for line in lines)])
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(
            max(longest + 2, MIN_WIDTH), MAX_WIDTH
        )
    sheet.append([_bold(sheet, title) for title in header])
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    if lines:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(lines) + 1}"
    buffer = BytesIO()
    book.save(buffer)
    return HttpResponse(
        buffer.getvalue(),
        content_type=XLSX,
        headers={"Content-Disposition": content_disposition_header(True, filename)},
    )


def _bold(sheet, title) -> WriteOnlyCell:
    cell = _cell(sheet, str(title))
    cell.font = Font(bold=True)
    return cell


def _cell(sheet, value) -> WriteOnlyCell:
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        # Excel has no time zones.
        return _formatted(sheet, local.replace(tzinfo=None), MOMENT_FORMAT)
    if isinstance(value, dt.date):
        return _formatted(sheet, value, DATE_FORMAT)
    if isinstance(value, dt.time):
        return _formatted(sheet, value, TIME_FORMAT)
    if value is None or isinstance(value, (bool, int, float, Decimal)):
        return WriteOnlyCell(sheet, value)
    # XML forbids control characters, and openpyxl raises on them.
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell = WriteOnlyCell(sheet, text)
    # Without an explicit type openpyxl turns a leading "=" into a formula.
    cell.data_type = TYPE_STRING
    cell.alignment = Alignment(wrap_text="\n" in text, vertical="top")
    return cell


def _formatted(sheet, value, number_format: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = number_format
    return cell


def _shown_length(value) -> int:
    if isinstance(value, dt.datetime):
        return len(MOMENT_FORMAT)
    return max((len(line) for line in str("" if value is None else value).split("\n")), default=0)
