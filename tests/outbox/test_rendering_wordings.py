import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outbox.queries.wordings import with_words
from outbox.rendering.markdown import is_link_name, links_in
from outbox.rendering.messages import write_message, write_sample
from outbox.rendering.wordings import (
    clean_words,
    default_words,
    find_faults,
    stored_words,
    words_as_shown,
)
from outbox.texts import Markdown, all_texts, names_of, placeholders_of
from tests.outbox.builders import INVITATION, LIST, NOTICE
from tests.outbox.hostile import HOSTILE, Addresses

TIED = "{link} muss für sich stehen. Bitte setzen Sie davor und danach ein Leerzeichen."
BODY = "neu: {topic}\n\n[Ansehen]({link})"


def faults(subject="Neu: {topic}", body=BODY, default=NOTICE):
    return [tuple(fault) for fault in find_faults(default, clean_words(subject, body))]


def fault_of_body(body):
    [(field, sentence)] = faults(body=body)
    assert field == "body"
    return sentence


@pytest.mark.parametrize("text", all_texts(), ids=lambda text: text.kind)
def test_every_default_keeps_to_the_rules(text):
    assert find_faults(text, default_words(text)) == []


def test_placeholders_may_be_left_out_but_for_the_link():
    assert faults(subject="Neues Thema", body="es gibt etwas Neues.\n\n[Ansehen]({link})") == []


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("", "Bitte geben Sie einen Betreff ein."),
        ("x" * 201, "Der Betreff ist zu lang. Bitte kürzen Sie ihn auf 200 Zeichen."),
        ("Zum {tipic}", "Den Platzhalter {tipic} gibt es hier nicht. Meinten Sie {topic}?"),
        ("Zum {Topic}", "Den Platzhalter {Topic} gibt es hier nicht. Meinten Sie {topic}?"),
        (
            "Am {xyz}",
            "Den Platzhalter {xyz} gibt es hier nicht. Möglich sind: {topic}, {comment}, {link}, "
            "{greeting}.",
        ),
        (
            "{link}",
            "{link} ist eine Adresse und gehört in den Text. Bitte nehmen Sie sie aus dem Betreff.",
        ),
    ],
)
def test_faulty_subject_is_named(subject, sentence):
    assert faults(subject=subject) == [("subject", sentence)]


def test_list_cannot_be_in_the_subject():
    [(field, sentence)] = faults("Offen: {lines}", "{lines}\n\n[x]({link})", default=LIST)

    assert (field, sentence) == (
        "subject",
        "{lines} ist eine Liste und gehört in den Text. Bitte nehmen Sie sie aus dem Betreff.",
    )


@pytest.mark.parametrize(
    "broken",
    [
        "{topic",
        "topic}",
        "{{topic}}",
        "{}",
        "{0}",
        "{topic.x}",
        "{topic!r}",
        "{topic:>5}",
        "{ topic }",
        "a } b",
    ],
)
@pytest.mark.parametrize("field", ["subject", "body"])
def test_braces_stand_around_placeholders_only(broken, field):
    [(at, sentence)] = faults(**{field: broken if field == "subject" else f"{BODY} {broken}"})

    assert at == field
    assert sentence.startswith("Bei den geschweiften Klammern stimmt etwas nicht: „")
    assert sentence.endswith("Sie stehen nur einzeln um einen Platzhalter, zum Beispiel {topic}.")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Bitte geben Sie einen Text ein."),
        ("x" * 10_001, "Der Text ist zu lang. Bitte kürzen Sie ihn auf 10000 Zeichen."),
        (
            "{date}" + BODY,
            "Den Platzhalter {date} gibt es hier nicht. Möglich sind: {topic}, {comment}, {link}, "
            "{greeting}.",
        ),
        (
            "neu: {topic}",
            "Der Link zu {link} fehlt. Bitte fügen Sie ihn ein, zum Beispiel so: [Thema "
            "öffnen]({link})",
        ),
        (
            "neu: {link}",
            "Der Link zu {link} fehlt. Bitte fügen Sie ihn ein, zum Beispiel so: [Thema "
            "öffnen]({link})",
        ),
        (
            "[]({link})",
            "Ein Link hat keine Worte. Bitte schreiben Sie zwischen die eckigen Klammern, wohin "
            "er führt.",
        ),
        (
            f"[hier]({{topic}}) {BODY}",
            "Der Link „hier“ kann nicht zu {topic} führen: Das ist keine Adresse.",
        ),
        (
            "[www.berlin.de]({link})",
            "Der Link „www.berlin.de“ zeigt eine andere Adresse, als er öffnet. Bitte beschreiben "
            "Sie mit Worten, "
            "wohin er führt.",
        ),
        (f"{BODY}{{link}}", TIED),
        (f"{BODY}, Adresse:{{link}}", TIED),
        (f"{BODY}weiter", TIED),
        ("{topic}{link}" + BODY, TIED),
        (
            f"<b>{{topic}}</b> {BODY}",
            "HTML wie „<b>“ ist nicht möglich. Fett schreiben Sie **so**, eine Aufzählung mit - am "
            "Anfang der Zeile, "
            "eine Überschrift mit ##.",
        ),
    ],
)
def test_faulty_body_is_named(body, sentence):
    assert fault_of_body(body) == sentence


@pytest.mark.parametrize(
    "link",
    [
        "[Jetzt antworten](https://evil.example.org)",
        "[Jetzt antworten][1]\n\n[1]: https://evil.example.org",
        "[https://www.berlin.de](https://evil.example.org)",
        "[http://a.example.org](http://a.example.org)",
        "<http://a.example.org>",
        "![Bild](https://evil.example.org/p.png)",
        "[Konto](/konto/)",
        "[x](//evil.example.org)",
        "[Mail](mailto:x@example.org)",
        "<https://berlin.de@evil.example.org>",
        "<https://berl\u0456n.de>",
        "<ftp://a.example.org>",
    ],
)
def test_foreign_address_cannot_hide_behind_words(link):
    assert "verbirgt die Adresse" in fault_of_body(f"{link}\n\n{BODY}")


@pytest.mark.parametrize(
    "address", ["https://evil.example.org/{link}", "https://evil.example.org/?u={link}"]
)
def test_personal_link_cannot_be_given_to_a_foreign_address(address):
    tied, hidden = faults(body=f"<{address}>\n\n{BODY}")

    assert tied == ("body", TIED)
    assert "verbirgt die Adresse" in hidden[1]


@pytest.mark.parametrize(
    "link",
    [
        "<https://www.berlin.de/sen/web/>",
        "[https://www.berlin.de](https://www.berlin.de)",
        "<office@example.org>",
        "[030 90 00](tel:0309000)",
        "https://www.berlin.de",
        "3 < 4 und 5 > 4",
    ],
)
def test_foreign_address_may_be_shown_as_it_is(link):
    assert faults(body=f"{link}\n\n{BODY}") == []


@pytest.mark.parametrize(
    "body", ["offen: {lines}", "- {lines}", "{lines}\ndanach", "## {lines}", "**{lines}**"]
)
def test_list_stands_alone_in_its_paragraph(body):
    assert faults("Offen", f"{body}\n\n[x]({{link}})", default=LIST) == [
        (
            "body",
            "{lines} ist eine Liste und muss in einem Absatz allein stehen. Bitte setzen Sie davor "
            "und danach eine "
            "leere Zeile.",
        )
    ]


@pytest.mark.parametrize("body", ["{lines}\n\n[x]({link})", "[x]({link})\n\n> {lines}"])
def test_list_in_its_paragraph_is_fine(body):
    assert faults("Offen", body, default=LIST) == []


def test_several_faults_are_reported_at_once():
    assert [
        field for field, _sentence in faults(subject="", body="[x](https://e.example.org) <i>")
    ] == [
        "subject",
        "body",
        "body",
        "body",
    ]


def test_words_are_cleaned_before_they_are_checked_and_compared():
    assert clean_words(" Neu:\r\n {topic}\u202e ", "a\r\nb\x00\u200b\n\n") == (
        "Neu: {topic}",
        "a\nb",
    )


def test_links_are_found_in_their_order():
    assert links_in("[**eins** {topic}]({link}) <https://a.example.org>") == [
        ("eins {topic}", "{link}"),
        ("https://a.example.org", "https://a.example.org"),
    ]


PIECES = (
    "{topic}",
    "{comment}",
    "{link}",
    "{lines}",
    "{day}",
    "{{",
    "}}",
    "[",
    "](",
    ")",
    "[Ansehen]({link})",
    "](https://evil.example.org)",
    "<https://a.example.org>",
    "\n\n",
    "\n",
    "- ",
    "> ",
    "1. ",
    "# ",
    "**",
    "`",
    "    ",
    "\\",
    "<b>",
    "&#x41;",
    "qz6c696e6bzq",
    "[1]: https://evil.example.org",
)
bodies = st.lists(
    st.sampled_from(PIECES) | st.sampled_from(list(HOSTILE.values())) | st.text(max_size=5),
    max_size=8,
)
ALLOWED = re.compile(
    r"http://localhost:8000/(x/|datenschutz/)|mailto:[^ ]+|tel:[0-9+]+|https://[!-~]+"
)


@given(bodies.map("".join), bodies.map("".join), st.sampled_from([NOTICE, INVITATION, LIST]))
def test_accepted_wording_becomes_a_mail_with_its_link_and_no_hidden_one(subject, body, default):
    body += "\n\n[Weiter]({link})"
    words = clean_words(subject, body)
    assume(not find_faults(default, words))
    evil = "[x](https://evil.example.org) <a href='https://evil.example.org'>x</a>"
    values = {
        name: Markdown("- eins") if placeholders_of(default)[name].is_block else evil
        for name in default.placeholders
    }

    message = write_message(
        with_words(default, words), greeting="Guten Tag", link="/x/", values=values
    )

    addresses = Addresses(message.html).found
    assert "http://localhost:8000/x/" in addresses
    assert [address for address in addresses if not ALLOWED.fullmatch(address)] == []
    for address in addresses:
        assert address.removeprefix("mailto:").removeprefix("tel:") in message.text.replace(" ", "")
    assert len(message.subject.splitlines()) == 1


@pytest.mark.parametrize("text", all_texts(), ids=lambda text: text.kind)
def test_every_default_is_shown_with_its_examples(text):
    message = write_sample(text)

    shown = message.subject + message.text
    assert message.text.startswith("Guten Tag,\n\n")
    for name, placeholder in placeholders_of(text).items():
        if not is_link_name(name):
            # A heading of the example is bold in the message.
            assert str(placeholder.example).split("\n")[0].strip("*") in shown
    assert not re.search(r"[{}]|qz[0-9a-f]+zq|\*\*", shown + message.html.partition("<body")[2])


@pytest.mark.parametrize("text", all_texts(), ids=lambda text: text.kind)
def test_every_text_can_be_worded_with_all_it_offers(text):
    names = [name for name in placeholders_of(text) if not is_link_name(name)]
    blocks = [name for name in names if placeholders_of(text)[name].is_block]
    subject = " ".join(f"{{{name}}}" for name in names if name not in blocks)
    links = [f"[{link.label}]({link.target})" for link in links_in(str(text.body))]

    words = clean_words(subject, "\n\n".join([f"{{{name}}}" for name in names] + links))

    assert find_faults(text, words) == []
    assert write_sample(with_words(text, words)).text.startswith("Guten Tag,\n\n")


@pytest.mark.parametrize("text", all_texts(), ids=lambda text: text.kind)
def test_every_text_is_shown_in_words_and_stored_as_before(text):
    words = default_words(text)
    shown = words_as_shown(text, words)

    assert "{" not in shown.subject + shown.body
    assert stored_words(text, *shown) == words
    names = [name.casefold() for name in names_of(text).values()]
    assert len(names) == len(set(names))
    # Texts of other tests may do without names.
    is_real = not text.kind.startswith("test_")
    assert not is_real or all(found.name for found in placeholders_of(text).values())


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("[thema] und [ Thema ]", "{topic} und {topic}"),
        ("[Thema](Link)", "[Thema]({link})"),
        ("[[Thema] öffnen](Link)", "[{topic} öffnen]({link})"),
        ("[Thema](Anmerkung)", "[Thema](Anmerkung)"),
        ("[nach Absprache] {topic}", "[nach Absprache] {topic}"),
    ],
)
def test_names_in_brackets_become_placeholders(typed, stored):
    assert stored_words(NOTICE, "x", typed).body == stored
