"""Services that change series, topics, dialogues, guest lists and replies."""

from dialogues.services.calling_off import cancel_dialogue, postpone_dialogue
from dialogues.services.contributions import (
    change_contribution,
    create_contribution,
    delete_contribution,
)
from dialogues.services.copies import copy_dialogue
from dialogues.services.dates import (
    adopt_counter_dates,
    create_date_option,
    decide_dates,
    drop_date_option,
    fix_date,
    renew_date,
    submit_dates,
    withdraw_dates,
)
from dialogues.services.dialogues import change_dialogue, plan_dialogue
from dialogues.services.guests import add_guests, remove_guest
from dialogues.services.hosts import record_host_reply
from dialogues.services.invitations import (
    missing_addresses,
    release_invitations,
    remind_guests,
    replace_link,
    resend_invitation,
    show_link,
    withdraw_invitation,
)
from dialogues.services.needs import (
    Answer,
    answer_need,
    change_need,
    create_need,
    file_need,
    open_need,
    reopen_need,
    resubmit_need,
)
from dialogues.services.outcomes import (
    close_dialogue,
    correct_outcome,
    document_outcome,
    record_held,
    reopen_dialogue,
)
from dialogues.services.programme import change_programme
from dialogues.services.rsvps import closed_reason, open_invitation, record_rsvp
from dialogues.services.seats import advance_guest, end_offer, offer_seat, tend_waiting_lists
from dialogues.services.series import (
    affirm_series,
    change_series,
    create_series,
    decide_series,
    request_consent,
    withdraw_series,
)
from dialogues.services.substitutes import settle_substitute
from dialogues.services.topics import (
    change_topic,
    create_topic,
    decide_topic,
    decline_topic,
    propose_topic,
    retract_topic,
    submit_topic,
    take_up_topic,
    withdraw_topic,
)

__all__ = [
    "Answer",
    "add_guests",
    "advance_guest",
    "end_offer",
    "tend_waiting_lists",
    "adopt_counter_dates",
    "affirm_series",
    "answer_need",
    "cancel_dialogue",
    "change_contribution",
    "change_dialogue",
    "change_series",
    "change_need",
    "change_programme",
    "change_topic",
    "close_dialogue",
    "closed_reason",
    "correct_outcome",
    "copy_dialogue",
    "create_contribution",
    "create_date_option",
    "create_series",
    "create_need",
    "create_topic",
    "decide_dates",
    "decide_series",
    "decide_topic",
    "decline_topic",
    "delete_contribution",
    "document_outcome",
    "drop_date_option",
    "fix_date",
    "file_need",
    "offer_seat",
    "open_invitation",
    "open_need",
    "plan_dialogue",
    "postpone_dialogue",
    "propose_topic",
    "record_held",
    "reopen_dialogue",
    "record_host_reply",
    "record_rsvp",
    "missing_addresses",
    "release_invitations",
    "remind_guests",
    "remove_guest",
    "renew_date",
    "replace_link",
    "reopen_need",
    "request_consent",
    "resend_invitation",
    "resubmit_need",
    "retract_topic",
    "settle_substitute",
    "show_link",
    "submit_dates",
    "submit_topic",
    "take_up_topic",
    "withdraw_dates",
    "withdraw_invitation",
    "withdraw_series",
    "withdraw_topic",
]
