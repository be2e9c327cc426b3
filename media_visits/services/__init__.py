"""Services for visits, press slots and press coverage."""

from media_visits.services.lifecycle import (
    announce_visit,
    cancel_visit,
    correct_visit,
    decide_visit,
    document_visit,
    hold_visit,
    postpone_visit,
    reopen_visit,
    resume_visit,
    submit_visit,
    withdraw_visit,
)
from media_visits.services.press import (
    COVERAGE_FIELDS,
    SLOT_FIELDS,
    change_coverage,
    change_press_slot,
    create_coverage,
    create_press_slot,
    delete_coverage,
    delete_press_slot,
)
from media_visits.services.visits import (
    change_visit,
    create_visit,
    publish_visit,
    unpublish_visit,
)

__all__ = [
    "COVERAGE_FIELDS",
    "SLOT_FIELDS",
    "create_press_slot",
    "announce_visit",
    "cancel_visit",
    "correct_visit",
    "create_coverage",
    "create_visit",
    "decide_visit",
    "document_visit",
    "hold_visit",
    "postpone_visit",
    "reopen_visit",
    "resume_visit",
    "publish_visit",
    "delete_coverage",
    "delete_press_slot",
    "submit_visit",
    "unpublish_visit",
    "change_coverage",
    "change_press_slot",
    "change_visit",
    "withdraw_visit",
]
