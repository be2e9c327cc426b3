from dataclasses import replace

import pytest
from hypothesis import given

from outbox.rendering import TextError, messages
from outbox.rendering.messages import complete_link, write_message, write_plain_message
from outbox.texts import MailText, Markdown, escape_markdown
from tests.outbox.builders import NOTICE
from tests.outbox.hostile import HOSTILE, Addresses, any_text

DIGEST = MailText(
    kind="test_digest",
    title="Liste",
    subject="Erinnerung",
    body="es wartet:\n\n{lines}",
    placeholders=("lines",),
)


def write(**values):
    return write_message(
        NOTICE,
        greeting="Guten Tag",
        link="/themen/1/",
        values={"topic": "Netze", "comment": ""} | values,
    )


def test_text_is_greeting_body_closing_and_footer(settings):
    settings.OFFICE_PHONE = "030 0000"

    message = write(comment="eins\nzwei")

    assert message.subject == "Neu: Netze"
    assert message.text == (
        "Guten Tag,\n\ndas Thema Netze ist neu.\n\n> eins\n> zwei\n\n"
        "Thema öffnen: http://localhost:8000/themen/1/\n\n"
        "Mit freundlichen Grüßen\nGeschäftsstelle Masterplan Industriestadt Berlin\n\n"
        "-- \nGeschäftsstelle Masterplan Industriestadt Berlin\nMartin-Luther-Straße 105, 10825 "
        "Berlin\n"
        "Telefon 030 0000\ngeschaeftsstelle@example.org\n"
        "Hinweise zum Datenschutz: http://localhost:8000/datenschutz/\n"
    )


def test_subject_begins_with_a_capital_though_its_value_does_not():
    text = replace(NOTICE, subject="{topic}: neu")

    message = write_message(
        text, greeting="Guten Tag", link="/", values={"topic": "vertreten", "comment": ""}
    )

    assert message.subject == "Vertreten: neu"


def test_html_says_the_same_with_inline_styles_and_a_button():
    html = write(comment="eins\nzwei").html

    assert "das Thema <strong>Netze</strong> ist neu." in html
    assert "eins<br>\nzwei" in html
    assert 'class="button" href="http://localhost:8000/themen/1/" style="' in html
    assert "<style" not in html
    assert "http://localhost:8000/datenschutz/" in html


def test_empty_value_leaves_no_empty_quote():
    message = write(comment="")

    assert ">" not in message.text
    assert "<blockquote" not in message.html
    assert "ist neu.\n\nThema öffnen" in message.text


def test_value_never_becomes_markup_or_link():
    message = write(topic="<a href='x'>**fett** [klick](http://evil.example.org)</a> {link}")

    assert (
        "&lt;a href=&#x27;x&#x27;&gt;**fett** [klick](http://evil.example.org)&lt;/a&gt; {link}"
        in message.html
    )
    assert 'evil.example.org"' not in message.html
    assert "**fett** [klick](http://evil.example.org)" in message.text


OWN_ADDRESSES = {
    "http://localhost:8000/themen/1/",
    "http://localhost:8000/datenschutz/",
    "mailto:geschaeftsstelle@example.org",
}


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_value_adds_a_link_or_a_tag(evil):
    plain = Addresses(write(topic="Netze", comment="zwei\nZeilen").html)

    message = write_message(
        NOTICE, greeting=evil, link="/themen/1/", values={"topic": evil, "comment": evil}
    )

    page = Addresses(message.html)
    assert page.found == OWN_ADDRESSES
    assert page.tags == plain.tags
    assert "\u202e" not in message.text + message.html + message.subject


@given(any_text, any_text)
def test_no_text_adds_a_link(topic, greeting):
    message = write_message(
        NOTICE, greeting=greeting, link="/themen/1/", values={"topic": topic, "comment": topic}
    )

    assert Addresses(message.html).found == OWN_ADDRESSES


def test_greeting_is_one_line():
    message = write_message(
        NOTICE,
        greeting="Guten Tag\n\nbitte zahlen Sie",
        link="/",
        values={"topic": "x", "comment": ""},
    )

    assert message.text.startswith("Guten Tag bitte zahlen Sie,\n")


@pytest.mark.parametrize(
    "greeting", ("Liebe Runde,", "Liebe Runde , ", "Liebe Runde!", "Liebe Runde")
)
def test_greeting_ends_with_one_comma(greeting):
    message = write_message(
        NOTICE, greeting=greeting, link="/", values={"topic": "x", "comment": ""}
    )

    assert message.text.startswith("Liebe Runde,\n")
    assert "Liebe Runde,</p>" in message.html


def test_value_that_looks_like_a_marker_is_left_alone():
    mark = f"qz{b'comment'.hex()}zq"

    message = write(topic=mark, comment="geheim")

    assert f"<strong>{mark}</strong>" in message.html
    assert f"Thema {mark} ist" in message.text


def test_line_breaks_and_hidden_characters_do_not_reach_the_subject():
    message = write(topic="Netze\r\nBcc: x@example.org \u202etxt")

    assert message.subject == "Neu: Netze Bcc: x@example.org txt"


def test_long_subject_is_cut():
    message = write(topic="x" * 300)

    assert len(message.subject) == 200
    assert message.subject.endswith("x…")


def test_values_must_fit_exactly():
    with pytest.raises(TextError, match="do not fit"):
        write_message(NOTICE, greeting="", link="/", values={"topic": "x"})
    with pytest.raises(TextError, match="do not fit"):
        write(more="x")


def test_markdown_value_becomes_styled_list_and_plain_text():
    lines = Markdown(
        "- [Thema A](http://localhost:8000/a/): bis *morgen*\n- "
        + escape_markdown("[x](http://y) <b>")
    )

    message = write_message(DIGEST, greeting="Guten Tag", link="/", values={"lines": lines})

    assert "- Thema A: http://localhost:8000/a/: bis morgen\n- [x](http://y) <b>" in message.text
    assert '<a href="http://localhost:8000/a/" style=' in message.html
    assert "[x](http://y) &lt;b&gt;" in message.html
    assert 'href="http://y"' not in message.html


def test_markdown_value_within_a_sentence_is_an_error():
    with pytest.raises(TextError, match="stand alone"):
        write(topic=Markdown("**x**"))


def test_html_is_styled_once_per_kind(monkeypatch):
    write(topic="warm")
    monkeypatch.setattr(messages.css_inline, "CSSInliner", None)

    assert "Zweites" in write(topic="Zweites").html


def test_own_wording_is_styled_once_too(monkeypatch):
    text = replace(NOTICE, body="eigene Worte zu {topic} {comment}")
    values = {"topic": "warm", "comment": ""}
    write_message(text, greeting="", link="/", values=values)
    monkeypatch.setattr(messages.css_inline, "CSSInliner", None)

    assert (
        "eigene Worte zu Zweites"
        in write_message(text, greeting="", link="/", values=values | {"topic": "Zweites"}).html
    )


def test_other_office_gets_another_frame(settings):
    settings.OFFICE_NAME = "Büro <Test> & Co"

    message = write()

    assert "Büro <Test> & Co" in message.text
    assert "Büro &lt;Test&gt; &amp; Co" in message.html


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a b", "//evil\n", "ftp://x", 'http://x/"><script>']
)
def test_link_that_is_no_address_is_an_error(link):
    with pytest.raises(TextError):
        complete_link(link)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/a/", "http://localhost:8000/a/"),
        ("", "http://localhost:8000"),
        ("https://x.example.org/", "https://x.example.org/"),
    ],
)
def test_path_is_completed(link, address):
    assert complete_link(link) == address


def test_plain_message_keeps_its_text_and_links_only_the_portal():
    message = write_plain_message(
        subject="Passwort\nneu",
        text="Hallo <b>,\n\nhttp://localhost:8000/konto/x/?a=1&b=2\nhttp://evil.example.org/",
    )

    assert message.subject == "Passwort neu"
    assert (
        message.text
        == "Hallo <b>,\n\nhttp://localhost:8000/konto/x/?a=1&b=2\nhttp://evil.example.org/\n"
    )
    assert '<a href="http://localhost:8000/konto/x/?a=1&amp;b=2">' in message.html
    assert 'href="http://evil' not in message.html
    assert "Mit freundlichen Grüßen" not in message.html
