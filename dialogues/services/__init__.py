"""The doors of the dialogues app: every change of a series, topic, dialogue, guest list or answer
goes through one.
"""

from dialogues.services.dates import (
    add_date_option,
    adopt_counter_dates,
    decide_dates,
    drop_date_option,
    fix_date,
    renew_date,
    submit_dates,
    withdraw_dates,
)
from dialogues.services.dialogues import (
    close_dialogue,
    document_outcome,
    plan_dialogue,
    record_held,
    record_host_reply,
    update_dialogue,
)
from dialogues.services.invitations import (
    add_guests,
    cancel_dialogue,
    postpone_dialogue,
    release_invitations,
    remind_guests,
    remove_guest,
    withdraw_invitation,
)
from dialogues.services.rsvps import Rsvp, closed_reason, open_invitation, record_rsvp
from dialogues.services.series import (
    affirm_series,
    decide_series,
    request_consent,
    save_series,
    withdraw_series,
)
from dialogues.services.topics import (
    decide_topic,
    decline_topic,
    propose_topic,
    save_topic,
    submit_topic,
    take_up_topic,
    withdraw_topic,
)

__all__ = [
    "Rsvp",
    "add_date_option",
    "add_guests",
    "affirm_series",
    "record_rsvp",
    "cancel_dialogue",
    "close_dialogue",
    "closed_reason",
    "decide_dates",
    "decide_series",
    "decide_topic",
    "decline_topic",
    "document_outcome",
    "drop_date_option",
    "fix_date",
    "open_invitation",
    "plan_dialogue",
    "postpone_dialogue",
    "propose_topic",
    "record_held",
    "record_host_reply",
    "release_invitations",
    "remind_guests",
    "remove_guest",
    "renew_date",
    "request_consent",
    "save_series",
    "save_topic",
    "submit_dates",
    "submit_topic",
    "adopt_counter_dates",
    "take_up_topic",
    "update_dialogue",
    "withdraw_dates",
    "withdraw_invitation",
    "withdraw_series",
    "withdraw_topic",
]
