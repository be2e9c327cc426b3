"""Calendar entries for mails, as Outlook understands them (RFC 5545, 5546, 6047).

They never contain a personal link: people share their calendars.
"""

import datetime as dt
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.text import slugify
from icalendar import Calendar, Event, vCalAddress, vText

from core.folding import fold
from core.texts import clean_text
from outbox.rendering import TextError
from outbox.rendering.headers import normalise_address, one_line
from outbox.texts import Recipient

REQUEST = "REQUEST"
CANCEL = "CANCEL"
PUBLISH = "PUBLISH"
NEEDS_ACTION = "NEEDS-ACTION"
ACCEPTED = "ACCEPTED"
TENTATIVE = "TENTATIVE"

# Outlook cuts subjects and places at this length.
MAX_OUTLOOK_LENGTH = 255
MAX_FILE_NAME_LENGTH = 60
UNSAFE_IN_NAMES = str.maketrans({'"': "'", "^": "", "\\": ""})
SUMMARY = re.compile(r"^SUMMARY:(.*)\r$", re.MULTILINE)


class CalendarEvent(NamedTuple):
    """One appointment, addressed to one person.

    `uid` is the same in all versions (`dialogue-12`), `sequence` grows with each change. `partstat`
    is the answer of `attendee` so far; PUBLISH has no attendee. `is_off` means that the appointment
    is cancelled; CANCEL without it removes only this person's entry.
    """

    uid: str
    sequence: int
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str = ""
    description: str = ""
    attendee: Recipient | None = None
    method: str = REQUEST
    partstat: str = NEEDS_ACTION
    is_off: bool = False


def make_calendar(event: CalendarEvent, *, now: dt.datetime) -> str:
    """Return the iCalendar text of `event`, with times in UTC. Raises `TextError` when its parts
    contradict each other.
    """
    _check(event)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PORTAL_NAME}//DE")
    calendar.add("version", "2.0")
    calendar.add("method", event.method)
    calendar.add_component(_component_of(event, now))
    return calendar.to_ical().decode()


def readdress_calendar(calendar: str, to: Recipient) -> str:
    """Return the entry with `to` as its attendee; one for information has none and stays."""
    found = Calendar.from_ical(calendar)
    for event in found.walk("VEVENT"):
        if attendee := event.get("ATTENDEE"):
            event["ATTENDEE"] = _attendee(to, str(attendee.params["PARTSTAT"]))
    return found.to_ical().decode()


def calendar_file_name(calendar: str) -> str:
    """Return the title of the entry as an ASCII file name ending in `.ics`."""
    found = SUMMARY.search(calendar.replace("\r\n ", ""))
    name = slugify(fold(found[1])) if found else ""
    if len(name) > MAX_FILE_NAME_LENGTH:
        name = name[:MAX_FILE_NAME_LENGTH].rpartition("-")[0] or name[:MAX_FILE_NAME_LENGTH]
    return f"{name or 'termin'}.ics"


def _check(event: CalendarEvent) -> None:
    if event.method not in (REQUEST, CANCEL, PUBLISH):
        raise TextError(f"unknown calendar method {event.method}")
    if (event.attendee is None) != (event.method == PUBLISH):
        raise TextError("an attendee is needed, except with PUBLISH")
    if event.method == REQUEST and event.is_off:
        raise TextError("nobody is invited to a cancelled appointment")
    if event.partstat not in (NEEDS_ACTION, ACCEPTED, TENTATIVE):
        raise TextError(f"{event.partstat} is no answer that leaves an entry in the calendar")
    if (
        event.starts_at.tzinfo is None
        or event.ends_at.tzinfo is None
        or event.ends_at <= event.starts_at
    ):
        raise TextError("an appointment ends after its beginning, both in a known time zone")


def _component_of(event: CalendarEvent, now: dt.datetime) -> Event:
    component = Event()
    component.add(
        "uid",
        event.uid if "@" in event.uid else f"{event.uid}@{urlsplit(settings.SITE_URL).hostname}",
    )
    # Calendar programs ignore a version whose sequence is lower than that of the entry they have.
    component.add("sequence", event.sequence)
    component.add("dtstamp", now.astimezone(dt.UTC))
    component.add("dtstart", event.starts_at.astimezone(dt.UTC))
    component.add("dtend", event.ends_at.astimezone(dt.UTC))
    component.add("summary", one_line(event.title, MAX_OUTLOOK_LENGTH))
    if status := _status_of(event):
        component.add("status", status)
    # A cancelled appointment must not block the time of those who keep the entry.
    if event.is_off:
        component.add("transp", "TRANSPARENT")
    if event.place:
        component.add("location", one_line(event.place, MAX_OUTLOOK_LENGTH))
    if description := clean_text(event.description).strip():
        component.add("description", description)
    component.add("organizer", _organizer(), encode=False)
    if event.attendee is not None:
        component.add("attendee", _attendee(event.attendee, event.partstat), encode=False)
    return component


def _status_of(event: CalendarEvent) -> str:
    if event.is_off:
        return "CANCELLED"
    # No status when one person is uninvited from an appointment that still takes place (RFC 5546,
    # 3.2.5).
    return "" if event.method == CANCEL else "CONFIRMED"


def _organizer() -> vCalAddress:
    organizer = _address(settings.OFFICE_EMAIL, settings.OFFICE_NAME)
    if normalise_address(settings.MAIL_FROM) != normalise_address(settings.OFFICE_EMAIL):
        # Names the sender as acting on behalf of the organizer (RFC 5545, 3.2.18).
        organizer.params["SENT-BY"] = vText(f"mailto:{normalise_address(settings.MAIL_FROM)}")
    return organizer


def _attendee(recipient: Recipient, partstat: str) -> vCalAddress:
    address = _address(recipient.email, recipient.name)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText(partstat)
    # Guests answer through their personal link; the portal reads no replies from calendars.
    address.params["RSVP"] = vText("FALSE")
    return address


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{normalise_address(email)}")
    # Calendar programs disagree on how these characters are escaped in a parameter (RFC 6868).
    cleaned = one_line(name, MAX_OUTLOOK_LENGTH).translate(UNSAFE_IN_NAMES)
    if cleaned:
        address.params["CN"] = vText(cleaned)
    return address
