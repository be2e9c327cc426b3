import datetime as dt
from decimal import Decimal
from io import BytesIO
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from core import exports
from core.exports import (
    SAMPLE_ROWS,
    XLSX,
    Sheet,
    list_response,
    workbook_response,
)

HEADER = ["Organisation", "Antwort", "Plätze"]


NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
HEAD_ROWS = 3  # title, source and an empty row


def make_list(header, rows):
    return list_response("Liste", header, rows, now=NOW)


def sheet_of(response):
    """Return the sheet without the rows above its table."""
    sheet = load_workbook(BytesIO(response.content)).active
    sheet.delete_rows(1, HEAD_ROWS)
    return sheet


def test_file_has_a_name_and_a_content_type(settings):
    settings.PORTAL_NAME = "Masterplan"
    response = list_response("Gäste", HEADER, [], now=NOW)

    assert response["Content-Type"] == XLSX
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''G%C3%A4ste%20Masterplan%202026-03-02.xlsx"
    )


def test_name_of_the_file_is_one_line_and_not_too_long(settings):
    settings.PORTAL_NAME = "Masterplan"
    title = "Verteiler\nPresse\x0b\ufffe" + "x" * 300

    name = unquote(list_response(title, HEADER, [], now=NOW)["Content-Disposition"])

    assert name.startswith("attachment; filename*=utf-8''Verteiler Presse xxx")
    assert len(name) < 170


def test_header_is_bold_and_frozen():
    sheet = sheet_of(make_list(HEADER, [["VDMA Ost", "Zusage", 2]]))

    assert [cell.value for cell in sheet[1]] == HEADER
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:C5"


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30 9013", "-", "@SUM(A1)", '=HYPERLINK("https://example.org")', "007"]
)
def test_text_stays_text(text):
    cell = sheet_of(make_list(HEADER, [[text, "", ""]]))["A2"]

    assert (cell.value, cell.data_type) == (text, "s")


def test_list_is_printed_across_with_its_header_on_each_page():
    few = load_workbook(BytesIO(make_list(HEADER, [["VDMA", "Ja", 1]]).content)).active
    many = load_workbook(BytesIO(make_list(["x" * 58] * 10, []).content)).active

    for sheet, pages in ((few, 1), (many, 3)):
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (pages, 0)
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.oddFooter.center.text == "Seite &P von &N"


def test_text_longer_than_its_column_is_wrapped():
    sheet = sheet_of(make_list(HEADER, [["Wort " * 20, "Ja", 1]]))

    assert [bool(cell.alignment.wrap_text) for cell in sheet[2][:2]] == [True, False]


def test_line_is_as_high_as_its_longest_text_and_the_head_is_not_wrapped(settings):
    settings.OFFICE_NAME = "Geschäftsstelle " * 6
    rows = [["kurz", "Ja", 1], ["Wort " * 20, "eins\nzwei\ndrei", 1], ["x\n" * 99, "Ja", 1]]
    sheet = load_workbook(BytesIO(make_list(HEADER, rows).content)).active

    assert [sheet.row_dimensions[number].height for number in (5, 6, 7)] == [None, 45, 405]
    assert not sheet["A2"].alignment.wrap_text


def test_dates_stand_at_the_top_beside_long_texts():
    sheet = sheet_of(make_list(HEADER, [["eins\nzwei", dt.date(2026, 3, 2), NOW]]))

    assert [cell.alignment.vertical for cell in sheet[2]] == ["top", "top", "top"]


def test_dates_stay_dates_in_berlins_time():
    moment = dt.datetime(2019, 6, 17, 22, 30, tzinfo=dt.UTC)
    sheet = sheet_of(make_list(HEADER, [[dt.date(2019, 3, 27), moment, dt.time(14, 0)]]))

    cells = list(sheet[2])

    assert [cell.value for cell in cells] == [
        dt.datetime(2019, 3, 27),
        dt.datetime(2019, 6, 18, 0, 30),
        dt.time(14, 0),
    ]
    assert [cell.number_format for cell in cells] == ["DD.MM.YYYY", "DD.MM.YYYY HH:MM", "HH:MM"]


def test_numbers_stay_numbers_and_nothing_stays_empty():
    sheet = sheet_of(make_list(HEADER, [[12, Decimal("1.5"), None]]))

    assert [cell.value for cell in sheet[2]] == [12, 1.5, None]


def test_control_characters_do_not_break_the_file():
    text = "a\x07\ufffe\uffff\ud800b"
    sheet = sheet_of(make_list([*HEADER, text], [[text, "zwei\r\nZeilen", "", ""]]))

    assert [cell.value for cell in sheet[2]][:2] == ["ab", "zwei\nZeilen"]
    assert sheet["D1"].value == "ab"


def test_text_that_looks_like_an_escape_is_written_as_it_is():
    cell = sheet_of(make_list(HEADER, [["_x0041_ _x12_", "", ""]]))["A2"]

    # What Excel shows as "_x0041_ _x12_"; openpyxl does not decode it.
    assert cell.value == "_x005F_x0041_ _x12_"


@pytest.mark.parametrize(("char", "count"), [("x", 32_767), ("😀", 16_383)])
def test_text_longer_than_a_cell_is_cut_with_a_note(char, count):
    rows = [[char * count, char * (count + 1), ""]]
    whole, cut, _empty = sheet_of(make_list(HEADER, rows))[2]

    assert whole.value == char * count
    assert cut.value.endswith(f"{char}… [gekürzt; vollständig im Portal]")
    assert len(cut.value.encode("utf-16-le")) // 2 <= 32_767


def test_columns_are_as_wide_as_their_text_within_bounds():
    sheet = sheet_of(make_list(HEADER, [["x" * 30, "y" * 300, 1]]))

    assert [sheet.column_dimensions[column].width for column in "ABC"] == [32, 60, 10]


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#1"])
def test_text_that_looks_like_an_error_stays_text(text):
    cell = sheet_of(make_list(HEADER, [[text, "", ""]]))["A2"]

    assert (cell.value, cell.data_type) == (text, "s")


def test_columns_are_as_wide_as_the_first_rows_need():
    texts = ["kurz"] * SAMPLE_ROWS + ["x" * 50]
    sheet = sheet_of(make_list(HEADER, ([text, "", ""] for text in texts)))

    # Rows are written as they come, so a later one is too late.
    assert (sheet.max_row, sheet.column_dimensions["A"].width) == (SAMPLE_ROWS + 2, 14)


def test_large_file_is_sent_from_the_disk(monkeypatch):
    whole = make_list(HEADER, [["VDMA Ost", "Zusage", 2]])
    monkeypatch.setattr(exports, "IN_MEMORY_BYTES", 1_000)

    response = make_list(HEADER, [["VDMA Ost", "Zusage", 2]])
    content = response.getvalue()
    response.file_to_stream.close()

    assert response.streaming
    assert int(response["Content-Length"]) == len(content)
    for name in ("Content-Type", "Content-Disposition"):
        assert response[name] == whole[name]
    assert load_workbook(BytesIO(content)).active["A5"].value == "VDMA Ost"


def test_cells_stand_at_the_top_of_their_row():
    sheet = sheet_of(make_list(HEADER, [["kurz", "zwei\nZeilen", dt.date(2026, 3, 2)]]))

    # The first has no format of its own, so it has that of the workbook.
    assert [cell.alignment.vertical for cell in sheet[2]] == ["top", "top", "top"]
    assert [bool(cell.alignment.wrap_text) for cell in sheet[2]] == [False, True, False]


def test_rows_may_come_from_a_generator():
    sheet = sheet_of(make_list(HEADER, ([n, n, n] for n in range(3))))

    assert sheet.max_row == 4


def test_workbook_is_named_and_headed_by_title_organisation_and_day(settings):
    settings.OFFICE_NAME, settings.PORTAL_NAME = "Geschäftsstelle", "Masterplan"
    # 23:30 in Berlin, one day later than in UTC.
    now = dt.datetime(2026, 3, 17, 23, 30, tzinfo=dt.UTC)

    response = workbook_response(
        "Liste: alle/neue",
        [Sheet("Erstes", ["Name"], [["Ankauf"]]), Sheet("Zweites", ["Name", "Tag"], [])],
        now=now,
    )

    assert response["Content-Disposition"] == (
        'attachment; filename="Liste- alle-neue Masterplan 2026-03-18.xlsx"'
    )
    book = load_workbook(BytesIO(response.content))
    assert book.sheetnames == ["Erstes", "Zweites"]
    assert (book.properties.title, book.properties.creator, book.properties.created) == (
        "Liste: alle/neue",
        "Geschäftsstelle",
        dt.datetime(2026, 3, 17, 23, 30),
    )
    assert list(book["Erstes"].values) == [
        ("Liste: alle/neue: Erstes",),
        ("Geschäftsstelle · Stand: 18.03.2026",),
        (None,),
        ("Name",),
        ("Ankauf",),
    ]
    assert (book["Erstes"].freeze_panes, book["Erstes"].auto_filter.ref) == ("A5", "A4:A5")
    assert (book["Zweites"].freeze_panes, book["Zweites"].auto_filter.ref) == ("A5", None)
