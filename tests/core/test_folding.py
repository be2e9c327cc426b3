import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.folding import FoldedField, fold, fold_url, has_words, matching


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
    assert str(matching("ab", "folded")) == "(AND: ('folded__contains', 'ab'))"
    assert not matching("  ")


def test_each_word_may_match_in_another_field():
    assert str(matching("ab cd", "one", "two")) == (
        "(AND: (OR: ('one__contains', 'ab'), ('two__contains', 'ab')), "
        "(OR: ('one__contains', 'cd'), ('two__contains', 'cd')))"
    )


def test_single_character_has_to_begin_a_word():
    assert str(matching("Ç")) == "(OR: ('search__startswith', 'c'), ('search__contains', ' c'))"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("süd", True), ("haus nord", True), ("n", True), ("d", False), ("süd west", False)],
)
def test_words_are_found_in_texts_by_the_same_rule(words, expected):
    assert has_words(words, "Haus Süd", "Nord") is expected


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


def test_hidden_characters_do_not_hide_a_word():
    assert fold("Digi\u00adtali\u200bsierung") == "digitalisierung"


@pytest.mark.parametrize(
    "url",
    [
        "https://zeitung.example.org/wirtschaft/werk",
        "http://zeitung.example.org/wirtschaft/werk",
        "https://www.zeitung.example.org/wirtschaft/werk/",
        "HTTPS://Zeitung.Example.org:443/wirtschaft/werk",
        "https://zeitung.example.org/wirtschaft/werk#kommentare",
        "https://zeitung.example.org/wirtschaft/werk?utm_source=x&utm_medium=mail",
        "https://zeitung.example.org/wirtschaft/werk?fbclid=IwAR0&gclid=1&msclkid=2",
        "https://zeitung.example.org/wirtschaft/werk?wt_mc=nl&mc_cid=3&igshid=4",
        "https://zeitung.example.org/wirtschaft/%77erk",
    ],
)
def test_addresses_of_one_page_are_alike(url):
    assert fold_url(url) == "zeitung.example.org/wirtschaft/werk"


@pytest.mark.parametrize(
    ("url", "folded"),
    [
        ("https://a.example.org/?id=2&art=1", "a.example.org?art=1&id=2"),
        ("https://a.example.org/?id=2&id=1", "a.example.org?id=1&id=2"),
        ("https://a.example.org/?id=", "a.example.org?id="),
        ("https://a.example.org/Werk", "a.example.org/Werk"),
        ("https://a.example.org:8443/", "a.example.org:8443"),
        ("https://a.example.org/#/artikel/1", "a.example.org#/artikel/1"),
        ("https://www.müller.example.org/größe", "xn--mller-kva.example.org/gr%C3%B6%C3%9Fe"),
        ("https://[kaputt/", "https://[kaputt/"),
        ("https://a.example.org:999999/", "https://a.example.org:999999/"),
        ("", ""),
    ],
)
def test_addresses_of_different_pages_stay_different(url, folded):
    assert fold_url(url) == folded
