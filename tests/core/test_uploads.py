"""Uploads are checked by content, and their names are harmless."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.enums import JPEG, PDF, PNG, WORD, XLSX
from core.errors import Refused
from core.uploads import ascii_name, check_uploads, clean_name, download_name, stored_name
from tests.core import files

WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Konzept.pdf", files.PDF, PDF),
        ("KONZEPT.PDF", files.PDF, PDF),
        ("Text.docx", files.word_file(), WORD),
        ("Zahlen.xlsx", files.excel_file(), XLSX),
        ("Plan.png", files.PNG, PNG),
        ("Foto.jpg", files.JPEG, JPEG),
        ("Foto.jpeg", files.JPEG, JPEG),
    ],
)
def test_accepted_types_pass(name, content, media_type):
    assert check_uploads([files.upload(name, content)]) == [media_type]


@pytest.mark.parametrize(
    "name", ["setup.exe", "seite.html", "bild.svg", "alt.doc", "makro.docm", "ohne", "a.pdf.js"]
)
def test_other_extensions_are_refused(name):
    with pytest.raises(Refused, match=f"„{name}“ kann nicht angehängt werden. Möglich sind PDF"):
        check_uploads([files.upload(name)])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.pdf", b"MZ" + bytes(100)),
        ("a.pdf", b" %PDF-1.7"),
        ("a.png", files.JPEG),
        ("a.jpg", b"GIF89a" + bytes(20)),
        ("a.docx", files.excel_file()),
        ("a.xlsx", files.word_file()),
        ("a.docx", files.PDF),
        ("a.docx", files.package("application/zip", "word/document.xml")),
        ("a.docx", files.package(WORD_MACROS, "word/document.xml")),
        ("a.docx", files.package(WORD_MAIN, "word/document.xml", "word/vbaProject.bin")),
        ("a.docx", files.word_file()[:200]),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("a.docx", files.package("x" * 1_000_001, "word/document.xml")),
    ],
)
def test_content_that_does_not_match_the_extension_is_refused(name, content):
    with pytest.raises(Refused, match="Sie ist beschädigt, hat ein Passwort oder Makros"):
        check_uploads([files.upload(name, content)])


def test_empty_file_is_refused():
    with pytest.raises(Refused, match=r"„a\.pdf“ ist leer"):
        check_uploads([files.upload("a.pdf", b"")])


def test_files_may_reach_but_not_exceed_the_size_limit(settings):
    settings.ATTACHMENT_MAX_MB = 1
    half = files.PDF + bytes(500_000 - len(files.PDF))

    assert check_uploads([files.upload("a.pdf", half), files.upload("b.pdf", half)]) == [PDF, PDF]
    with pytest.raises(Refused, match="zusammen größer als 1 MB"):
        check_uploads([files.upload("a.pdf", half), files.upload("b.pdf", half + b"x")])


def test_at_most_ten_files_are_accepted():
    assert len(check_uploads([files.upload()] * 10)) == 10
    with pytest.raises(Refused, match="höchstens 10 Dateien"):
        check_uploads([files.upload()] * 11)


def test_checking_leaves_the_file_at_its_start():
    upload = files.upload("a.docx", files.word_file())

    check_uploads([upload])

    assert upload.read(2) == b"PK"


@pytest.mark.parametrize(
    ("name", "shown", "saved"),
    [
        ("Größe der Flächen.pdf", "Größe der Flächen.pdf", "Groesse-der-Flaechen.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf", "passwd.pdf"),
        ("C:\\Nutzer\\x\\Plan.PDF", "Plan.PDF", "Plan.pdf"),
        ("=cmd|'calc'!A1.xlsx", "cmd|'calc'!A1.xlsx", "cmd-calc-A1.xlsx"),
        ("+-@=1.pdf", "1.pdf", "1.pdf"),
        (".htaccess.pdf", "htaccess.pdf", "htaccess.pdf"),
        ("Rechnung\u202efdp.pdf", "Rechnungfdp.pdf", "Rechnungfdp.pdf"),
        ('a\r\nSet-Cookie: x="1".pdf', 'aSet-Cookie: x="1".pdf', "aSet-Cookie-x-1.pdf"),
        ("日本.pdf", "日本.pdf", "datei.pdf"),
        ("U\u0308bersicht  2.pdf", "Übersicht 2.pdf", "Uebersicht-2.pdf"),
        ("<b>fett</b>.pdf", "b>.pdf", "b.pdf"),
        ("", "datei", "datei"),
    ],
)
def test_file_names_are_sanitised(name, shown, saved):
    assert (clean_name(name), download_name(name)) == (shown, saved)


def test_long_names_keep_their_extension():
    name = clean_name("ä" * 300 + ".docx")

    assert (len(name), name[-6:]) == (120, "ä.docx")
    assert len(clean_name("a." + "b" * 300)) == 120


@pytest.mark.parametrize(
    ("text", "name"),
    [("Fachkräfte & Ausbildung", "Fachkraefte-Ausbildung"), ("ÄÖÜß – é", "AeOeUess-e"), ("…", "")],
)
def test_parts_of_file_names_are_ascii(text, name):
    assert ascii_name(text) == name


def test_stored_name_reveals_nothing_about_the_file():
    class Paper:
        class _meta:
            label_lower = "approvals.attachment"

    upload = SimpleUploadedFile("Geheimes Konzept.PDF", b"x")

    assert re.fullmatch(r"approvals/attachment/[0-9a-f]{32}\.pdf", stored_name(Paper, upload.name))
