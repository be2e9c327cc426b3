import pytest

from outbox.errors import TextError
from outbox.headers import normalise_address, one_line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("a\r\nb", "a b"),
        ("a\x00b", "a b"),
        ("  a   b ", "a b"),
        ("a\u2028b", "a b"),
        ("a\u202eb", "a b"),
        ("a\x9bb", "a b"),
    ],
)
def test_value_becomes_one_line(value, line):
    assert one_line(value) == line


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
    ],
)
def test_what_is_no_address_is_an_error(email):
    with pytest.raises(TextError):
        normalise_address(email)
