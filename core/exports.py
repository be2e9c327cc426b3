"""Lists as Excel files."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.styles import DEFAULT_FONT, Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from core.dates import format_date
from core.enums import XLSX
from core.texts import shorten, without_control

DATE_FORMAT = "DD.MM.YYYY"
MOMENT_FORMAT = "DD.MM.YYYY HH:MM"
TIME_FORMAT = "HH:MM"
MAX_TITLE_LENGTH = 100  # in a file name, which has at most 255 bytes
FORBIDDEN_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|]')
IN_MEMORY_BYTES = 1_000_000
MIN_WIDTH, MAX_WIDTH = 10, 60  # characters
# Words do not fill a column to its last character. Excel allows 409 points a line.
FILLED, LINE_HEIGHT, MAX_LINES = 0.9, 15, 27
A4, CHARACTERS_ACROSS = 9, 190  # paper as openpyxl numbers it, and what can be read across it
# Columns are as wide as in these needed: rows are written as they come, widths before the first.
SAMPLE_ROWS = 200
TOP, WRAPPED = Alignment(vertical="top"), Alignment(wrap_text=True, vertical="top")
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
) -> HttpResponse | FileResponse:
    """Return an Excel file of one list, as `workbook_response` does of several."""
    return workbook_response(title, [Sheet(_("Liste"), header, rows)], now=now)


def workbook_response(
    title: str, sheets: Iterable[Sheet], *, now: dt.datetime, stand: dt.date | None = None
) -> HttpResponse | FileResponse:
    """Return an Excel file, as `write_workbook` writes it, whose name says what it is, whose and of
    which day.
    """
    day = stand or timezone.localtime(now).date()
    name = f"{shorten(_one_line(title), MAX_TITLE_LENGTH)} {settings.PORTAL_NAME} {day:%Y-%m-%d}"
    filename = _one_line(f"{FORBIDDEN_IN_FILE_NAMES.sub('-', name)}.xlsx")
    file = TemporaryFile()
    write_workbook(file, title, sheets, now=now, stand=stand)
    size = file.tell()
    file.seek(0)
    # 100 000 measures take 20 MB, which a process never gives back once it has held them.
    if size > IN_MEMORY_BYTES:
        return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX)
    with file:
        return HttpResponse(
            file.read(),
            content_type=XLSX,
            headers={"Content-Disposition": content_disposition_header(True, filename)},
        )


def write_workbook(
    file: IO[bytes],
    title: str,
    sheets: Iterable[Sheet],
    *,
    now: dt.datetime,
    stand: dt.date | None = None,
) -> None:
    """Write an Excel file whose properties and sheets say what it is, whose and of which day, by
    default today, so that it is understood in a folder years later. Each sheet has a bold, frozen
    header.

    Dates stay dates, in Berlin time. Text is always stored as text, so that a value starting with
    `=` cannot become a formula (CSV injection).
    """
    book, title = Workbook(write_only=True), _one_line(title)
    # The format of cells without one. Giving it to each takes as long as writing them.
    book._cell_styles[0].alignmentId = book._alignments.add(TOP)
    book.properties.title, book.properties.creator = title, settings.OFFICE_NAME
    book.properties.created = book.properties.modified = now.astimezone(dt.UTC).replace(tzinfo=None)
    source = _("%(office)s · Stand: %(day)s") % {
        "office": settings.OFFICE_NAME,
        "day": format_date(stand or now),
    }
    for sheet in sheets:
        head = title if sheet.title == title else f"{title}: {sheet.title}"
        _add_sheet(book, sheet, head=(head, source))
    book.save(file)


def _add_sheet(book: Workbook, content: Sheet, *, head: Sequence[str]) -> None:
    lines = iter(content.rows)
    first_lines = list(islice(lines, SAMPLE_ROWS))
    sheet = book.create_sheet(title=content.title)
    # An empty row separates the head from the table, so that Excel can sort and filter it.
    first = last = len(head) + 2
    sheet.freeze_panes = f"A{first + 1}"
    widths: list[float] = []
    for index, title in enumerate(content.header):
        longest = max([len(str(title)), *(_shown_length(line[index]) for line in first_lines)])
        column = sheet.column_dimensions[get_column_letter(index + 1)]
        column.width = min(max(longest + 2, MIN_WIDTH), MAX_WIDTH)
        column.hidden = index >= len(content.header) - content.hidden
        widths.append(column.width)
    _set_up_printing(sheet, first)
    for number, text in enumerate(head):
        sheet.append([_cell(sheet, text) if number else _bold(sheet, text)])
    sheet.append([])
    sheet.append([_bold(sheet, title) for title in content.header])
    cells = _Cells(sheet, widths)
    for line in chain(first_lines, lines):
        last += 1
        shown = [cells.show(column, value) for column, value in enumerate(line)]
        # LibreOffice gives a line room for one line of text unless it is told otherwise.
        if (count := cells.take_line_count()) > 1:
            sheet.row_dimensions[last].height = count * LINE_HEIGHT
        sheet.append(shown)
        # The line is written; remembering each height would fill the memory again.
        sheet.row_dimensions.pop(last, None)
    if first_lines:
        sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(content.header))}{last}"


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


def _one_line(text: str) -> str:
    return " ".join(without_control(text).split())


def _bold(sheet, title) -> WriteOnlyCell:
    cell = _cell(sheet, str(title))
    # Without a name, LibreOffice takes another font than that of all other cells.
    cell.font = Font(name=DEFAULT_FONT.name, size=DEFAULT_FONT.size, bold=True)
    return cell


def _cell(sheet, text: str) -> WriteOnlyCell:
    """Return a cell that reaches over the columns, as above the table."""
    cell = WriteOnlyCell(sheet, _cell_text(text))
    cell.data_type, cell.alignment = TYPE_STRING, TOP
    return cell


class _Cells:
    """The cells of one line after the other. What needs no format of its own is only a value; the
    others are used again for each line, because comparing formats takes longer than everything
    else, and a sheet that is only written has written a line once it is appended.
    """

    def __init__(self, sheet, widths: Sequence[float]):
        self._sheet, self._widths = sheet, widths
        self._cells: dict[tuple[int, str], WriteOnlyCell] = {}
        self._line_count = 1

    def take_line_count(self) -> int:
        """Return how many lines of text the cells shown since the last call need."""
        count, self._line_count = self._line_count, 1
        return count

    def show(self, column: int, value):
        """Return `value`, or a cell of `column` with it, for `append`."""
        if value is None or isinstance(value, (bool, int, float, Decimal)):
            return value
        if value == "":
            return None  # a third of the cells of measures
        if isinstance(value, dt.datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            # Excel has no time zones.
            return self._formatted(column, local.replace(tzinfo=None), MOMENT_FORMAT)
        if isinstance(value, dt.date):
            return self._formatted(column, value, DATE_FORMAT)
        if isinstance(value, dt.time):
            return self._formatted(column, value, TIME_FORMAT)
        text = _cell_text(str(value))
        # What is longer than its column would be cut off by the cell beside it.
        if "\n" in text or len(text) > self._widths[column]:
            room = int(self._widths[column] * FILLED)
            count = sum(len(part) // room + 1 for part in text.split("\n"))
            self._line_count = max(self._line_count, min(count, MAX_LINES))
            return self._text(column, text, WRAPPED)
        # openpyxl would take the first for a formula, the second for an error value.
        return self._text(column, text, TOP) if text.startswith(("=", "#")) else text

    def _formatted(self, column: int, value, number_format: str) -> WriteOnlyCell:
        cell = self._cells.get((column, number_format))
        if cell is None:
            cell = self._cells[column, number_format] = WriteOnlyCell(self._sheet)
            cell.number_format, cell.alignment = number_format, TOP
        cell.value = value
        return cell

    def _text(self, column: int, text: str, alignment: Alignment) -> WriteOnlyCell:
        name = f"text {alignment.wrap_text}"
        cell = self._cells.get((column, name))
        if cell is None:
            cell = self._cells[column, name] = WriteOnlyCell(self._sheet)
            cell.alignment = alignment
        cell.value = text
        cell.data_type = TYPE_STRING
        return cell


def _cell_text(text: str) -> str:
    """Return `text` as a cell can hold it; what does not fit is cut with a note that says so."""
    # Most texts: nothing that is invisible or that the rest looks for.
    if text.isprintable() and "_x" not in text and len(text) <= MAX_CELL_LENGTH // 2:
        return text
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
