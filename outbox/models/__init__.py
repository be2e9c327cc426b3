from outbox.models.mails import Mail, MailLog, SendingSlot, in_states
from outbox.models.reminders import ReminderLog, ReminderPause, ReminderRule
from outbox.models.wordings import Wording

__all__ = [
    "Mail",
    "MailLog",
    "ReminderLog",
    "ReminderPause",
    "ReminderRule",
    "SendingSlot",
    "Wording",
    "in_states",
]
