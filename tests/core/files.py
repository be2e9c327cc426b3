"""Files to upload: a valid one of each accepted type, and some with a false extension."""

import zipfile
from io import BytesIO

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)


def word_file() -> bytes:
    """Return an empty Word document."""
    return _saved(docx.Document())


def excel_file() -> bytes:
    """Return an empty workbook."""
    return _saved(Workbook())


def package(content_type: str = "", *parts: str) -> bytes:
    """Return a ZIP file that declares one content type and contains `parts`."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(
            "[Content_Types].xml", f'<Types><Override ContentType="{content_type}"/></Types>'
        )
        for part in parts:
            file.writestr(part, "x")
    return buffer.getvalue()


def upload(name: str = "Konzept.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """Return `content` as a file uploaded under `name`."""
    return SimpleUploadedFile(name, content, content_type="application/x-whatever")


def _saved(document) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
