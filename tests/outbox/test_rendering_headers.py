import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.texts import CONTROL, HIDDEN
from outbox.rendering import TextError
from outbox.rendering.headers import normalise_address, one_line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("a\r\nb", "a b"),
        ("a\x00b", "a b"),
        ("  a   b ", "a b"),
        ("a\u2028b", "a b"),
        ("a\x85b", "a b"),
        ("a\x9bb", "a b"),
        ("a\u202eb", "ab"),
        ("a\u200eb\ufeff", "ab"),
        ("Groß\u00adbeeren", "Großbeeren"),
    ],
)
def test_value_becomes_one_line(value, line):
    assert one_line(value) == line


@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?q?a=0D=0ABcc:_x@example.org?=",
        "==??utf-8?q?x?=",
        "=\u200b?utf-8?q?x?=",
        "= ?=?utf-8?b?4oCu?=",
    ],
)
def test_encoded_word_is_broken_up(value):
    assert "=?" not in one_line(value)


@given(st.text(), st.integers(2, 200))
def test_any_value_becomes_one_short_line_without_hidden_characters(value, length):
    line = one_line(value, length)

    assert len(line) <= length
    assert len(line.splitlines()) <= 1
    assert "=?" not in line
    assert not CONTROL.search(line)
    assert not HIDDEN.search(line)


@pytest.mark.parametrize(
    ("email", "stored"),
    [
        (" Gast@Example.ORG ", "gast@example.org"),
        ("gast@büro.example.org", "gast@xn--bro-hoa.example.org"),
        ("vor+nach.name@example.org", "vor+nach.name@example.org"),
    ],
)
def test_address_is_stored_in_one_form(email, stored):
    assert normalise_address(email) == stored


@pytest.mark.parametrize(
    "email",
    [
        "",
        "gast",
        "@example.org",
        "gast@",
        "gäst@example.org",
        "a@example.org, b@example.org",
        "a\nb@example.org",
        "<a@example.org>",
        "(x)a@example.org",
        "a@example.org(x)",
        "a@[127.0.0.1]",
        "a..b@example.org",
        "a@-example.org",
        "=?utf-8?q?a=0d=0abcc=3ax?=@example.org",
    ],
)
def test_invalid_address_is_an_error(email):
    with pytest.raises(TextError):
        normalise_address(email)
