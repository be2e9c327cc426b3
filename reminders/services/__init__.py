"""Every change of rules and pauses, and the writing of a day's reminder mails."""

from reminders.services.pauses import PauseTarget, pause_reminders, resume_reminders
from reminders.services.rules import LONGEST_LEAD, change_rule, reset_rule
from reminders.services.sending import enqueue_reminders

__all__ = [
    "LONGEST_LEAD",
    "PauseTarget",
    "change_rule",
    "enqueue_reminders",
    "pause_reminders",
    "reset_rule",
    "resume_reminders",
]
