from outbox.models.mails import ConnectionSlot, Mail, MailLog, in_states
from outbox.models.wordings import Wording

__all__ = [
    "Mail",
    "MailLog",
    "ConnectionSlot",
    "Wording",
    "in_states",
]
