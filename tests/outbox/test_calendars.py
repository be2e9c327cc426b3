import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar

from outbox.calendars import CANCEL, PUBLISH, REQUEST
from outbox.errors import TextError
from tests.outbox.builders import make_event_text, make_recipient
from tests.outbox.hostile import HOSTILE


def event_of(text):
    calendar = Calendar.from_ical(text)
    assert calendar.errors == []
    return calendar, calendar.walk("VEVENT")[0]


def properties_of(text):
    """Read the calendar a second time, by the grammar of RFC 5545 alone: unfolded lines of NAME;PARAMS:VALUE."""
    lines = text.replace("\r\n ", "").split("\r\n")
    found = {}
    for line in filter(None, lines):
        name, parameters, value = re.fullmatch(r'([A-Z-]+)((?:;[A-Z]+=(?:"[^"]*"|[^":;]*))*):(.*)', line).groups()
        found[name] = (parameters.lstrip(";"), value)
    return found


def test_invitation_has_what_outlook_needs():
    calendar, event = event_of(make_event_text())

    assert (calendar["METHOD"], calendar["VERSION"]) == (REQUEST, "2.0")
    assert event["UID"] == "dialogue-12@localhost"
    assert event["SEQUENCE"] == 0
    assert event["ORGANIZER"] == "MAILTO:geschaeftsstelle@example.org"
    assert event["ATTENDEE"] == "MAILTO:gast@example.org"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Leitung Werk", "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }  # fmt: skip
    assert event["STATUS"] == "CONFIRMED"
    assert event["LOCATION"] == "Werk 1, Berlin; Tor 2"
    assert event["DESCRIPTION"] == "Begrüßung\nWerksrundgang"


def test_second_reading_agrees():
    found = properties_of(make_event_text())

    assert found["METHOD"] == ("", "REQUEST")
    assert found["DTSTART"] == ("", "20260618T120000Z")
    assert found["DTEND"] == ("", "20260618T140000Z")
    assert found["DTSTAMP"] == ("", "20260327T090000Z")
    assert found["SEQUENCE"] == ("", "0")
    assert found["SUMMARY"] == ("", r"Branchengespräch: Digitale Infrastruktur\, Netze")
    assert found["LOCATION"] == ("", r"Werk 1\, Berlin\; Tor 2")
    assert found["DESCRIPTION"] == ("", r"Begrüßung\nWerksrundgang")
    assert found["ATTENDEE"][1] == "MAILTO:gast@example.org"


def test_lines_are_folded_at_75_bytes_with_crlf():
    text = make_event_text(description="Überlänge " * 40)

    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert "\n" not in "".join(lines)
    assert lines[-1] == ""


def test_berlin_time_is_written_in_utc():
    start = dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))

    found = properties_of(make_event_text(starts_at=start, ends_at=start + dt.timedelta(hours=1)))

    assert found["DTSTART"] == ("", "20261025T013000Z")


def test_cancellation_keeps_the_uid_and_raises_the_sequence():
    calendar, event = event_of(make_event_text(method=CANCEL, sequence=3))

    assert (calendar["METHOD"], event["STATUS"]) == (CANCEL, "CANCELLED")
    assert (event["UID"], event["SEQUENCE"]) == ("dialogue-12@localhost", 3)


def test_who_promised_to_come_is_not_asked_again():
    _calendar, event = event_of(make_event_text(accepted=True))

    assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")


def test_notice_to_onlookers_has_no_attendee():
    calendar, event = event_of(make_event_text(method=PUBLISH, attendee=None))

    assert calendar["METHOD"] == PUBLISH
    assert "ATTENDEE" not in event


@pytest.mark.parametrize("fields", [{"method": "REPLY"}, {"attendee": None}, {"method": PUBLISH}])
def test_parts_that_do_not_fit_are_an_error(fields):
    with pytest.raises(TextError):
        make_event_text(**fields)


def test_names_cannot_break_out_of_their_line():
    text = make_event_text(title="x\r\nATTENDEE:MAILTO:a@example.org", attendee=make_recipient(name='A"\r\nX:Y'))

    _calendar, event = event_of(text)
    assert event["SUMMARY"] == "x ATTENDEE:MAILTO:a@example.org"
    assert event["ATTENDEE"].params["CN"] == "A' X:Y"
    assert "X" not in event


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_value_adds_a_property_or_a_person(evil):
    _calendar, plain = event_of(make_event_text())

    text = make_event_text(title=evil, place=evil, description=evil, attendee=make_recipient(name=evil))

    calendar, event = event_of(text)
    assert len(calendar.walk("VEVENT")) == 1
    assert sorted(event) == sorted(plain)
    assert dict(event["ATTENDEE"].params) | {"CN": ""} == dict(plain["ATTENDEE"].params) | {"CN": ""}
    second = vobject.readOne(text).vevent
    assert [attendee.value for attendee in second.attendee_list] == ["MAILTO:gast@example.org"]
    assert second.organizer.value == "MAILTO:geschaeftsstelle@example.org"
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", text)
