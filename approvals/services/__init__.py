"""The doors of approvals. Deciding moves the subject too: that is the caller's part.

The subject's app owns the door (`dialogues.services.decide_topic`, …): it calls `record_decision`
and moves its subject in the same transaction.
"""

from approvals.services.conditions import meet_condition
from approvals.services.deciding import lock_request, record_decision
from approvals.services.lapsing import lapse_approval, lapse_by_change, withdraw_request
from approvals.services.submitting import Subject, Vorlage, submit_request

__all__ = [
    "Subject",
    "Vorlage",
    "lapse_approval",
    "lapse_by_change",
    "lock_request",
    "meet_condition",
    "record_decision",
    "submit_request",
    "withdraw_request",
]
