"""Where series, topics and dialogues stand, and what happens next, as their pages show it."""

from dialogues.progress.dialogues import (
    awaits_decision,
    minutes_due_on,
    next_step_of,
    release_label,
    steps_of,
    task_of,
)
from dialogues.progress.series import series_steps, series_task
from dialogues.progress.situation import situation_of
from dialogues.progress.topics import topic_steps, topic_task
from dialogues.progress.waiting import waiting_for

__all__ = [
    "awaits_decision",
    "minutes_due_on",
    "next_step_of",
    "release_label",
    "series_steps",
    "series_task",
    "situation_of",
    "steps_of",
    "task_of",
    "topic_steps",
    "topic_task",
    "waiting_for",
]
