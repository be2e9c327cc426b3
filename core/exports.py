"""Lists as Excel files."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from core.enums import XLSX
from core.texts import without_control

DATE_FORMAT = "DD.MM.YYYY"
MOMENT_FORMAT = "DD.MM.YYYY HH:MM"
TIME_FORMAT = "HH:MM"
MIN_WIDTH, MAX_WIDTH = 10, 60  # characters
# Excel counts UTF-16 units, of which an emoji takes two.
MAX_CELL_LENGTH = 32_767
# Excel reads `_x0041_` as the letter A (ECMA-376, 22.4.2.4).
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


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
    text = _cell_text(str(value))
    cell = WriteOnlyCell(sheet, text)
    # Without an explicit type openpyxl turns a leading "=" into a formula.
    cell.data_type = TYPE_STRING
    cell.alignment = Alignment(wrap_text="\n" in text, vertical="top")
    return cell


def _cell_text(text: str) -> str:
    """Return `text` as a cell can hold it; what does not fit is cut with a note that says so."""
    # XML forbids control characters, and openpyxl raises on them.
    text = ESCAPE.sub("_x005F_", without_control(text))
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_CELL_LENGTH:
        return text
    note = _("… [gekürzt; vollständig im Portal]")
    return units[: 2 * (MAX_CELL_LENGTH - len(note))].decode("utf-16-le", "ignore") + note


def _formatted(sheet, value, number_format: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = number_format
    return cell


def _shown_length(value) -> int:
    if isinstance(value, dt.datetime):
        return len(MOMENT_FORMAT)
    return max((len(line) for line in str("" if value is None else value).split("\n")), default=0)
