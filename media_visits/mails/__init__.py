"""Mails about visits, except those about the approval, which `approvals` sends.

Mails to people outside contain no link, because most of them have no account; mails to the
senator's office do, except what changed of an announced visit: all get the same words.
"""

from media_visits.mails import texts  # noqa: F401  registers the texts
from media_visits.mails.visits import (
    end_of,
    in_words,
    mail_announcement,
    mail_change,
    mail_end,
    people_to_announce_to,
    people_who_know,
    untold_changes,
)

__all__ = [
    "end_of",
    "in_words",
    "mail_announcement",
    "mail_change",
    "mail_end",
    "people_to_announce_to",
    "people_who_know",
    "untold_changes",
]
