"""Two calendar parsers, independent of each other and of the library the portal writes with:
vobject, and ical.js in Node.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import vobject

SCRIPT = Path(__file__).with_name("read_calendars.mjs")
PARAMETERS = ("CN", "CUTYPE", "ROLE", "PARTSTAT", "RSVP", "SENT-BY")


@contextmanager
def two_readers() -> Iterator[Callable[[str], dict]]:
    """Start Node once; yield a function that parses a calendar with both and returns what they
    agree on.
    """
    command = ["node", str(SCRIPT)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield partial(_read_twice, process)
        finally:
            process.stdin.close()


def _read_twice(process: subprocess.Popen, text: str) -> dict:
    facts = read_with_vobject(text)
    assert _ask(process, text) == facts
    return facts


def _ask(process: subprocess.Popen, text: str) -> dict:
    process.stdin.write(json.dumps(text) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def read_with_vobject(text: str) -> dict:
    """Return what vobject reads from a calendar, in the same form as ical.js."""
    calendar = vobject.readOne(text)
    [event] = calendar.vevent_list
    return {
        "method": calendar.method.value,
        "version": calendar.version.value,
        "uid": event.uid.value,
        "sequence": int(event.sequence.value),
        "status": _words(event, "status"),
        "transp": _words(event, "transp"),
        "stamp": event.dtstamp.value.timestamp(),
        "start": event.dtstart.value.timestamp(),
        "end": event.dtend.value.timestamp(),
        "title": event.summary.value,
        "place": _words(event, "location"),
        "description": _words(event, "description"),
        "organizer": _person(event.organizer),
        "attendees": [_person(line) for line in event.contents.get("attendee", [])],
    }


def _words(event, name: str) -> str:
    lines = event.contents.get(name)
    return lines[0].value if lines else ""


def _person(line) -> dict:
    parameters = {name.lower(): line.params[name][0] for name in PARAMETERS if name in line.params}
    return {"address": line.value, **parameters}
