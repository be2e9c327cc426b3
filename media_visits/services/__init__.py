"""The one door for every change of visits, press slots and clippings."""

from media_visits.services.approval import decide_visit, submit_visit, withdraw_visit
from media_visits.services.coverage import remove_coverage, save_coverage
from media_visits.services.lifecycle import (
    announce_visit,
    cancel_visit,
    document_visit,
    postpone_visit,
    record_held,
)
from media_visits.services.press import add_press_slot, remove_press_slot, update_press_slot
from media_visits.services.visits import create_visit, publish_visit, update_visit

__all__ = [
    "add_press_slot",
    "announce_visit",
    "cancel_visit",
    "create_visit",
    "decide_visit",
    "document_visit",
    "postpone_visit",
    "publish_visit",
    "record_held",
    "remove_coverage",
    "remove_press_slot",
    "save_coverage",
    "submit_visit",
    "update_press_slot",
    "update_visit",
    "withdraw_visit",
]
