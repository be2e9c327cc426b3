"""Act as the office: add the planned guests to a dialogue and release their invitations.

`python -m scripts.chaos.invitations SEED COUNT CHUNK`, with the portal's own settings in the
environment. If the database is down, try again, as a person would; released invitations stay
released.
"""

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator

import django
from django.utils import timezone

# Models can be imported only after this.
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402

from dialogues.enums import DialogueState  # noqa: E402
from dialogues.models import Dialogue  # noqa: E402
from dialogues.queries import unreleased_invitations  # noqa: E402
from dialogues.services import add_guests, release_invitations  # noqa: E402
from partners.models import Person  # noqa: E402
from scripts.chaos.plan import draw_recipients  # noqa: E402
from tests.dialogues.builders import make_dialogue, make_office  # noqa: E402

TRIES = 30


def main(seed: str, count: int, chunk: int) -> None:
    """Invite `count` guests to one dialogue, released `chunk` at a time."""
    begin = timezone.now() + dt.timedelta(days=60)
    office = make_office()
    dialogue = make_dialogue(
        DialogueState.SCHEDULED, starts_at=begin, ends_at=begin + dt.timedelta(hours=2)
    )
    for people in guests(seed, count, chunk):
        retry(
            lambda people=people: add_guests(
                dialogue=dialogue, people=people, by=office, now=timezone.now()
            )
        )
        retry(lambda: release(dialogue, office))


def guests(seed: str, count: int, chunk: int) -> Iterator[list[Person]]:
    """Create the planned contacts and yield them in chunks."""
    people = Person.objects.bulk_create(
        [
            Person(family_name=f"Gast {number}", email=email)
            for number, email in enumerate(draw_recipients(seed, count), 1)
        ]
    )
    for first in range(0, count, chunk):
        yield people[first : first + chunk]


def release(dialogue: Dialogue, office) -> None:
    # Zero if an earlier try was committed just before its connection broke.
    if expected := unreleased_invitations(dialogue).count():
        rsvp_by = timezone.localdate() + dt.timedelta(days=30)
        release_invitations(
            dialogue=dialogue, rsvp_by=rsvp_by, expected=expected, by=office, now=timezone.now()
        )


def retry(act: Callable[[], object]) -> None:
    """Repeat `act` until the database accepts it; raise the last error if it never does."""
    for last in reversed(range(TRIES)):
        try:
            act()
            return
        except (OperationalError, InterfaceError):
            if not last:
                raise
            # Django then opens a new connection for the next try.
            connection.close()
            time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
