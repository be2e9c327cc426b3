from outbox.models.mails import Mail, MailLog, SendingSlot, in_states
from outbox.models.wordings import Wording

__all__ = [
    "Mail",
    "MailLog",
    "SendingSlot",
    "Wording",
    "in_states",
]
