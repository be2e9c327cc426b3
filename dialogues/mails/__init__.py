"""The mails about topics and dialogues: who gets which, with which values."""

from dialogues.mails import texts  # noqa: F401  registers the words
from dialogues.mails.dialogues import mail_called_off, mail_date_fixed, people_told
from dialogues.mails.guests import (
    mail_answer_reminders,
    mail_confirmation,
    mail_invitations,
    mail_withdrawn,
    preview_invitation,
)
from dialogues.mails.topics import mail_topic_proposed, mail_topic_to_proposer, proposer_to_tell

__all__ = [
    "mail_answer_reminders",
    "mail_called_off",
    "mail_confirmation",
    "mail_date_fixed",
    "mail_invitations",
    "mail_topic_proposed",
    "mail_topic_to_proposer",
    "mail_withdrawn",
    "people_told",
    "preview_invitation",
    "proposer_to_tell",
]
