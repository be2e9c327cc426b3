import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.folding import FoldedField, fold, matching


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Öffentliche Straße", "oeffentliche strasse"),
        ("MASSNAHME", "massnahme"),
        ("Café Señor", "cafe senor"),
        ("GRÜNDER·innen", "gruender·innen"),
        ("ẞ", "ss"),
        ("", ""),
    ],
)
def test_text_is_folded(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_decomposed_umlaut_is_found_like_a_composed_one():
    assert fold("o\u0308ffentlich") == fold("öffentlich")


def test_every_word_has_to_match():
    assert str(matching("Flächen Berlin")) == (
        "(AND: ('search__contains', 'flaechen'), ('search__contains', 'berlin'))"
    )
    assert str(matching("a", field="folded")) == "(AND: ('folded__contains', 'a'))"
    assert not matching("  ")


def test_field_is_filled_from_its_sources():
    class Row:
        title = "Ankaufsstrategie für Flächen"
        code = None
        note = "Ökologie"

    field = FoldedField(sources=("title", "code", "note"))
    field.set_attributes_from_name("search")
    row = Row()

    folded = field.pre_save(row, add=True)

    assert folded == row.search == "ankaufsstrategie fuer flaechen oekologie"


def test_field_knows_its_sources_in_migrations():
    field = FoldedField(sources=("title",))
    field.set_attributes_from_name("search")

    _name, path, _args, kwargs = field.deconstruct()

    assert path == "core.folding.FoldedField"
    assert kwargs["sources"] == ("title",)


def test_nul_separates_words_because_postgresql_rejects_it():
    assert matching("Öffent\0liche") == matching("oeffent liche")
