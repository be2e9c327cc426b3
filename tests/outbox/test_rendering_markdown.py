import pytest

from outbox.rendering.markdown import (
    fill_markers,
    marker_for,
    name_in_marker,
    to_html,
    to_text,
    with_markers,
)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("eins **zwei** *drei*", "eins zwei drei"),
        ("eins\n\nzwei", "eins\n\nzwei"),
        ("[Thema](http://a.example.org/)", "Thema: http://a.example.org/"),
        ("<http://a.example.org/>", "http://a.example.org/"),
        ("- eins\n- zwei\n\ndanach", "- eins\n- zwei\n\ndanach"),
        ("1. eins\n2. zwei", "1. eins\n2. zwei"),
        ("> eins\n> zwei\n\ndanach", "> eins\n> zwei\n\ndanach"),
        ("## Titel\n\nText", "Titel\n\nText"),
        ("eins\n\n---\n\nzwei", "eins\n\n--\n\nzwei"),
        ("- eins\n  - darunter", "- eins\n  - darunter"),
    ],
)
def test_text_reads_as_people_type_it(source, text):
    assert to_text(source) == text


def test_paragraph_that_is_only_a_link_becomes_a_button():
    assert (
        to_html("[Öffnen](https://a.example.org/)")
        == '<p><a href="https://a.example.org/" class="button">Öffnen</a></p>\n'
    )


@pytest.mark.parametrize("source", ["[eins](/a) und [zwei](/b)", "siehe [eins](/a)"])
def test_link_within_words_is_no_button(source):
    assert "button" not in to_html(source)


def test_html_and_scripts_stay_text():
    html = to_html('<script>alert(1)</script> <img src=x onerror="x"> [x](javascript:alert(1))')

    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html


def test_headings_are_of_two_levels():
    html = to_html("# Eins\n\n## Zwei\n\n#### Vier")

    assert html == "<h2>Eins</h2>\n<h2>Zwei</h2>\n<h3>Vier</h3>\n"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("    vier Leerzeichen", "vier Leerzeichen"),
        ("![Bild](https://a.example.org/p.png)", "!Bild: https://a.example.org/p.png"),
        ("~~~\nZaun\n~~~", "~~~\nZaun\n~~~"),
    ],
)
def test_text_and_html_say_the_same_without_code_and_pictures(source, text):
    assert to_text(source) == text
    assert "<code>" not in to_html(source)
    assert "<img" not in to_html(source)


def test_entities_hide_no_character():
    assert to_text("a&#x202e;b &amp; c") == "a&#x202e;b &amp; c"


def test_markers_are_replaced_by_values():
    assert (
        fill_markers(with_markers("Zum {topic}: {link}"), {"topic": "Netze", "link": "/x/"})
        == "Zum Netze: /x/"
    )


def test_doubled_braces_are_braces():
    assert with_markers("{{topic}}") == "{topic}"


@pytest.mark.parametrize("words", ["qz0zq", "qzffzq", "qzzq", marker_for("gone")])
def test_text_that_only_looks_like_a_marker_stays(words):
    assert fill_markers(f"a {words} b", {"topic": "Netze"}) == f"a {words} b"


def test_marker_survives_markdown_and_html():
    assert marker_for("rsvp_by").isalnum()
    assert name_in_marker(marker_for("rsvp_by")[2:-2]) == "rsvp_by"
