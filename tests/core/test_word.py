"""Long Word documents: contents that lead somewhere, tables that break where readers can follow."""

import datetime as dt
from io import BytesIO

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from core.blocks import bar, heading, paragraphs, table
from core.word import write_word

HEADER = ["Phase", "Anzahl"]


@pytest.fixture
def write():
    def write(*blocks) -> Document:
        names = ("title", "author", "portal", "name", "mark", "contents", "page", "of")
        values = dict.fromkeys(names, "Text") | {"rows": [], "blocks": list(blocks)}
        content = write_word(values, made_at=dt.datetime(2026, 3, 18, tzinfo=dt.UTC))
        return docx.Document(BytesIO(content))

    return write


def lines_kept(document: Document) -> list[bool]:
    """Return for each line of the only table whether it stays on the page of the next."""
    (found,) = document.tables
    return [
        all(paragraph._p.xpath("./w:pPr/w:keepNext") for paragraph in line.cells[0].paragraphs)
        for line in found.rows
    ]


def test_contents_lead_to_their_chapters(write):
    document = write(heading("Lage", 1), heading("Flächen", 2), heading("Ausblick & mehr", 1))

    body = document.element.body
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))}
    marks = {mark.get(qn("w:name")): mark.getparent() for mark in body.iter(qn("w:bookmarkStart"))}
    assert anchors == marks.keys() == {"_Toc0001", "_Toc0002"}
    texts = ["".join(part.text for part in marks[name].iter(qn("w:t"))) for name in sorted(marks)]
    assert texts == ["Lage", "Ausblick & mehr"]


def test_document_without_chapters_has_no_contents(write):
    document = write(table("", HEADER, [["läuft", 1]], widths=[1, 1]))

    assert not list(document.element.body.iter(qn("w:hyperlink"), qn("w:fldChar")))


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([["läuft", 1]] * 3, [True, True, True, False]),
        ([["läuft", 1]] * 13, [True, True, *[False] * 12]),
        ([["Wort " * 200, 1], ["Wort " * 200, 2], ["", 3]], [True, True, False, False]),
        ([["läuft", 1]], [True, False]),
    ],
)
def test_small_table_stays_in_one_piece_and_a_long_one_begins_with_two_lines(write, rows, kept):
    assert lines_kept(write(table("Phasen", HEADER, rows, widths=[3, 1]))) == kept


def test_text_before_a_table_stays_with_it_even_across_a_bar(write):
    document = write(
        *paragraphs("Erster Absatz\n\nZweiter Absatz"),
        bar("Phasen", [("läuft", 1, "strong")]),
        table("Phasen", HEADER, [["läuft", 1]], widths=[1, 1]),
        *paragraphs("Danach"),
    )

    kept = {
        paragraph.text: bool(paragraph._p.xpath("./w:pPr/w:keepNext"))
        for paragraph in document.paragraphs
        if paragraph.style.name == "Normal" and paragraph.text != "Text"
    }
    assert kept == {"Erster Absatz": False, "Zweiter Absatz": True, "Danach": False}


def test_table_is_named_and_narrow_headings_are_small(write):
    few = write(table('Phasen "A" & B', HEADER, [], widths=[3, 1]))
    many = write(table("Phasen", ["Wort"] * 6, [], widths=[1] * 6))

    (caption,) = few.tables[0]._tbl.tblPr.iter(qn("w:tblCaption"))
    assert caption.get(qn("w:val")) == 'Phasen "A" & B'
    styles = [found.tables[0].cell(0, 0).paragraphs[0].style.name for found in (few, many)]
    assert styles == ["Cell", "CellSmall"]
