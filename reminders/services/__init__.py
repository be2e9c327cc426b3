"""Lets the office change rules and pause reminders; writes and logs the reminder mails of a run."""

from reminders.services.mails import enqueue_reminders
from reminders.services.reminders import (
    PauseTarget,
    anonymise_person,
    move_person,
    pause_reminders,
    resume_reminders,
)
from reminders.services.schedules import MAX_WORKING_DAYS_BEFORE, change_rule, reset_rule

__all__ = [
    "MAX_WORKING_DAYS_BEFORE",
    "PauseTarget",
    "anonymise_person",
    "change_rule",
    "enqueue_reminders",
    "move_person",
    "pause_reminders",
    "reset_rule",
    "resume_reminders",
]
