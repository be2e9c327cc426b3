"""Calendar entries for mails, as Outlook understands them (RFC 5545, 5546, 6047). No personal link
goes in.
"""

import datetime as dt
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.text import slugify
from icalendar import Calendar, Event, vCalAddress, vText

from core.folding import fold
from outbox.drafts import Recipient
from outbox.errors import TextError
from outbox.rendering.headers import clean_lines, normalise_address, one_line

REQUEST = "REQUEST"
CANCEL = "CANCEL"
PUBLISH = "PUBLISH"
NEEDS_ACTION = "NEEDS-ACTION"
ACCEPTED = "ACCEPTED"
TENTATIVE = "TENTATIVE"

OUTLOOK_LENGTH = 255  # what Outlook keeps of a subject and of a place
FILE_NAME_LENGTH = 60
SUMMARY = re.compile(r"^SUMMARY:(.*)\r$", re.MULTILINE)


class CalendarEvent(NamedTuple):
    """One appointment. `uid` is stable over all its versions (`dialogue-12`), `sequence` grows with
    each change.

    `attendee` is the one recipient of this copy, `partstat` what this person answered so far; with
    `PUBLISH` there is none. `is_off` says that the whole appointment does not take place; `CANCEL`
    without it takes it out of the calendar of this one person.
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
    """Return the iCalendar text of `event`, with times in UTC. Raises `TextError` when its parts do
    not fit.
    """
    _check(event)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PORTAL_NAME}//DE")
    calendar.add("version", "2.0")
    calendar.add("method", event.method)
    calendar.add_component(_component_of(event, now))
    return calendar.to_ical().decode()


def calendar_file_name(calendar: str) -> str:
    """Return what the file with the text `calendar` is called: its title in ASCII, not too long,
    ending in `.ics`.
    """
    found = SUMMARY.search(calendar.replace("\r\n ", ""))
    name = slugify(fold(found[1])) if found else ""
    if len(name) > FILE_NAME_LENGTH:
        name = name[:FILE_NAME_LENGTH].rpartition("-")[0] or name[:FILE_NAME_LENGTH]
    return f"{name or 'termin'}.ics"


def _check(event: CalendarEvent) -> None:
    if event.method not in (REQUEST, CANCEL, PUBLISH):
        raise TextError(f"unknown calendar method {event.method}")
    if (event.attendee is None) != (event.method == PUBLISH):
        raise TextError("an attendee is needed, except with PUBLISH")
    if event.method == REQUEST and event.is_off:
        raise TextError("nobody is asked to something that does not take place")
    if event.partstat not in (NEEDS_ACTION, ACCEPTED, TENTATIVE):
        raise TextError(f"{event.partstat} is no answer of somebody who holds an entry")
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
    component.add("sequence", event.sequence)
    component.add("dtstamp", now.astimezone(dt.UTC))
    component.add("dtstart", event.starts_at.astimezone(dt.UTC))
    component.add("dtend", event.ends_at.astimezone(dt.UTC))
    component.add("summary", one_line(event.title, OUTLOOK_LENGTH))
    if status := _status_of(event):
        component.add("status", status)
    if event.is_off:
        component.add("transp", "TRANSPARENT")
    if event.place:
        component.add("location", one_line(event.place, OUTLOOK_LENGTH))
    if description := clean_lines(event.description).strip():
        component.add("description", description)
    component.add("organizer", _organizer(), encode=False)
    if event.attendee is not None:
        component.add("attendee", _attendee(event.attendee, event.partstat), encode=False)
    return component


def _status_of(event: CalendarEvent) -> str:
    """Return STATUS; none where one person is taken off a list and the appointment goes on (RFC
    5546, 3.2.5).
    """
    if event.is_off:
        return "CANCELLED"
    return "" if event.method == CANCEL else "CONFIRMED"


def _organizer() -> vCalAddress:
    """Return the office, and the address that writes for it where that is another one."""
    organizer = _address(settings.OFFICE_EMAIL, settings.OFFICE_NAME)
    if normalise_address(settings.MAIL_FROM) != normalise_address(settings.OFFICE_EMAIL):
        organizer.params["SENT-BY"] = vText(f"mailto:{normalise_address(settings.MAIL_FROM)}")
    return organizer


def _attendee(recipient: Recipient, partstat: str) -> vCalAddress:
    """Return the one recipient. No reply is asked for: answers are given by the personal link, not
    by the calendar.
    """
    address = _address(recipient.email, recipient.name)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText(partstat)
    address.params["RSVP"] = vText("FALSE")
    return address


def _address(email: str, name: str) -> vCalAddress:
    """Return an address with its name; signs that calendars escape in different ways are left out
    of the name.
    """
    address = vCalAddress(f"mailto:{normalise_address(email)}")
    if (
        cleaned := one_line(name, OUTLOOK_LENGTH)
        .replace('"', "'")
        .replace("^", "")
        .replace("\\", "")
    ):
        address.params["CN"] = vText(cleaned)
    return address
