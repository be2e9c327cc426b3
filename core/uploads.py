"""Files that people hand in: which are taken, checked by what is inside, and what they are called."""

import re
import unicodedata
import uuid
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core.enums import JPEG, PDF, PNG, WORD, XLSX
from core.errors import Refused

SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
LONGEST_NAME, LONGEST_SUFFIX = 120, 8
MOST_FILES = 10
CONTENT_TYPES = "[Content_Types].xml"
LARGEST_CONTENT_TYPES = 1_000_000  # bytes; a real one has some thousand


def _starts_with(*signatures: bytes) -> Callable[[IO[bytes]], bool]:
    return lambda file: file.read(16).startswith(signatures)


def _is_office(part: str) -> Callable[[IO[bytes]], bool]:
    """Return the check that a file is an Office document with the main part `part`, without macro
    and password.
    """

    def check(file: IO[bytes]) -> bool:
        try:
            with zipfile.ZipFile(file) as package:
                names = package.namelist()
                entry = package.getinfo(CONTENT_TYPES)
                if entry.file_size > LARGEST_CONTENT_TYPES or any(
                    "vbaproject" in name.lower() for name in names
                ):
                    return False
                return f"{part}.main+xml".encode() in package.read(entry)
        except (
            zipfile.BadZipFile,
            KeyError,
            RuntimeError,
            NotImplementedError,
            OSError,
            ValueError,
        ):
            return False

    return check


class FileKind(NamedTuple):
    """One kind of file that is taken: its name for people, media type, endings, and the check of
    its content.
    """

    label: str
    media_type: str
    suffixes: tuple[str, ...]
    fits: Callable[[IO[bytes]], bool]


KINDS = (
    FileKind("PDF", PDF, (".pdf",), _starts_with(b"%PDF-")),
    FileKind("Word", WORD, (".docx",), _is_office("wordprocessingml.document")),
    FileKind("Excel", XLSX, (".xlsx",), _is_office("spreadsheetml.sheet")),
    FileKind("PNG", PNG, (".png",), _starts_with(b"\x89PNG\r\n\x1a\n")),
    FileKind("JPEG", JPEG, (".jpg", ".jpeg"), _starts_with(b"\xff\xd8\xff")),
)
LABELS = {kind.media_type: kind.label for kind in KINDS}
ACCEPT = ",".join(suffix for kind in KINDS for suffix in kind.suffixes)


def check_uploads(uploads: list[UploadedFile]) -> list[str]:
    """Return the media type of each of `uploads`. Raises Refused, with a sentence, when one cannot
    be taken.

    Together they may be as large as `ATTACHMENT_MAX_MB` says.
    """
    if len(uploads) > MOST_FILES:
        raise Refused(_("Bitte wählen Sie höchstens %(count)d Dateien.") % {"count": MOST_FILES})
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
    upload.seek(0)
    fits = kind.fits(upload)
    upload.seek(0)
    if not fits:
        raise Refused(
            _(
                "„%(name)s“ ist keine %(kind)s-Datei, die angehängt werden kann. Sie ist "
                "beschädigt, hat ein Passwort "
                "oder Makros, oder ihre Endung stimmt nicht."
            )
            % {"name": name, "kind": kind.label}
        )
    return kind.media_type


def clean_name(name: str) -> str:
    """Return what an uploaded file is called on pages: without folders, invisible characters and a
    leading sign.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    plain = " ".join(shown.split()).lstrip(" .=+-@") or "datei"
    suffix = PurePosixPath(plain).suffix[:LONGEST_SUFFIX]
    return plain.removesuffix(suffix)[: LONGEST_NAME - len(suffix)] + suffix


def ascii_name(text: str) -> str:
    """Return `text` as a part of a file name that every system takes: `Größe 1` becomes
    `Groesse-1`.
    """
    spelt = unicodedata.normalize("NFKC", text).translate(SPELT)
    letters = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")


def download_name(title: str) -> str:
    """Return what the file called `title` is saved as: ASCII alone, its ending kept."""
    path = PurePosixPath(clean_name(title))
    return (ascii_name(path.stem) or "datei") + path.suffix.lower()


def stored_name(document, filename: str) -> str:
    """Return where a document's file is kept below MEDIA_ROOT: a name that says nothing about it."""
    suffix = PurePosixPath(clean_name(filename)).suffix.lower()
    return f"{document._meta.label_lower.replace('.', '/')}/{uuid.uuid4().hex}{suffix}"


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """None or several files that can be taken; gives a list of uploads."""

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
