import pytest
from django.utils.translation import gettext_lazy

from outbox.rendering import TextError
from outbox.rendering.markdown import names_in
from outbox.rendering.messages import write_message
from outbox.texts import (
    MailText,
    all_texts,
    area_of,
    escape_markdown,
    placeholders_of,
    plain_text,
    register,
    text_of,
    title_of,
)
from tests.outbox.builders import NOTICE


def make_text(**fields):
    return MailText(
        **{"kind": "test_kind", "title": "Art", "subject": "Betreff", "body": "Text."} | fields
    )


@pytest.mark.parametrize("part", ["subject", "body"])
def test_unknown_placeholder_is_an_error_at_declaration(part):
    with pytest.raises(TextError, match="test_kind: unknown placeholders topic"):
        make_text(**{part: "Zum {topic}"})


def test_default_uses_all_its_placeholders():
    with pytest.raises(TextError, match="test_kind: placeholders not used comment"):
        register(make_text(placeholders=("comment",)))

    assert title_of("test_kind") == "test_kind"


@pytest.mark.parametrize("text", all_texts(), ids=lambda text: text.kind)
def test_every_text_has_an_area_and_explains_its_placeholders(text):
    unexplained = [
        name for name, placeholder in placeholders_of(text).items() if placeholder.label == name
    ]

    assert unexplained == [], (
        "register(…, placeholders={name: Placeholder(label, example)}) explains them"
    )
    assert area_of(text.kind) != "Portal", "register(…, area=…) says where the text belongs"


def test_link_is_offered_only_where_the_default_has_one():
    register(make_text(kind="test_without_link", body="Zu {topic}", placeholders=("topic",)))

    assert list(placeholders_of(text_of("test_without_link"))) == ["topic", "greeting"]
    assert list(placeholders_of(NOTICE)) == ["topic", "comment", "link", "greeting"]


def test_reminders_of_the_day_cannot_wait():
    assert [text.kind for text in all_texts() if not text.can_wait] == [
        "notice_bundle",
        "reminder_digest",
        "report_due",
        "test_list",
    ]


def test_greeting_and_link_are_always_there():
    text = make_text(body="{greeting} [hier]({link})")

    assert text.placeholders == ()


def test_link_points_only_at_a_placeholder_of_an_address():
    with pytest.raises(TextError, match="no link may point at topic"):
        make_text(body="[hier]({topic})", placeholders=("topic",))


@pytest.mark.parametrize(
    "template", ["{a.b}", "{a[0]}", "{0}", "{}", "{a!r}", "{a:>5}", "{a", "a}"]
)
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
    values = dict.fromkeys(text.placeholders, "<b>[x](http://evil.example.org)</b>")

    message = write_message(text, greeting="Guten Tag", link="/ziel/", values=values)

    assert "<b>" not in message.html
    assert 'href="http://evil.example.org"' not in message.html
    assert "\n" not in message.subject
    assert message.text.startswith("Guten Tag,\n")


def test_line_of_markdown_reads_plainly_on_the_console():
    title = "Seilfabrik: Ausbildung_2 (Metall)"

    assert (
        plain_text(f"Freigabe „{escape_markdown(title)}“: bis **morgen**")
        == f"Freigabe „{title}“: bis morgen"
    )
