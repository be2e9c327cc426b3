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


def letter_of(kind: str, **values):
    text = text_of(kind)
    filled = {name: f"Wert von {name}" for name in text.placeholders}
    return write_message(text, greeting="Guten Tag", link="/seite/", values=filled | values)


def test_texts_are_registered():
    assert {text.kind for text in all_texts()} >= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_text_is_rendered_with_every_value(kind):
    text, letter = text_of(kind), letter_of(kind)

    assert letter.text.startswith("Guten Tag,\n\n")
    for name in text.placeholders:
        if name in names_in(str(text.body)):
            assert f"Wert von {name}" in letter.text
            assert f"Wert von {name}" in letter.html
        else:
            assert f"Wert von {name}" in letter.subject
    assert "{" not in letter.subject + letter.text
    assert "**" not in letter.text


@pytest.mark.parametrize("kind", KINDS)
def test_body_continues_in_lower_case_after_the_greeting(kind):
    """German letters continue in lower case after the comma; names and nouns keep their capital."""
    first = letter_of(kind).text.removeprefix("Guten Tag,\n\n")

    assert first[0].islower() or first.startswith("Wert von")


@pytest.mark.parametrize("kind", KINDS)
def test_values_stay_text(kind):
    text = text_of(kind)
    values = dict.fromkeys(
        text.placeholders, "<b>[hier](http://example.net)</b>\nBcc: x@example.org"
    )

    letter = write_message(text, greeting="Guten Tag", link="/seite/", values=values)

    assert "<b>" not in letter.html
    assert 'href="http://example.net' not in letter.html
    assert "\n" not in letter.subject


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

    assert ("http://localhost:8000/seite/" in letter_of(kind).text) is (kind not in without)


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
    letter = letter_of(kind, **{name: ""})

    assert "\n\n\n" not in letter.text
    assert "<p></p>" not in letter.html
