"""Mails about topics and dialogues.

They are stored in the caller's transaction, so that a change and its mails are saved together or
not at all. Delivery starts after the commit.
"""

from dialogues.mails import texts  # noqa: F401  registers the texts
from dialogues.mails.dates import (
    Addressee,
    addressees_of_cancellation,
    addressees_of_change,
    has_new_holder,
)
from dialogues.mails.dialogues import (
    ANNOUNCED_FIELDS,
    FACTS_ANNOUNCED_AT_ONCE,
    Change,
    News,
    change_event,
    changes_between,
    mail_cancelled,
    mail_changed,
    mail_date_fixed,
    mail_postponed,
    waiting_changes,
    withdraw_waiting_changes,
)
from dialogues.mails.invitations import (
    mail_invitation_again,
    mail_invitations,
    mail_link_replaced,
    mail_waiting_invitations_again,
    mail_withdrawn,
    other_address_with_link,
    preview_invitation,
    withdraw_reminders,
    withdraw_unsent_mails,
)
from dialogues.mails.needs import (
    mail_need_answered,
    mail_need_changed,
    mail_need_moved,
    mail_need_recorded,
    reads_in_portal,
)
from dialogues.mails.rsvps import addresses_without_substitute, mail_confirmation
from dialogues.mails.topics import (
    mail_topic_proposed,
    mail_topic_to_proposer,
    proposer_to_notify,
    withdraw_proposal_mails,
)
from dialogues.mails.waiting import (
    mail_offer_ended,
    mail_seat_offered,
    waiting_text,
    withdraw_offer_mails,
)

__all__ = [
    "addresses_without_substitute",
    "ANNOUNCED_FIELDS",
    "FACTS_ANNOUNCED_AT_ONCE",
    "Addressee",
    "Change",
    "News",
    "addressees_of_cancellation",
    "addressees_of_change",
    "change_event",
    "changes_between",
    "has_new_holder",
    "mail_cancelled",
    "mail_changed",
    "mail_confirmation",
    "mail_date_fixed",
    "mail_invitation_again",
    "mail_invitations",
    "mail_link_replaced",
    "mail_need_answered",
    "mail_need_changed",
    "mail_need_moved",
    "mail_need_recorded",
    "mail_postponed",
    "mail_offer_ended",
    "mail_seat_offered",
    "mail_topic_proposed",
    "mail_topic_to_proposer",
    "mail_waiting_invitations_again",
    "mail_withdrawn",
    "other_address_with_link",
    "preview_invitation",
    "proposer_to_notify",
    "reads_in_portal",
    "waiting_changes",
    "waiting_text",
    "withdraw_offer_mails",
    "withdraw_proposal_mails",
    "withdraw_reminders",
    "withdraw_unsent_mails",
    "withdraw_waiting_changes",
]
