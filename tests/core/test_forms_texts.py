"""Text as people type and paste it."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core.forms import CleanCharField, CleanEmailField, CleanURLField, ReasonForm
from outbox.rendering.headers import validate_address


def long_text(**kwargs) -> CleanCharField:
    return CleanCharField(widget=forms.Textarea, **kwargs)


def test_characters_nobody_sees_are_removed():
    assert long_text().clean(" a\ufffe\x00b\u200b\r\nc\ud800 ") == "ab\nc"


def test_spaces_and_lines_of_a_long_text_stay():
    assert long_text().clean("1.  Eins\n\n\tZwei\u00a0€") == "1.  Eins\n\n\tZwei\u00a0€"


def test_line_has_single_spaces():
    assert CleanCharField().clean("Werk\u00a0 Süd\r\nHalle\t1") == "Werk Süd Halle 1"


def test_text_of_invisible_characters_is_empty():
    with pytest.raises(ValidationError, match="Bitte füllen Sie dieses Feld aus."):
        CleanCharField().clean("\u200b\ufffe")


def test_line_ends_count_once():
    assert long_text(max_length=3).clean("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    ("field", "most"), [(CleanCharField(), 30_000), (CleanCharField(max_length=9), 9)]
)
def test_text_that_is_too_long_is_refused_and_not_cut(field, most):
    assert field.clean("x" * most) == "x" * most
    with pytest.raises(ValidationError) as refusal:
        field.clean("x" * (most + 1))
    assert refusal.value.messages == [
        f"Bitte sicherstellen, dass der Wert aus höchstens {most} Zeichen besteht. (Er besteht aus "
        f"{most + 1} Zeichen.)"
    ]


@pytest.mark.parametrize(
    "field", [CleanCharField(max_length=9), CleanEmailField(), CleanURLField(max_length=9)]
)
def test_browser_does_not_cut_pasted_text(field):
    class SomeForm(forms.Form):
        text = field

    assert "maxlength" not in str(SomeForm()["text"])
    assert "maxlength" not in str(ReasonForm()["reason"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" gast@example.org ", "gast@example.org"),
        ("mailto:gast@example.org", "gast@example.org"),
        ("<gast@example.org>;", "gast@example.org"),
        ("gast@example.org,", "gast@example.org"),
        ("\u200bgast@example.org\u00a0", "gast@example.org"),
        ("gast@müller.example.org", "gast@müller.example.org"),
    ],
)
def test_pasted_address_is_understood(text, address):
    assert CleanEmailField().clean(text) == address


def test_address_is_no_longer_than_a_column():
    assert CleanEmailField().clean(f"{'x' * 60}@{'y.' * 90}example.org")
    with pytest.raises(ValidationError, match="höchstens 254 Zeichen"):
        CleanEmailField().clean(f"{'x' * 250}@example.org")


def test_wrong_address_is_told_in_one_sentence():
    field = CleanEmailField(validators=[validate_address])

    with pytest.raises(ValidationError) as refused:
        field.clean("gast@example..org")

    assert refused.value.messages == ["Bitte gültige E-Mail-Adresse eingeben."]


@pytest.mark.parametrize("text", ["gast @example.org", "gast@example.org zwei@example.org", "gast"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValidationError, match="gültige E-Mail-Adresse"):
        CleanEmailField().clean(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("www.berlin.de", "https://www.berlin.de"),
        ("http://berlin.de/a b".replace(" ", "%20"), "http://berlin.de/a%20b"),
        ("\ufeffhttps://berlin.de\u00a0", "https://berlin.de"),
        ("HTTPS://Berlin.de/Ab", "https://Berlin.de/Ab"),
    ],
)
def test_web_address_is_completed(text, url):
    assert CleanURLField().clean(text) == url


def test_browser_leaves_an_incomplete_web_address_to_the_portal():
    html = CleanURLField().widget.render("website", "www.berlin.de")

    assert 'type="text"' in html
    assert 'inputmode="url"' in html


@pytest.mark.parametrize(
    "text", ["https://name:wort@berlin.de/", "https://www.berlin.de@example.org/"]
)
def test_name_before_the_host_is_refused(text):
    with pytest.raises(ValidationError, match="ohne Namen und Passwort vor „@“"):
        CleanURLField().clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "siehe Impressum",
        "ftp://berlin.de",
        "javascript:alert(1)",
        "mailto:gast@example.org",
        "https://",
        "berlin",
        "https://\ufffd.de",
        "https://[",
    ],
)
def test_what_is_no_web_address_is_refused(text):
    with pytest.raises(ValidationError) as refused:
        CleanURLField().clean(text)

    assert set(refused.value.messages) == {
        "Bitte geben Sie die Internetadresse so ein: https://www.berlin.de."
    }
