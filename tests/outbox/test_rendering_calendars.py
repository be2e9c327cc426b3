import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.texts import clean_text
from outbox.rendering import TextError
from outbox.rendering.calendars import (
    ACCEPTED,
    CANCEL,
    MAX_OUTLOOK_LENGTH,
    NEEDS_ACTION,
    PUBLISH,
    REQUEST,
    TENTATIVE,
    calendar_file_name,
)
from outbox.rendering.headers import one_line
from tests.outbox.builders import NOW, make_event_text, make_recipient
from tests.outbox.calendar_readers import two_readers
from tests.outbox.hostile import HOSTILE

BERLIN = ZoneInfo("Europe/Berlin")
WORDS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(",;:\\\"'^\n\r\t \x85\u2028äöüß🏭é"),
    )
)
UTC = dt.UTC


@pytest.fixture(scope="module")
def read():
    with two_readers() as read_twice:
        yield read_twice


def test_invitation_has_what_outlook_needs(read):
    assert read(make_event_text()) == {
        "method": REQUEST,
        "version": "2.0",
        "uid": "dialogue-12@localhost",
        "sequence": 0,
        "status": "CONFIRMED",
        "transp": "",
        "stamp": NOW.timestamp(),
        "start": dt.datetime(2026, 6, 18, 12, 0, tzinfo=UTC).timestamp(),
        "end": dt.datetime(2026, 6, 18, 14, 0, tzinfo=UTC).timestamp(),
        "title": "Branchengespräch: Digitale Infrastruktur, Netze",
        "place": "Werk 1, Berlin; Tor 2",
        "description": "Begrüßung\nWerksrundgang",
        "organizer": {
            "address": "mailto:geschaeftsstelle@example.org",
            "cn": "Geschäftsstelle Masterplan Industriestadt Berlin",
        },
        "attendees": [
            {
                "address": "mailto:gast@example.org",
                "cn": "Leitung Werk",
                "cutype": "INDIVIDUAL",
                "role": "REQ-PARTICIPANT",
                "partstat": "NEEDS-ACTION",
                "rsvp": "FALSE",
            }
        ],
    }


def test_times_are_written_in_utc_without_a_zone():
    lines = make_event_text().split("\r\n")

    assert {
        "DTSTART:20260618T120000Z",
        "DTEND:20260618T140000Z",
        "DTSTAMP:20260327T090000Z",
    } <= set(lines)
    assert "TZID" not in "".join(lines)


def lines_of(text):
    """Return the lines of `text` after checking that they are folded as RFC 5545 (3.1) requires."""
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in "".join(lines)
    assert "\r" not in "".join(lines)
    return lines


def test_lines_are_folded_at_75_bytes_with_crlf():
    lines = lines_of(make_event_text(description="Überlänge 🏭 " * 40))

    assert max(len(line.encode()) for line in lines) > 70


@pytest.mark.parametrize(("fold", "hour"), [(0, 0), (1, 1)])
def test_repeated_hour_at_the_end_of_summer_time_is_unambiguous(read, fold, hour):
    start = dt.datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN)

    facts = read(
        make_event_text(starts_at=start, ends_at=dt.datetime(2026, 10, 25, 3, 30, tzinfo=BERLIN))
    )

    assert facts["start"] == dt.datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp()
    assert facts["end"] == dt.datetime(2026, 10, 25, 2, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("day", [24, 25, 26])
def test_afternoon_around_the_end_of_summer_time_keeps_its_hour_in_berlin(read, day):
    start = dt.datetime(2026, 10, day, 14, 0, tzinfo=BERLIN)

    facts = read(make_event_text(starts_at=start, ends_at=start.replace(hour=16)))

    read_start = dt.datetime.fromtimestamp(facts["start"], BERLIN)
    assert (read_start.day, read_start.hour) == (day, 14)
    assert facts["end"] - facts["start"] == 2 * 3600


@pytest.mark.parametrize(
    ("fields", "status", "transp"),
    [
        ({"method": CANCEL, "is_off": True}, "CANCELLED", "TRANSPARENT"),
        ({"method": CANCEL}, "", ""),
        ({"method": PUBLISH, "attendee": None, "is_off": True}, "CANCELLED", "TRANSPARENT"),
        ({"method": PUBLISH, "attendee": None}, "CONFIRMED", ""),
        ({"method": REQUEST}, "CONFIRMED", ""),
    ],
)
def test_status_says_whether_the_appointment_is_cancelled(read, fields, status, transp):
    facts = read(make_event_text(sequence=3, **fields))

    assert (facts["method"], facts["status"], facts["transp"]) == (fields["method"], status, transp)
    assert (facts["uid"], facts["sequence"]) == ("dialogue-12@localhost", 3)
    assert len(facts["attendees"]) == (fields["method"] != PUBLISH)


@pytest.mark.parametrize("partstat", [NEEDS_ACTION, ACCEPTED, TENTATIVE])
def test_entry_contains_the_answer_and_asks_for_no_reply(read, partstat):
    [attendee] = read(make_event_text(partstat=partstat))["attendees"]

    assert (attendee["partstat"], attendee["rsvp"]) == (partstat, "FALSE")


def test_another_sender_is_named_as_writing_for_the_office(read, settings):
    settings.MAIL_FROM = "portal@example.org"

    organizer = read(make_event_text())["organizer"]

    assert organizer["address"] == "mailto:geschaeftsstelle@example.org"
    assert organizer["sent-by"] == "mailto:portal@example.org"


START = dt.datetime(2026, 6, 18, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "REPLY"},
        {"attendee": None},
        {"method": PUBLISH},
        {"is_off": True},
        {"partstat": "DECLINED"},
        {"starts_at": START.replace(tzinfo=None)},
        {"ends_at": START},
    ],
)
def test_contradicting_parts_are_an_error(fields):
    with pytest.raises(TextError):
        make_event_text(**fields)


def test_names_cannot_break_out_of_their_line(read):
    evil = "x\r\nATTENDEE:mailto:a@example.org"

    facts = read(
        make_event_text(
            title=evil, place=evil, attendee=make_recipient(name='A";PARTSTAT=ACCEPTED:\r\nX:Y')
        )
    )

    assert facts["title"] == facts["place"] == "x ATTENDEE:mailto:a@example.org"
    [attendee] = facts["attendees"]
    assert (attendee["cn"], attendee["partstat"]) == ("A';PARTSTAT=ACCEPTED: X:Y", "NEEDS-ACTION")


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_value_adds_a_property_or_a_person(read, evil):
    plain = read(make_event_text())

    text = make_event_text(
        title=evil, place=evil, description=evil, attendee=make_recipient(name=evil)
    )

    facts = read(text)
    assert sorted(facts) == sorted(plain)
    assert [attendee["address"] for attendee in facts["attendees"]] == ["mailto:gast@example.org"]
    assert facts["organizer"]["address"] == "mailto:geschaeftsstelle@example.org"
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", text)


@given(title=WORDS, place=WORDS, programme=WORDS, name=WORDS)
@settings(deadline=None, max_examples=150)
def test_any_words_are_read_as_they_were_written(read, title, place, programme, name):
    text = make_event_text(
        title=title, place=place, description=programme, attendee=make_recipient(name=name)
    )

    facts = read(text)

    lines_of(text)
    [attendee] = facts["attendees"]
    assert (facts["title"], facts["place"]) == (
        one_line(title, MAX_OUTLOOK_LENGTH),
        one_line(place, MAX_OUTLOOK_LENGTH),
    )
    assert attendee["address"] == "mailto:gast@example.org"
    assert attendee.get("cn", "") == one_line(name, MAX_OUTLOOK_LENGTH).replace('"', "'").replace(
        "^", ""
    ).replace("\\", "")
    assert one_line(facts["description"], 10**6) == one_line(clean_text(programme), 10**6)
    assert calendar_file_name(text).isascii()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (
            "Branchengespräch: Digitale Infrastruktur",
            "branchengespraech-digitale-infrastruktur.ics",
        ),
        ("Größe, Maß & Fuß; „Öl“", "groesse-mass-fuss-oel.ics"),
        ("Зеленый 🏭", "termin.ics"),
        ("../../etc/passwd\r\nX: y", "etcpasswd-x-y.ics"),
        ("Wasserstoff " * 20, "-".join(["wasserstoff"] * 5) + ".ics"),
        ("ü" * 300, "ue" * 30 + ".ics"),
    ],
)
def test_file_is_named_after_the_event_in_ascii(title, name):
    assert calendar_file_name(make_event_text(title=title)) == name


def test_file_of_a_calendar_without_a_title_has_a_name_too():
    assert calendar_file_name("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n") == "termin.ics"
