"""The interface to the apps above: the service that decides each kind, the value objects of a
submission and a decision, functions to take and compare snapshots of a subject, and the dates that
bind the senator or a host.

Each app registers its deciding services and its dates from `AppConfig.ready` (`docs/adr/0001`).
"""

from approvals.registry.documents import (
    Change,
    Fact,
    binding_changes,
    binding_labels,
    binding_snapshot_of,
    facts_binding,
    lapse_reason_for,
    option_changes,
    snapshot_changes,
    snapshot_of,
)
from approvals.registry.models import (
    CONDITION_MISSING,
    DATE_MISSING,
    Briefing,
    CounterDate,
    Decision,
    Subject,
    deadline_error,
)
from approvals.registry.queries import (
    ASSUMED_LENGTH,
    Commitment,
    CommitmentSource,
    clashes_of,
    commitments_of,
    date_concerns,
    register_commitments,
    require_dates_heeded,
)
from approvals.registry.services import decide, register_deciding_service

__all__ = [
    "ASSUMED_LENGTH",
    "Briefing",
    "CONDITION_MISSING",
    "Change",
    "Commitment",
    "CommitmentSource",
    "CounterDate",
    "DATE_MISSING",
    "Decision",
    "Fact",
    "Subject",
    "binding_changes",
    "binding_labels",
    "binding_snapshot_of",
    "clashes_of",
    "commitments_of",
    "date_concerns",
    "deadline_error",
    "decide",
    "facts_binding",
    "lapse_reason_for",
    "option_changes",
    "register_commitments",
    "register_deciding_service",
    "require_dates_heeded",
    "snapshot_changes",
    "snapshot_of",
]
