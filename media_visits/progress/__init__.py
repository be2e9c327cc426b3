from media_visits.progress.lifecycle import visit_tasks
from media_visits.progress.press import cancelling_details, listed_coverage, slot_day_note
from media_visits.progress.visits import (
    listed_visits,
    press_text,
    sectors_text,
    submission_notes,
    visit_page,
)

__all__ = [
    "cancelling_details",
    "listed_coverage",
    "listed_visits",
    "slot_day_note",
    "press_text",
    "sectors_text",
    "submission_notes",
    "visit_page",
    "visit_tasks",
]
