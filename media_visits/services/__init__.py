"""Services for visits, press slots and clippings."""

from media_visits.services.lifecycle import (
    announce_visit,
    cancel_visit,
    decide_visit,
    document_visit,
    hold_visit,
    postpone_visit,
    submit_visit,
    withdraw_visit,
)
from media_visits.services.press import (
    add_press_slot,
    create_coverage,
    remove_coverage,
    remove_press_slot,
    update_coverage,
    update_press_slot,
)
from media_visits.services.visits import (
    create_visit,
    publish_visit,
    unpublish_visit,
    update_visit,
)

__all__ = [
    "add_press_slot",
    "announce_visit",
    "cancel_visit",
    "create_coverage",
    "create_visit",
    "decide_visit",
    "document_visit",
    "hold_visit",
    "postpone_visit",
    "publish_visit",
    "remove_coverage",
    "remove_press_slot",
    "submit_visit",
    "unpublish_visit",
    "update_coverage",
    "update_press_slot",
    "update_visit",
    "withdraw_visit",
]
