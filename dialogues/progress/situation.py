"""What a dialogue's next step depends on, and what such a step consists of."""

import datetime as dt
from typing import NamedTuple

from core.dates import local_date
from dialogues.models import Dialogue
from dialogues.queries import Situation, situations_of
from dialogues.reminders import next_reminder


class Task(NamedTuple):
    """What the office does next: the sentence, the button, the route it leads to, the day it is
    due.

    `url` stands in for the route where the way leads to another row.
    """

    text: str
    action: str = ""
    route: str = ""
    due_on: dt.date | None = None
    post: bool = False
    url: str = ""


def situation_of(dialogue: Dialogue, now: dt.datetime) -> Situation:
    """Load the data that determines the next step of `dialogue`, in four queries at most."""
    situation = situations_of([dialogue], now)[dialogue.pk]
    if not situation.unanswered:
        return situation
    return situation._replace(reminder=next_reminder(dialogue, local_date(now)))
