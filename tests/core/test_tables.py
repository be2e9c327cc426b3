import datetime as dt
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

import core.spreadsheets
from core.errors import Refused
from core.tables import MAX_TABLE_ROWS, as_pasted, read_pasted, read_table

ROWS = [["Zeitraum", "Wert"], ["2024", "1.234,5", "zwei\nZeilen"], [], ["Größe", "9,99"]]


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def workbook(*rows, formats=()) -> bytes:
    book, buffer = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    for address, number_format in formats:
        book.active[address].number_format = number_format
    book.save(buffer)
    return buffer.getvalue()


def test_copied_rows_are_read_with_their_line_breaks_and_written_back():
    text = 'Zeitraum\tWert\t\n2024\t 1.234,5\t"zwei\nZeilen"\n\t\t\nGröße\t9,99\n\n'

    assert read_pasted(text) == ROWS
    assert read_pasted(as_pasted(ROWS)) == ROWS


def test_single_quotation_mark_does_not_swallow_the_rows_below():
    assert read_pasted('2023\t"19 Zoll\n2024\t5') == [["2023", '"19 Zoll'], ["2024", "5"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_csv_is_read_in_the_encodings_and_separators_of_excel(encoding, separator):
    content = f"Jahr{separator}Größe\r\n2024{separator}9,99\r\n".encode(encoding)

    assert read_table(upload("werte.csv", content)) == [["Jahr", "Größe"], ["2024", "9,99"]]


def test_workbook_is_read_as_a_german_sheet_shows_it():
    content = workbook(
        ["Zeitraum", "Wert", None],
        [2024, 1234.5, "=1+1"],
        [dt.datetime(2024, 3, 1), 0.1 + 0.2, True],
        [dt.datetime(2024, 3, 1), 0.125],
        [dt.datetime(2024, 3, 1), 1200],
        formats=[("A4", "MMM YY"), ("B4", "0.0%"), ("A5", "YYYY")],
    )

    assert read_table(upload("Werte.XLSX", content)) == [
        ["Zeitraum", "Wert"],
        # A formula that no program has calculated yet has no value.
        ["2024", "1234,5"],
        ["01.03.2024", "0,3", "ja"],
        ["2024-03", "12,5 %"],
        ["2024", "1200"],
    ]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("werte.pdf", b"%PDF-1.7", "„werte.pdf“ kann nicht gelesen werden."),
        ("werte.xlsx", b"keine Mappe", "„werte.xlsx“ ist keine Excel-Datei"),
        ("werte.xls", b"\xd0\xcf\x11\xe0", "„werte.xls“ kann nicht gelesen werden."),
        ("werte.csv", b"1\n" * (MAX_TABLE_ROWS + 1), "mehr als 10000 Zeilen"),
    ],
)
def test_other_files_are_refused(name, content, sentence):
    with pytest.raises(Refused, match=sentence):
        read_table(upload(name, content))


def test_workbook_too_large_for_memory_is_refused(monkeypatch):
    monkeypatch.setattr(core.spreadsheets, "MAX_UNPACKED_BYTES", 1_000)

    with pytest.raises(Refused, match="ausgepackt größer"):
        read_table(upload("werte.xlsx", workbook(["Zeitraum", "Wert"])))
