"""Invented attachments of the demo."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from core.enums import XLSX


def invented_sheet(name: str, rows: list[list[str]]) -> SimpleUploadedFile:
    """Return an Excel file called `name` with `rows`, as if somebody had uploaded it."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type=XLSX)
