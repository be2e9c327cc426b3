"""Workbooks as people upload them: new ones, or exported and edited."""

import csv
import io
from collections.abc import Callable

from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from core.conflicts import version_of
from measures.models import Measure, MeasureImport
from measures.progress import work_on_import
from measures.queries.imports import preview_of
from measures.services import (
    apply_import,
    change_measure,
    confirm_import,
    create_import,
    request_undo,
    undo_import,
)

EXPORT = "/massnahmen/massnahmen.xlsx"
PLAN_SHEET = [
    ["Titel", "Kurztitel", "Gliederungsebenen", "von", "bis", "Senatsbeschluss vom"],
    ["Masterplan Musterstadt", "MPM", "Feld; Cluster", 2027, "2031", "3. November 2026"],
]
SECTIONS_SHEET = [
    ["Nr.", "unter Nr.", "Ebene", "Kennung", "Titel"],
    [1, None, "Feld", "A", "Flächen"],
    [2, 1, "Cluster", "A 1", "Ankauf"],
]


def make_workbook(**sheets: list[list]) -> io.BytesIO:
    """Return a workbook with these rows, the titles of the columns first."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return _saved(book)


def make_csv(rows: list[list], *, encoding: str = "utf-8") -> io.BytesIO:
    output = io.StringIO()
    csv.writer(output, delimiter=";").writerows(rows)
    return io.BytesIO(output.getvalue().encode(encoding))


def exported(client: Client, edit: Callable | None = None, *, query: str = "") -> io.BytesIO:
    """Return the export of the list after `edit`, which takes the workbook and a function that
    returns the cell of a column by its title, in a row below the header.
    """
    book = load_workbook(io.BytesIO(client.get(EXPORT + query).content))

    def cell(column: str, row: int = 0, sheet: str = "Maßnahmen"):
        titles = [found.value for found in book[sheet][4]]
        return book[sheet].cell(5 + row, titles.index(column) + 1)

    if edit:
        edit(book, cell)
    return _saved(book)


def _saved(book: Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def upload(file, by, name="liste.xlsx") -> MeasureImport:
    """Return the import of `file` as its worker has read it."""
    record = create_import(file=file, name=name, by=by, now=timezone.now())
    return worked_on(record)


def worked_on(record: MeasureImport) -> MeasureImport:
    """Return `record` after its worker has done what was to be done."""
    work_on_import(record.pk, clock=timezone.now)
    return MeasureImport.objects.get(pk=record.pk)


def confirm(record: MeasureImport, by, choices=None, *, version: str = "") -> MeasureImport:
    return confirm_import(
        measure_import=record,
        version=version or record.version,
        choices=choices or {},
        by=by,
        now=timezone.now(),
    )


def apply(record: MeasureImport, by, choices=None) -> MeasureImport:
    confirmed = confirm(record, by, choices)
    return apply_import(measure_import=confirmed, now=timezone.now())


def undo(record: MeasureImport, by) -> MeasureImport:
    asked = request_undo(measure_import=record, by=by, now=timezone.now())
    return undo_import(measure_import=asked, now=timezone.now())


def save(measure: Measure, by, **values) -> None:
    """Let somebody else change `measure` on its page."""
    change_measure(
        measure=measure,
        values=values,
        version=version_of(measure, values),
        by=by,
        now=timezone.now(),
    )


def today() -> str:
    return f"{timezone.localdate():%d.%m.%Y}"


def problems_of(record: MeasureImport) -> list[tuple]:
    return [tuple(problem) for problem in preview_of(record.content).problems]
