from outbox.models.mails import TEST_EVENT, ConnectionSlot, Mail, MailLog, in_states
from outbox.models.wordings import Wording

__all__ = [
    "Mail",
    "MailLog",
    "ConnectionSlot",
    "TEST_EVENT",
    "Wording",
    "in_states",
]
