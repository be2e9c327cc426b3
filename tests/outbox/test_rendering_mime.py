import re
from email import message_from_string
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.rendering import TextError
from outbox.rendering.headers import one_line
from outbox.rendering.messages import write_message
from outbox.rendering.mime import build_mime, make_message_id, readdress, reword
from tests.outbox.builders import NOTICE, NOW, make_event_text, make_recipient
from tests.outbox.hostile import HOSTILE, any_text

HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
words = st.lists(st.text("abcäöüß–„“.7", min_size=1, max_size=25), min_size=1, max_size=20).map(
    " ".join
)


def build(*, topic="Größe", calendar="", reply_to="", **recipient):
    message = write_message(
        NOTICE, greeting="Guten Tag", link="/x/", values={"topic": topic, "comment": ""}
    )
    to = make_recipient(**recipient)
    parts = {"calendar": calendar, "reply_to": reply_to}
    return build_mime(message, to=to, message_id="<1@example.org>", now=NOW, **parts)


def parse(mime):
    return message_from_string(mime, policy=default)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda mime: readdress(mime, make_recipient(email="neu@example.org"), now=NOW),
        lambda mime: reword(mime, str.upper),
    ],
    ids=["readdress", "reword"],
)
@pytest.mark.parametrize("reply_to", ["", "hinweis@example.org"])
def test_rewritten_message_keeps_the_address_for_answers(rewrite, reply_to):
    mime = build(reply_to=reply_to)

    assert parse(rewrite(mime))["Reply-To"] == parse(mime)["Reply-To"]


def test_message_has_the_headers_of_an_office():
    message = parse(build())

    office = "Geschäftsstelle Masterplan Industriestadt Berlin <geschaeftsstelle@example.org>"
    assert {
        name: str(message[name])
        for name in message.keys()
        if name not in ("MIME-Version", "Content-Type")
    } == {
        "From": office,
        "To": "Leitung Werk <gast@example.org>",
        "Reply-To": office,
        "Subject": "Neu: Größe",
        "Date": "Fri, 27 Mar 2026 09:00:00 +0000",
        "Message-ID": "<1@example.org>",
        "Auto-Submitted": "auto-generated",
    }


def test_message_is_ascii_with_crlf_and_short_lines():
    mime = build(topic="Ä" * 150, calendar=make_event_text())

    assert mime.isascii()
    assert re.search(r"(?<!\r)\n", mime) is None
    assert max(map(len, mime.split("\r\n"))) <= 998


@pytest.mark.parametrize("length", range(1, 60, 3))
def test_line_with_an_encoded_name_is_no_longer_than_rfc_2047_allows(length):
    email = "geschaeftsfuehrung@anlagenbau.example.org"

    mime = build(name="Ä" * length, email=email)

    [header] = re.findall(r"^To: [^\r\n]*(?:\r\n [^\r\n]*)*", mime, re.MULTILINE)
    assert max(map(len, header.split("\r\n"))) <= 76
    assert (
        str(make_header(decode_header(header.removeprefix("To: ")))) == f"{'Ä' * length} <{email}>"
    )


def test_text_comes_before_html():
    message = parse(build())

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "das Thema Größe ist neu." in message.get_body(("plain",)).get_content()
    assert "<strong>Größe</strong>" in message.get_body(("html",)).get_content()


def test_calendar_is_an_alternative_and_a_file():
    calendar = make_event_text(description="Zeile\n" * 30 + "🏭")

    message = parse(build(calendar=calendar))

    body, attachment = message.iter_parts()
    parts = list(body.iter_parts())
    assert [part.get_content_type() for part in parts] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert dict(parts[2]["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert attachment.get_content_type() == "application/ics"
    assert (
        parts[2].get_payload(decode=True)
        == attachment.get_payload(decode=True)
        == calendar.encode()
    )


def test_file_has_a_name_in_ascii_wherever_a_mail_program_looks_for_it():
    mime = build(calendar=make_event_text(title="Größe: Maß & Fuß\r\nX-Evil: 1"))

    _body, attachment = parse(mime).iter_parts()
    name = "groesse-mass-fuss-x-evil-1.ics"
    assert attachment.get_filename() == attachment["Content-Type"].params["name"] == name
    assert attachment["Content-Disposition"].content_disposition == "attachment"
    assert "filename*" not in mime


def test_calendar_without_a_method_is_an_error():
    with pytest.raises(TextError):
        build(calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE)
def test_name_and_subject_cannot_add_a_header_or_an_address(evil):
    message = parse(build(topic=evil, name=evil))

    assert message.keys() == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["gast@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == [
        "geschaeftsstelle@example.org"
    ]
    assert str(message["Subject"]).startswith("Neu: ")
    assert message.defects == []


def test_long_name_with_commas_stays_one_address():
    name = (
        "Leitung Werk 1, Abteilung Forschung und Entwicklung, Standort Berlin-Marienfelde, Haus 7"
    )

    [address] = parse(build(name=name))["To"].addresses

    assert (address.display_name, address.addr_spec) == (name.replace(",", ""), "gast@example.org")


@given(any_text, any_text)
def test_no_text_adds_a_header_or_an_address(topic, name):
    mime = build(topic=topic, name=name)

    message = parse(mime)
    assert message.keys() == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["gast@example.org"]
    assert mime.isascii()
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@given(words)
def test_folding_keeps_the_spaces(text):
    message = message_from_string(build(topic=text, name=text))

    read = {
        name: str(make_header(decode_header(message[name]))).replace(chr(34), "")
        for name in ("Subject", "To")
    }
    assert read == {"Subject": f"Neu: {text}", "To": f"{one_line(text, 120)} <gast@example.org>"}


@pytest.mark.parametrize("word", ["Ausbildungsplatzbörse", "Ausbildung"])
def test_long_subject_keeps_its_spaces(word):
    topic = f"Freigabe bis 02.12.2026: Berufsschulen und Betriebe in Berlin: {word}"

    assert str(parse(build(topic=topic))["Subject"]) == f"Neu: {topic}"


def test_message_ids_differ_and_carry_the_office_domain():
    first, second = make_message_id(), make_message_id()

    assert first != second
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", first)
