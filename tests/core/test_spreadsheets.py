"""Uploaded spreadsheets: what is read, and what is refused with which sentence."""

import datetime as dt
import io
import zipfile

import pytest
from openpyxl import Workbook

import core.spreadsheets
from core.errors import Refused
from core.spreadsheets import read_tables


def workbook(*rows, merged: str = "") -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    return file


def changed(file: io.BytesIO, **parts: bytes) -> io.BytesIO:
    """Return the workbook with further or other `parts`, whose names have _ instead of dots."""
    result = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(result, "w") as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry, old.read(entry))
        for name, content in parts.items():
            new.writestr(name, content)
    return result


def test_values_become_the_text_of_a_german_sheet():
    row = [1, 1.5, True, dt.date(2026, 3, 1), "  zwei\r\nZeilen ", "_x0041_", "=A", None, "Ende"]
    file = workbook(row)

    (table,) = read_tables(file)

    assert table.title == "Sheet"
    assert [(found.number, found.cells) for found in table.rows] == [
        (1, ["1", "1,5", "ja", "01.03.2026", "zwei\nZeilen", "_x0041_", "", "", "Ende"])
    ]
    assert [(fault.row, fault.column) for fault in table.faults] == [(1, 6)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("=1+1", "Hier steht eine Formel. Bitte ersetzen Sie sie durch ihren Wert."),
        ("#REF!", "Hier steht der Fehlerwert #REF!."),
        (
            "Glocke_x0007_",
            "Hier steht ein unsichtbares Steuerzeichen (U+0007). Bitte entfernen.",
        ),
    ],
)
def test_faulty_cell_is_named_and_empty(value, reason):
    (table,) = read_tables(workbook(["Titel", "Text"], ["A", value]))

    assert table.rows[1].cells == ["A", ""]
    assert [tuple(fault) for fault in table.faults] == [(2, 1, reason)]


def test_merged_cells_are_named():
    (table,) = read_tables(workbook(["a", "b"], ["c", "d"], merged="A2:B2"))

    assert [tuple(fault) for fault in table.faults] == [
        (2, 0, "Hier sind Zellen verbunden (A2:B2). Bitte heben Sie die Verbindung auf.")
    ]


def test_empty_rows_are_left_out_and_counted():
    (table,) = read_tables(workbook(["a"], [None], ["b"]))

    assert [(row.number, row.cells) for row in table.rows] == [(1, ["a"]), (3, ["b"])]


PLAIN = workbook(["a"]).getvalue()


def damaged(content: bytes) -> bytes:
    """Overwrite the compressed data of the first sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = package.getinfo("xl/worksheets/sheet1.xml")
    start = part.header_offset + 30 + len(part.filename)
    return content[:start] + b"\xff" * 40 + content[start + 40 :]


WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = {"[Content_Types].xml": b"<Types>" + WORD + b"</Types>"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Die Datei ist leer."),
        (b"%PDF-1.7 ...", "Das ist eine PDF-Datei."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "Die Datei hat ein Passwort oder"),
        (b"\x89PNG\r\n\x1a\n\0\0", "Das ist keine Tabelle."),
        (PLAIN[:500], "Die Datei ist beschädigt oder keine Excel-Arbeitsmappe."),
        (
            changed(io.BytesIO(PLAIN), **{"xl/vbaProject.bin": b"x"}).getvalue(),
            "Die Datei enthält Makros.",
        ),
        (changed(io.BytesIO(PLAIN), **TYPES).getvalue(), "Das ist keine Excel-Arbeitsmappe."),
        (
            changed(io.BytesIO(PLAIN), **{"xl/worksheets/sheet1.xml": b"<worksheet"}).getvalue(),
            "Die Datei ist beschädigt oder keine Excel-Arbeitsmappe.",
        ),
        # A deflate stream that is damaged, and XML that ends too soon.
        (damaged(PLAIN), "Die Datei ist beschädigt oder keine Excel-Arbeitsmappe."),
        (
            changed(io.BytesIO(PLAIN), **{"xl/workbook.xml": b"<workbook><sheets>"}).getvalue(),
            "Die Datei ist beschädigt oder keine Excel-Arbeitsmappe.",
        ),
        (b'a;b\n"offen;c\n', "Zeile 2 der CSV-Datei ist nicht lesbar"),
        (b"a;b\n" + b"x" * 140_000, "Die Tabelle kann nicht gelesen werden: Eine Zelle"),
    ],
)
def test_other_files_are_refused_with_what_to_do(content, sentence):
    with pytest.raises(Refused) as error:
        read_tables(io.BytesIO(content))

    assert str(error.value).startswith(sentence)


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(core.spreadsheets, "MAX_UNPACKED_BYTES", 1_000_000)
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "spreadsheetml.sheet.main+xml")
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_001)

    with pytest.raises(Refused, match="ausgepackt größer als 1 MB"):
        read_tables(result)


def test_too_many_rows_and_columns_are_refused(monkeypatch):
    monkeypatch.setattr(core.spreadsheets, "MAX_ROWS", 2)

    assert len(read_tables(io.BytesIO(b"a\nb\n"))[0].rows) == 2
    with pytest.raises(Refused, match="mehr als 2 Zeilen"):
        read_tables(io.BytesIO(b"a\nb\nc\n"))
    with pytest.raises(Refused, match="mehr als 100 Spalten"):
        read_tables(io.BytesIO(b";" * 100 + b"x"))
    with pytest.raises(Refused, match="mehr als 100 Spalten"):
        read_tables(workbook([None] * 100 + ["x"]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_csv_of_any_office_program_is_read(encoding, sign):
    text = sign.join(["Ämter", '"zwei\r\nZeilen"', "ß"]) + "\r\n"

    (table,) = read_tables(io.BytesIO(text.encode(encoding)))

    assert (table.title, table.rows[0].cells) == ("", ["Ämter", "zwei\nZeilen", "ß"])
