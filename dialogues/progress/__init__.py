"""Where series, topics and dialogues stand, and what happens next, as their pages show it."""

from dialogues.progress.colours import (
    COLOUR_OF_RSVP,
    COLOUR_OF_DIALOGUE,
    COLOUR_OF_HOST,
    COLOUR_OF_OPTION,
    COLOUR_OF_SERIES,
    COLOUR_OF_TOPIC,
)
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
    "TONE_OF_ANSWER",
    "TONE_OF_DIALOGUE",
    "TONE_OF_HOST",
    "TONE_OF_OPTION",
    "TONE_OF_SERIES",
    "TONE_OF_TOPIC",
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
