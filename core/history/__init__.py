"""Save with a reason, and read the reasons back as *Verlauf*."""

from core.history.changes import (
    RelatedHistory,
    create_all_as,
    delete_all_as,
    delete_as,
    save_as,
    save_changes_as,
    save_values_as,
    update_all_as,
)
from core.history.entries import (
    changes_between,
    differences_in,
    entries_from,
    entries_of,
    former_values,
    text_changes_in,
)
from core.history.records import instance_of, records_at, state_since

__all__ = [
    "RelatedHistory",
    "changes_between",
    "create_all_as",
    "delete_all_as",
    "delete_as",
    "differences_in",
    "entries_from",
    "entries_of",
    "former_values",
    "instance_of",
    "records_at",
    "save_as",
    "save_changes_as",
    "save_values_as",
    "state_since",
    "text_changes_in",
    "update_all_as",
]
