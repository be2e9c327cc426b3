"""Documents are tagged, named and in German; user input stays text."""

import datetime as dt
import struct
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from zoneinfo import ZoneInfo

import docx
import pytest
import typst

from core import documents
from core.documents import (
    DRAWN,
    NO_GLYPH,
    document_fonts,
    document_response,
    drawable,
    make_pdf,
    make_word,
    unpack_fonts,
    unpack_woff,
)
from core.enums import PDF
from tests.core.pdfs import fonts_of, read_pdf, text_of

MADE_AT = dt.datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PAPER = """#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set text(font: ("Fira Sans", "Fira More"), lang: "de")
= #data.title
#strong[#data.title]

#data.text
"""


@pytest.fixture
def root(settings, tmp_path):
    """A base folder with one Typst and one Word template, and the unpacked fonts."""
    document_fonts()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "paper.typ").write_text(PAPER)
    paper = docx.Document()
    paper.add_paragraph("{{ title }}: {{ text }}")
    paper.save(str(tmp_path / "templates" / "paper.docx"))
    settings.BASE_DIR = tmp_path
    return tmp_path


def pdf(text: str, title: str = "Titel") -> bytes:
    return make_pdf("paper.typ", {"title": title, "text": text}, made_at=MADE_AT)


def word(text: str) -> docx.document.Document:
    values = {"title": "Titel", "author": "Stelle", "text": text}
    return docx.Document(BytesIO(make_word("paper.docx", values, made_at=MADE_AT)))


def test_pdf_is_marked_as_accessible_and_archivable(root):
    catalogue = read_pdf(pdf("Text", title="Größe")).trailer["/Root"]
    about = catalogue["/Metadata"].get_data().decode()

    assert catalogue["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"] == "de"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in about
    assert '<rdf:li xml:lang="x-default">Größe</rdf:li>' in about
    assert read_pdf(pdf("Text")).metadata["/CreationDate"] == "D:20260302090000Z"


def test_same_values_make_the_same_pdf(root):
    assert pdf("Text") == pdf("Text")


def test_template_that_breaks_a_rule_of_accessibility_fails(root):
    (root / "templates" / "paper.typ").write_text("Kein Titel")

    with pytest.raises(typst.TypstError, match="PDF/UA-1"):
        pdf("Text")


@pytest.mark.parametrize(
    "text",
    [
        '#import "@preview/x:1.0.0": y',
        '#read("/etc/passwd") #image("x.png")',
        "$a*b$ *fett* _kursiv_ `x` <marke> @verweis = Kopf",
        "'\"„“‚‘ \\n \\u{1F600} // Bemerkung /* x */ -- ---",
        "{{ 7 * 7 }} {% for x in y %} {%p if 1 %} {# still #}",
        "<w:br/> &amp; & < > ]]>",
    ],
)
def test_user_input_stays_text(root, text):
    assert text in text_of(pdf(text))
    assert word(text).paragraphs[0].text == f"Titel: {text}"


def test_bold_and_rarer_letters_are_drawn_in_fira_sans(root):
    assert fonts_of(pdf("Łódź, Žižkov, Ő", title="Łódź")) == {
        "FiraSans-Regular",
        "FiraSans-SemiBold",
    }


def test_each_allowed_character_has_a_glyph(root):
    every = [
        chr(code)
        for code in range(0x20, 0x10000)
        if DRAWN.match(chr(code)) and drawable(chr(code)) == chr(code)
    ]

    assert len(every) > 2900
    assert pdf(" ".join(every)).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Gut 😀👍🏽 so", f"Gut {NO_GLYPH} so"),
        ("三菱", NO_GLYPH),
        ("a\u200b\u202eb\ufeff\u00adc", "ab\u00adc"),
        ("A\u0308ra\r\nzwei\x0bdrei\u2028vier", "Ära\nzwei\ndrei\nvier"),
        ("\x00\x07\x1b[31m\ud800", "[31m"),
        ("a\tb", "a b"),
        ("≥ 5 € – „x“ ☐ ✓ → ²", "≥ 5 € – „x“ ☐ ✓ → ²"),
    ],
)
def test_characters_without_a_glyph_become_one_sign(root, text, drawn):
    assert drawable(text) == drawn
    assert pdf(text).startswith(b"%PDF-1.7")


def test_word_document_drops_characters_that_xml_forbids(root):
    assert (
        word("Gut 😀 三菱\x00\x07\ufffe\n\nzwei").paragraphs[0].text == "Titel: Gut 😀 三菱\n\nzwei"
    )


def test_word_document_has_its_properties(root):
    properties = word("Text").core_properties

    assert (properties.title, properties.author) == ("Titel", "Stelle")
    assert properties.created == properties.modified == dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def test_long_text_without_spaces_yields_a_complete_document(root):
    assert text_of(pdf("x" * 5000)).count("x") > 0


def test_response_is_a_download():
    response = document_response(b"%PDF", filename="vorlage.pdf", media_type=PDF)

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="vorlage.pdf"'


@pytest.fixture
def woff(base_dir):
    return (base_dir / documents.SOURCE / "fira-sans-latin-ext-600-normal.woff").read_bytes()


def tables(font: bytes) -> dict[bytes, tuple[int, bytes]]:
    """Return the checksum and content of each table of a TrueType font."""
    count = struct.unpack_from(">H", font, 4)[0]
    entries = struct.iter_unpack(">4sIII", font[12 : 12 + 16 * count])
    return {
        tag: (checksum, font[offset : offset + length]) for tag, checksum, offset, length in entries
    }


@pytest.mark.parametrize("family", [documents.FAMILY, documents.EXTENDED_FAMILY])
def test_each_unpacked_table_matches_its_checksum(woff, family):
    found = tables(unpack_woff(woff, family=family))

    assert {b"cmap", b"glyf", b"head", b"name"} <= set(found)
    # The checksum of `head` excludes one of its own fields, so it cannot match.
    wrong = [
        tag
        for tag, (checksum, table) in found.items()
        if tag != b"head" and documents._checksum(table) != checksum
    ]
    assert wrong == []


def test_font_of_rarer_letters_has_its_own_name(woff):
    names = tables(unpack_woff(woff, family=documents.EXTENDED_FAMILY))[b"name"][1]

    assert "Fira More".encode("utf-16-be") in names
    assert "Fira Sans".encode("utf-16-be") not in names


def test_file_that_is_no_font_is_refused():
    with pytest.raises(ValueError, match="no WOFF file"):
        unpack_woff(b"wOF2" + bytes(100))


def test_fonts_are_unpacked_once_even_by_concurrent_callers(settings, tmp_path):
    settings.FONT_DIR = tmp_path / "fonts"

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: unpack_fonts(), range(4)))
    first = {path: path.stat().st_mtime_ns for path in unpack_fonts()}

    assert results[0] == list(first)
    assert sorted(path.name for path in (tmp_path / "fonts").iterdir()) == [
        "latin-400.ttf",
        "latin-600.ttf",
        "latin-ext-400.ttf",
        "latin-ext-600.ttf",
    ]
    assert {path: path.stat().st_mtime_ns for path in unpack_fonts()} == first


def test_no_font_comes_from_the_system():
    families = {font.family for font in document_fonts().fonts()}

    assert families == {
        "Fira Sans",
        "Fira More",
        "Libertinus Serif",
        "New Computer Modern",
        "New Computer Modern Math",
        "DejaVu Sans Mono",
    }


def test_missing_sources_are_an_error(settings, tmp_path):
    settings.FONT_DIR, settings.BASE_DIR = tmp_path / "fonts", tmp_path

    with pytest.raises(FileNotFoundError):
        unpack_fonts()
    assert list((tmp_path / "fonts").iterdir()) == []
