from outbox.models.mails import Mail, MailLog
from outbox.models.reminders import ReminderLog, ReminderPause, ReminderRule

__all__ = ["Mail", "MailLog", "ReminderLog", "ReminderPause", "ReminderRule"]
