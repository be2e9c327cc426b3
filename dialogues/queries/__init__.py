"""What pages, tests and the floor above ask about series, topics, dialogues and guests."""

from dialogues.queries.dialogues import (
    as_seen_by,
    hosts_of,
    listed_dialogues,
    matching_as_announced,
    situation_of,
    situations_of,
    upcoming_dialogues,
    years_of,
)
from dialogues.queries.guests import (
    AnswerCounts,
    GuestRow,
    Sending,
    guest_rows,
    guests_to_choose,
    label_of,
    sharing_guests,
)
from dialogues.queries.histories import dialogue_history, series_history, topic_history
from dialogues.queries.topics import (
    dialogues_on,
    listed_series,
    listed_topics,
    page_topics,
    series_to_choose,
)
from dialogues.queries.waiting import waiting_for

__all__ = [
    "AnswerCounts",
    "GuestRow",
    "Sending",
    "as_seen_by",
    "dialogue_history",
    "dialogues_on",
    "guest_rows",
    "guests_to_choose",
    "hosts_of",
    "label_of",
    "listed_dialogues",
    "listed_series",
    "listed_topics",
    "matching_as_announced",
    "page_topics",
    "series_history",
    "series_to_choose",
    "sharing_guests",
    "situation_of",
    "situations_of",
    "topic_history",
    "upcoming_dialogues",
    "waiting_for",
    "years_of",
]
