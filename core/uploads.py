"""Uploaded files: which ones are accepted, judged by content, and how they are named."""

import re
import unicodedata
import uuid
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core.enums import JPEG, PDF, PNG, WORD, XLSX
from core.errors import Refused

TRANSLITERATION = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
MAX_NAME_LENGTH, MAX_SUFFIX_LENGTH = 120, 8
MAX_FILES = 10
CONTENT_TYPES = "[Content_Types].xml"
# Guards against zip bombs; real files have a few thousand bytes.
MAX_CONTENT_TYPES_BYTES = 1_000_000


def _starts_with(*signatures: bytes) -> Callable[[IO[bytes]], bool]:
    return lambda file: file.read(16).startswith(signatures)


def _is_office_file(part: str) -> Callable[[IO[bytes]], bool]:
    """Return a check for Office documents with the main part `part`, without macros or password."""

    def check(file: IO[bytes]) -> bool:
        try:
            with zipfile.ZipFile(file) as package:
                names = package.namelist()
                entry = package.getinfo(CONTENT_TYPES)
                # Macros run code on the reader's machine; a huge entry would exhaust ours.
                if entry.file_size > MAX_CONTENT_TYPES_BYTES or any(
                    "vbaproject" in name.lower() for name in names
                ):
                    return False
                return f"{part}.main+xml".encode() in package.read(entry)
        # RuntimeError: a password; NotImplementedError: an unknown compression.
        except (
            zipfile.BadZipFile,
            KeyError,
            RuntimeError,
            NotImplementedError,
            OSError,
            ValueError,
            zlib.error,
        ):
            return False

    return check


class FileKind(NamedTuple):
    """An accepted file type. `fits` checks the content, as file names and headers can lie."""

    label: str
    media_type: str
    suffixes: tuple[str, ...]
    fits: Callable[[IO[bytes]], bool]


# Only types that offices can open and that cannot run code.
KINDS = (
    FileKind("PDF", PDF, (".pdf",), _starts_with(b"%PDF-")),
    FileKind("Word", WORD, (".docx",), _is_office_file("wordprocessingml.document")),
    FileKind("Excel", XLSX, (".xlsx",), _is_office_file("spreadsheetml.sheet")),
    FileKind("PNG", PNG, (".png",), _starts_with(b"\x89PNG\r\n\x1a\n")),
    FileKind("JPEG", JPEG, (".jpg", ".jpeg"), _starts_with(b"\xff\xd8\xff")),
)
LABELS = {kind.media_type: kind.label for kind in KINDS}
ACCEPT = ",".join(suffix for kind in KINDS for suffix in kind.suffixes)


def check_uploads(uploads: list[UploadedFile]) -> list[str]:
    """Return the media type of each upload.

    Raises Refused when a file is not accepted or all together exceed `ATTACHMENT_MAX_MB`.
    """
    if len(uploads) > MAX_FILES:
        raise Refused(_("Bitte wählen Sie höchstens %(count)d Dateien.") % {"count": MAX_FILES})
    if sum(upload.size or 0 for upload in uploads) > settings.ATTACHMENT_MAX_MB * 1_000_000:
        raise Refused(
            _(
                "Die Dateien sind zusammen größer als %(limit)d MB. Bitte verkleinern Sie sie, "
                "oder wählen Sie weniger."
            )
            % {"limit": settings.ATTACHMENT_MAX_MB}
        )
    return [_media_type_of(upload) for upload in uploads]


def _media_type_of(upload: UploadedFile) -> str:
    name = clean_name(upload.name or "")
    suffix = PurePosixPath(name).suffix.lower()
    kind = next((kind for kind in KINDS if suffix in kind.suffixes), None)
    if kind is None:
        raise Refused(
            _(
                "„%(name)s“ kann nicht angehängt werden. Möglich sind PDF, Word (.docx), Excel "
                "(.xlsx), PNG und JPEG."
            )
            % {"name": name}
        )
    if not upload.size:
        raise Refused(_("„%(name)s“ ist leer.") % {"name": name})
    # The form or an earlier check may have read the file already.
    upload.seek(0)
    fits = kind.fits(upload)
    upload.seek(0)
    if not fits:
        raise Refused(
            _(
                "„%(name)s“ ist keine %(kind)s-Datei, die angehängt werden kann. Sie ist "
                "beschädigt, hat ein Passwort oder Makros, oder ihre Endung stimmt nicht."
            )
            % {"name": name, "kind": kind.label}
        )
    return kind.media_type


def clean_name(name: str) -> str:
    """Return the file name shown on pages: no folders, invisible characters or leading signs."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    # A leading "=", "+" or "@" would start a formula in an exported list, "." a hidden file.
    plain = " ".join(shown.split()).lstrip(" .=+-@") or "datei"
    suffix = PurePosixPath(plain).suffix[:MAX_SUFFIX_LENGTH]
    return plain.removesuffix(suffix)[: MAX_NAME_LENGTH - len(suffix)] + suffix


def ascii_name(text: str) -> str:
    """Return `text` as part of a portable file name: `Groesse-1` for `Größe 1`."""
    spelt = unicodedata.normalize("NFKC", text).translate(TRANSLITERATION)
    letters = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")


def download_name(title: str) -> str:
    """Return the ASCII name under which the file `title` is downloaded."""
    path = PurePosixPath(clean_name(title))
    return (ascii_name(path.stem) or "datei") + path.suffix.lower()


def stored_name(document, filename: str) -> str:
    """Return a path below MEDIA_ROOT that reveals nothing about the file."""
    suffix = PurePosixPath(clean_name(filename)).suffix.lower()
    return f"{document._meta.label_lower.replace('.', '/')}/{uuid.uuid4().hex}{suffix}"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of accepted files; cleans to a list of uploads."""

    widget = FilesInput(attrs={"accept": ACCEPT})

    def clean(self, data, initial=None):
        uploads = list(data or [])
        if not uploads and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        try:
            check_uploads(uploads)
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
        return uploads
