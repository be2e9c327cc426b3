"""Lists as Excel files."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.styles import DEFAULT_FONT, Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from core.enums import XLSX
from core.texts import shorten, without_control

DATE_FORMAT = "DD.MM.YYYY"
MOMENT_FORMAT = "DD.MM.YYYY HH:MM"
TIME_FORMAT = "HH:MM"
MAX_TITLE_LENGTH = 100  # in a file name, which has at most 255 bytes
FORBIDDEN_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|]')
MIN_WIDTH, MAX_WIDTH = 10, 60  # characters
# Words do not fill a column to its last character. Excel allows 409 points a line.
WRAPPED_AT, LINE_HEIGHT, MAX_LINES = MAX_WIDTH - 6, 15, 27
A4, CHARACTERS_ACROSS = 9, 190  # paper as openpyxl numbers it, and what can be read across it
# Excel counts UTF-16 units, of which an emoji takes two.
MAX_CELL_LENGTH = 32_767
# Excel reads `_x0041_` as the letter A (ECMA-376, 22.4.2.4).
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Sheet(NamedTuple):
    """One sheet of a workbook; `title` names its tab and must be short.

    The last `hidden` columns are for reading the file back, not for people.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence]
    hidden: int = 0


def list_response(
    title: str, header: Sequence[str], rows: Iterable[Sequence], *, now: dt.datetime
) -> HttpResponse:
    """Return an Excel file of one list, as `workbook_response` does of several."""
    return workbook_response(title, [Sheet(_("Liste"), header, rows)], now=now)


def workbook_response(
    title: str, sheets: Iterable[Sheet], *, now: dt.datetime, stand: dt.date | None = None
) -> HttpResponse:
    """Return an Excel file whose name, properties and sheets say what it is, whose and of which
    day, by default today, so that it is understood in a folder years later. Each sheet has a bold,
    frozen header.

    Dates stay dates, in Berlin time. Text is always stored as text, so that a value starting with
    `=` cannot become a formula (CSV injection).
    """
    # write_only keeps memory flat, but widths must be set before the first row.
    book, title = Workbook(write_only=True), _one_line(title)
    day = stand or timezone.localtime(now).date()
    book.properties.title, book.properties.creator = title, settings.OFFICE_NAME
    book.properties.created = book.properties.modified = now.astimezone(dt.UTC).replace(tzinfo=None)
    source = _("%(office)s · Stand: %(day)s") % {
        "office": settings.OFFICE_NAME,
        "day": f"{day:%d.%m.%Y}",
    }
    for sheet in sheets:
        head = title if sheet.title == title else f"{title}: {sheet.title}"
        _add_sheet(book, sheet, head=(head, source))
    name = f"{shorten(title, MAX_TITLE_LENGTH)} {settings.PORTAL_NAME} {day:%Y-%m-%d}"
    return _response(book, f"{FORBIDDEN_IN_FILE_NAMES.sub('-', name)}.xlsx")


def _add_sheet(book: Workbook, content: Sheet, *, head: Sequence[str]) -> None:
    lines = [list(row) for row in content.rows]
    sheet = book.create_sheet(title=content.title)
    # An empty row separates the head from the table, so that Excel can sort and filter it.
    first = len(head) + 2
    sheet.freeze_panes = f"A{first + 1}"
    for index, title in enumerate(content.header):
        longest = max([len(str(title)), *(_shown_length(line[index]) for line in lines)])
        column = sheet.column_dimensions[get_column_letter(index + 1)]
        column.width = min(max(longest + 2, MIN_WIDTH), MAX_WIDTH)
        column.hidden = index >= len(content.header) - content.hidden
    _set_up_printing(sheet, first)
    for number, text in enumerate(head):
        sheet.append([_cell(sheet, text) if number else _bold(sheet, text)])
    sheet.append([])
    sheet.append([_bold(sheet, title) for title in content.header])
    cells = _ReusedCells(sheet)
    for number, line in enumerate(lines, start=first + 1):
        shown = [cells.show(column, value) for column, value in enumerate(line)]
        # LibreOffice gives a line room for one line of text unless it is told otherwise.
        if (count := cells.take_line_count()) > 1:
            sheet.row_dimensions[number].height = count * LINE_HEIGHT
        sheet.append(shown)
    if lines:
        last = f"{get_column_letter(len(content.header))}{first + len(lines)}"
        sheet.auto_filter.ref = f"A{first}:{last}"


def _set_up_printing(sheet, header: int) -> None:
    """Print on A4 across, each page with the line `header`, not a page for every few columns."""
    shown = [column.width for column in sheet.column_dimensions.values() if not column.hidden]
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    # Squeezed onto one page, a list with many columns could not be read.
    sheet.page_setup.fitToWidth = max(round(sum(shown) / CHARACTERS_ACROSS), 1)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = f"{header}:{header}"
    sheet.oddFooter.center.text = _("Seite &P von &N")


def _response(book: Workbook, filename: str) -> HttpResponse:
    buffer = BytesIO()
    book.save(buffer)
    return HttpResponse(
        buffer.getvalue(),
        content_type=XLSX,
        headers={"Content-Disposition": content_disposition_header(True, _one_line(filename))},
    )


def _one_line(text: str) -> str:
    return " ".join(without_control(text).split())


def _bold(sheet, title) -> WriteOnlyCell:
    cell = _cell(sheet, str(title))
    # Without a name, LibreOffice takes another font than that of all other cells.
    cell.font = Font(name=DEFAULT_FONT.name, size=DEFAULT_FONT.size, bold=True)
    return cell


def _cell(sheet, text: str) -> WriteOnlyCell:
    cell = _ReusedCells(sheet).show(0, text)
    # What stands above the table reaches over the columns.
    cell.alignment = Alignment(vertical="top")
    return cell


class _ReusedCells:
    """The cells of one line after the other, with their formats: a sheet that is only written has
    written a line once it is appended. Comparing formats takes longer than everything else.
    """

    def __init__(self, sheet):
        self._sheet = sheet
        self._cells: dict[tuple[int, str], WriteOnlyCell] = {}
        self._line_count = 1

    def take_line_count(self) -> int:
        """Return how many lines of text the cells shown since the last call need."""
        count, self._line_count = self._line_count, 1
        return count

    def show(self, column: int, value):
        """Return the cell of `column` with `value`; a number is its own cell."""
        if isinstance(value, dt.datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            # Excel has no time zones.
            return self._formatted(column, local.replace(tzinfo=None), MOMENT_FORMAT)
        if isinstance(value, dt.date):
            return self._formatted(column, value, DATE_FORMAT)
        if isinstance(value, dt.time):
            return self._formatted(column, value, TIME_FORMAT)
        if value is None or isinstance(value, (bool, int, float, Decimal)):
            return value
        return self._text(column, _cell_text(str(value)))

    def _formatted(self, column: int, value, number_format: str) -> WriteOnlyCell:
        cell = self._cells.get((column, number_format))
        if cell is None:
            cell = self._cells[column, number_format] = WriteOnlyCell(self._sheet)
            cell.number_format = number_format
            # Beside a text of several lines, a day at the foot of the line is hard to find.
            cell.alignment = Alignment(vertical="top")
        cell.value = value
        return cell

    def _text(self, column: int, text: str) -> WriteOnlyCell:
        # What is longer than its column would be cut off by the cell beside it.
        wrapped = "\n" in text or len(text) > MAX_WIDTH
        if wrapped:
            count = sum(len(part) // WRAPPED_AT + 1 for part in text.split("\n"))
            self._line_count = max(self._line_count, min(count, MAX_LINES))
        cell = self._cells.get((column, f"text {wrapped}"))
        if cell is None:
            cell = self._cells[column, f"text {wrapped}"] = WriteOnlyCell(self._sheet)
            cell.alignment = Alignment(wrap_text=wrapped, vertical="top")
        cell.value = text
        # Without an explicit type openpyxl turns a leading "=" into a formula.
        cell.data_type = TYPE_STRING
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


def _shown_length(value) -> int:
    if isinstance(value, dt.datetime):
        return len(MOMENT_FORMAT)
    return max((len(line) for line in str("" if value is None else value).split("\n")), default=0)
