"""The fonts of documents come out of npm's web fonts, whole and under two names."""

import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import fonts
from core.fonts import document_fonts, unpack_fonts, unpack_woff


@pytest.fixture
def woff(base_dir):
    return (base_dir / fonts.SOURCE / "fira-sans-latin-ext-600-normal.woff").read_bytes()


def tables(font: bytes) -> dict[bytes, tuple[int, bytes]]:
    """Return checksum and content of each table of a TrueType font."""
    count = struct.unpack_from(">H", font, 4)[0]
    entries = struct.iter_unpack(">4sIII", font[12 : 12 + 16 * count])
    return {
        tag: (checksum, font[offset : offset + length]) for tag, checksum, offset, length in entries
    }


@pytest.mark.parametrize("family", [fonts.FAMILY, fonts.MORE])
def test_each_table_comes_out_as_its_checksum_says(woff, family):
    found = tables(unpack_woff(woff, family=family))

    assert {b"cmap", b"glyf", b"head", b"name"} <= set(found)
    # that of `head` is taken with one of its numbers left out
    wrong = [
        tag
        for tag, (checksum, table) in found.items()
        if tag != b"head" and fonts._checksum(table) != checksum
    ]
    assert wrong == []


def test_the_part_with_rarer_letters_has_a_name_of_its_own(woff):
    names = tables(unpack_woff(woff, family=fonts.MORE))[b"name"][1]

    assert "Fira More".encode("utf-16-be") in names
    assert "Fira Sans".encode("utf-16-be") not in names


def test_something_else_is_refused():
    with pytest.raises(ValueError, match="no WOFF file"):
        unpack_woff(b"wOF2" + bytes(100))


def test_fonts_are_unpacked_once_also_by_several_at_once(settings, tmp_path):
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


def test_nothing_comes_from_the_system():
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
