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
from dialogues.progress.situation import Situation
from dialogues.progress.topics import topic_steps, topic_task

__all__ = [
    "Situation",
    "awaits_decision",
    "minutes_due_on",
    "next_step_of",
    "release_label",
    "series_steps",
    "series_task",
    "steps_of",
    "task_of",
    "topic_steps",
    "topic_task",
]
