"""Read calendar entries and personal links back out of finished mails."""

import datetime as dt
import email
import email.policy
import re
from typing import NamedTuple

from icalendar import Calendar

from dialogues.models import Invitation
from dialogues.services import open_invitation
from outbox.models import Mail

LINK = re.compile(r"http://localhost:8000/branchengespraeche/(?:einladung|antwort)/([^/\s]+)/")


def guest_of(text: str) -> Invitation | None:
    """Return the invitation that the personal link in `text` opens, or None."""
    found = LINK.search(text)
    return open_invitation(found[1]) if found else None


class Entry(NamedTuple):
    """A calendar entry as a guest's calendar program reads it."""

    method: str
    uid: str
    sequence: int
    starts_at: dt.datetime
    title: str
    place: str
    attendee: str
    partstat: str
    status: str
    text: str


def calendar_of(mail: Mail) -> Entry | None:
    """Return the calendar entry attached to `mail`, or None."""
    message = email.message_from_string(mail.mime, policy=email.policy.default)
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    text = parts[0].get_content()
    calendar = Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    assert parts[0].get_param("method") == str(calendar["METHOD"])
    attendee = event.get("ATTENDEE")
    return Entry(
        method=str(calendar["METHOD"]),
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        starts_at=event.decoded("DTSTART"),
        title=str(event["SUMMARY"]),
        place=str(event.get("LOCATION", "")),
        attendee=str(attendee or "").removeprefix("mailto:"),
        partstat=str(attendee.params["PARTSTAT"]) if attendee else "",
        status=str(event.get("STATUS", "")),
        text=text,
    )
