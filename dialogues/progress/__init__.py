"""Where series, topics and dialogues stand, and what happens next, as their pages show it."""

import datetime as dt

from core.dates import local_date
from core.progress import WaitingEntry
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from dialogues.progress.dialogues import (
    dialogue_next_step,
    dialogue_progress,
    dialogues_awaiting_office,
    minutes_due_on,
    preparation_of,
)
from dialogues.progress.invitations import release_label
from dialogues.progress.rsvps import guest_next_step, invitations_awaiting_reply
from dialogues.progress.series import series_awaiting_office, series_next_step, series_progress
from dialogues.progress.topics import (
    drafts_of,
    topic_next_step,
    topic_progress,
    topics_awaiting_office,
)

__all__ = [
    "dialogue_next_step",
    "dialogue_progress",
    "guest_next_step",
    "minutes_due_on",
    "preparation_of",
    "release_label",
    "series_next_step",
    "series_progress",
    "topic_next_step",
    "topic_progress",
    "waiting_for",
]


def waiting_for(user, now: dt.datetime) -> list[WaitingEntry]:
    """Return what waits for `user` on the start page, the nearest deadline first.

    Decisions are not among it: the senator's office finds them on the desk of approvals.
    """
    waiting = []
    if has_role(user, OFFICE):
        waiting += series_awaiting_office() + topics_awaiting_office()
        waiting += dialogues_awaiting_office(now)
    if has_role(user, SENATOR_OFFICE, PARTNER, OBSERVER):
        waiting += invitations_awaiting_reply(user, local_date(now))
    if has_role(user, PARTNER):
        waiting += drafts_of(user)
    return sorted(waiting, key=lambda item: item.due_on or dt.date.max)
