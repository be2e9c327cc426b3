"""What the apps offer to be reminded of; floor 7 gathers it by person and day."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from outbox.drafts import Recipient


class Reminder(NamedTuple):
    """One thing a person is reminded of on a day.

    `line` is one line of German Markdown for the digest; text typed by users goes into it through
    `outbox.texts.escape_markdown`. A reminder with a personal link gets a mail of its own, of its `kind`, with
    `values`.
    """

    kind: str
    subject_key: str
    occasion: str
    to: Recipient
    line: str
    path: str = ""
    link: str = ""
    has_personal_link: bool = False
    due_on: dt.date | None = None
    values: Mapping[str, str] = {}
