import pytest

from outbox.rendering.markdown import fill_markers, marker_for, name_in_marker, with_markers


def test_marks_hold_the_place_of_values():
    assert (
        fill_markers(with_markers("Zum {topic}: {link}"), {"topic": "Netze", "link": "/x/"})
        == "Zum Netze: /x/"
    )


def test_doubled_braces_are_braces():
    assert with_markers("{{topic}}") == "{topic}"


@pytest.mark.parametrize("words", ["qz0zq", "qzffzq", "qzzq", marker_for("gone")])
def test_what_only_looks_like_a_mark_stays(words):
    assert fill_markers(f"a {words} b", {"topic": "Netze"}) == f"a {words} b"


def test_mark_survives_markdown_and_html():
    assert marker_for("answer_by").isalnum()
    assert name_in_marker(marker_for("answer_by")[2:-2]) == "answer_by"
