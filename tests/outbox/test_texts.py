import pytest
from django.utils.translation import gettext_lazy

from outbox.errors import TextError
from outbox.letters import write_letter
from outbox.texts import MailText, all_texts, escape_markdown, names_in, plain_text, register, text_of, title_of
from tests.outbox.builders import NOTICE


def make_text(**fields):
    return MailText(**{"kind": "test_kind", "title": "Art", "subject": "Betreff", "body": "Text."} | fields)


@pytest.mark.parametrize("part", ["subject", "body"])
def test_unknown_placeholder_is_an_error_at_declaration(part):
    with pytest.raises(TextError, match="test_kind: unknown placeholders topic"):
        make_text(**{part: "Zum {topic}"})


def test_placeholder_that_is_not_used_is_an_error():
    with pytest.raises(TextError, match="not used comment"):
        make_text(placeholders=("comment",))


def test_greeting_and_link_are_always_there():
    text = make_text(body="{greeting} [hier]({link})")

    assert text.placeholders == ()


def test_link_points_only_at_a_placeholder_of_an_address():
    with pytest.raises(TextError, match="no link may point at topic"):
        make_text(body="[hier]({topic})", placeholders=("topic",))


@pytest.mark.parametrize("template", ["{a.b}", "{a[0]}", "{0}", "{}", "{a!r}", "{a:>5}", "{a", "a}"])
def test_only_plain_placeholders_are_read(template):
    with pytest.raises(TextError):
        names_in(template)


def test_lazy_words_are_accepted():
    text = make_text(subject=gettext_lazy("Neu: {topic}"), placeholders=("topic",))

    assert names_in(str(text.subject)) == {"topic"}


def test_kind_is_declared_once():
    register(NOTICE)

    with pytest.raises(TextError, match="test_notice: declared twice"):
        register(make_text(kind="test_notice"))
    assert text_of("test_notice") is NOTICE


def test_unregistered_kind_is_an_error_but_has_a_title():
    with pytest.raises(TextError, match="no such kind"):
        text_of("gone")

    assert (title_of("gone"), title_of("test_notice")) == ("gone", "Hinweis zum Test")


def test_escaped_text_is_one_line_without_markup():
    assert escape_markdown("[x](http://y)\n**z**") == r"\[x\]\(http\://y\) \*\*z\*\*"


@pytest.mark.parametrize("text", all_texts(), ids=lambda text: text.kind)
def test_every_registered_text_renders_with_hostile_values(text):
    values = {
        name: "/seite/" if name.endswith("_link") else "<b>[x](http://evil.example.org)</b>"
        for name in text.placeholders
    }

    letter = write_letter(text, greeting="Guten Tag", link="/ziel/", values=values)

    assert "<b>" not in letter.html
    assert 'href="http://evil.example.org"' not in letter.html
    assert "\n" not in letter.subject
    assert letter.text.startswith("Guten Tag,\n")


def test_line_of_markdown_reads_plainly_on_the_console():
    title = "Seilfabrik: Ausbildung_2 (Metall)"

    assert plain_text(f"Freigabe „{escape_markdown(title)}“: bis **morgen**") == f"Freigabe „{title}“: bis morgen"
