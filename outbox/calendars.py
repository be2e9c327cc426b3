"""Calendar entries for mails, as Outlook understands them. No personal link goes in."""

import datetime as dt
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from outbox.drafts import Recipient
from outbox.errors import TextError
from outbox.headers import clean_lines, normalise_address, one_line

REQUEST = "REQUEST"
CANCEL = "CANCEL"
PUBLISH = "PUBLISH"


class CalendarEvent(NamedTuple):
    """One appointment. `uid` is stable over all its versions (`dialogue-12`), `sequence` grows with each change.

    `attendee` is the one recipient of this copy; with `PUBLISH` there is none. `accepted` says that this person has
    said yes already, so that the calendar does not ask again.
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
    accepted: bool = False


def make_calendar(event: CalendarEvent, *, now: dt.datetime) -> str:
    """Return the iCalendar text of `event`, with times in UTC. Raises `TextError` when its parts do not fit."""
    if event.method not in (REQUEST, CANCEL, PUBLISH):
        raise TextError(f"unknown calendar method {event.method}")
    if (event.attendee is None) != (event.method == PUBLISH):
        raise TextError("an attendee is needed, except with PUBLISH")
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PORTAL_NAME}//DE")
    calendar.add("version", "2.0")
    calendar.add("method", event.method)
    calendar.add_component(_component_of(event, now))
    return calendar.to_ical().decode()


def _component_of(event: CalendarEvent, now: dt.datetime) -> Event:
    component = Event()
    component.add("uid", event.uid if "@" in event.uid else f"{event.uid}@{urlsplit(settings.SITE_URL).hostname}")
    component.add("sequence", event.sequence)
    component.add("dtstamp", now.astimezone(dt.UTC))
    component.add("dtstart", event.starts_at.astimezone(dt.UTC))
    component.add("dtend", event.ends_at.astimezone(dt.UTC))
    component.add("summary", one_line(event.title))
    component.add("status", "CANCELLED" if event.method == CANCEL else "CONFIRMED")
    if event.place:
        component.add("location", one_line(event.place))
    if event.description:
        component.add("description", clean_lines(event.description))
    component.add("organizer", _address(settings.OFFICE_EMAIL, settings.OFFICE_NAME), encode=False)
    if event.attendee is not None:
        component.add("attendee", _attendee(event.attendee, event.accepted), encode=False)
    return component


def _attendee(recipient: Recipient, accepted: bool) -> vCalAddress:
    address = _address(recipient.email, recipient.name)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("ACCEPTED" if accepted else "NEEDS-ACTION")
    address.params["RSVP"] = vText("FALSE" if accepted else "TRUE")
    return address


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"MAILTO:{normalise_address(email)}")
    if cleaned := one_line(name).replace('"', "'"):
        address.params["CN"] = vText(cleaned)
    return address
