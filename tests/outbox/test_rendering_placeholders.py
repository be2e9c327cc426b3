import pytest

from outbox.rendering.placeholders import fill, mark_of, marked, name_of


def test_marks_hold_the_place_of_values():
    assert (
        fill(marked("Zum {topic}: {link}"), {"topic": "Netze", "link": "/x/"}) == "Zum Netze: /x/"
    )


def test_doubled_braces_are_braces():
    assert marked("{{topic}}") == "{topic}"


@pytest.mark.parametrize("words", ["qz0zq", "qzffzq", "qzzq", mark_of("gone")])
def test_what_only_looks_like_a_mark_stays(words):
    assert fill(f"a {words} b", {"topic": "Netze"}) == f"a {words} b"


def test_mark_survives_markdown_and_html():
    assert mark_of("answer_by").isalnum()
    assert name_of(mark_of("answer_by")[2:-2]) == "answer_by"
