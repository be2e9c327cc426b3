"""Every text of approvals and dialogues renders with all its values, as text and as HTML."""

import pytest

from outbox.rendering.markdown import names_in
from outbox.rendering.messages import write_message
from outbox.texts import all_texts, text_of

KINDS = (
    "rsvp_confirmed",
    "approval_asked",
    "approval_decided",
    "approval_withdrawn",
    "date_fixed",
    "dialogue_cancelled",
    "dialogue_changed",
    "dialogue_changed_info",
    "dialogue_postponed",
    "invitation",
    "invitation_reminder",
    "invitation_withdrawn",
    "substitute_named",
    "topic_decided",
    "topic_declined",
    "topic_proposed",
    "topic_taken_up",
)


def message_of(kind: str, **values):
    text = text_of(kind)
    filled = {name: f"Wert von {name}" for name in text.placeholders}
    return write_message(text, greeting="Guten Tag", link="/seite/", values=filled | values)


def test_texts_are_registered():
    assert {text.kind for text in all_texts()} >= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_text_is_rendered_with_every_value(kind):
    text, message = text_of(kind), message_of(kind)

    assert message.text.startswith("Guten Tag,\n\n")
    for name in text.placeholders:
        if name in names_in(str(text.body)):
            assert f"Wert von {name}" in message.text
            assert f"Wert von {name}" in message.html
        else:
            assert f"Wert von {name}" in message.subject
    assert "{" not in message.subject + message.text
    assert "**" not in message.text


@pytest.mark.parametrize("kind", KINDS)
def test_body_continues_in_lower_case_after_the_greeting(kind):
    """German letters continue in lower case after the comma; names and nouns keep their capital."""
    first = message_of(kind).text.removeprefix("Guten Tag,\n\n")

    assert first[0].islower() or first.startswith("Wert von")


@pytest.mark.parametrize("kind", KINDS)
def test_values_stay_text(kind):
    text = text_of(kind)
    values = dict.fromkeys(
        text.placeholders, "<b>[hier](http://example.net)</b>\nBcc: x@example.org"
    )

    message = write_message(text, greeting="Guten Tag", link="/seite/", values=values)

    assert "<b>" not in message.html
    assert 'href="http://example.net' not in message.html
    assert "\n" not in message.subject


@pytest.mark.parametrize("kind", KINDS)
def test_link_is_present_where_there_is_something_to_do(kind):
    without = {
        "approval_withdrawn",
        "date_fixed",
        "dialogue_cancelled",
        "dialogue_changed_info",
        "dialogue_postponed",
        "invitation_withdrawn",
        "substitute_named",
    }

    assert ("http://localhost:8000/seite/" in message_of(kind).text) is (kind not in without)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("approval_decided", "comment"),
        ("topic_decided", "reason"),
        ("rsvp_confirmed", "details"),
        ("rsvp_confirmed", "entry"),
        ("dialogue_changed", "note"),
    ],
)
def test_empty_value_leaves_no_gap(kind, name):
    message = message_of(kind, **{name: ""})

    assert "\n\n\n" not in message.text
    assert "<p></p>" not in message.html
