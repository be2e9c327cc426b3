"""The mails about topics and dialogues: who gets which, with which values."""

from dialogues.mails import texts  # noqa: F401  registers the words
from dialogues.mails.dates import Told, changes_hands, people_to_update, people_told
from dialogues.mails.dialogues import (
    AT_ONCE,
    MATTERS,
    changes_between,
    mail_called_off,
    mail_changed,
    mail_date_fixed,
)
from dialogues.mails.invitations import (
    mail_confirmation,
    mail_invitations,
    mail_withdrawn,
    preview_invitation,
    take_back,
    withdraw_reminders,
)
from dialogues.mails.topics import mail_topic_proposed, mail_topic_to_proposer, proposer_to_tell

__all__ = [
    "AT_ONCE",
    "MATTERS",
    "Told",
    "changes_between",
    "changes_hands",
    "mail_called_off",
    "mail_changed",
    "mail_confirmation",
    "mail_date_fixed",
    "mail_invitations",
    "mail_topic_proposed",
    "mail_topic_to_proposer",
    "mail_withdrawn",
    "people_to_update",
    "people_told",
    "preview_invitation",
    "proposer_to_tell",
    "take_back",
    "withdraw_reminders",
]
