from media_visits.progress.lifecycle import next_step_of, visit_steps, waiting_for_office
from media_visits.progress.press import listed_coverage, listed_slots
from media_visits.progress.visits import (
    listed_visits,
    visit_facts,
    visit_history,
    visit_page,
)

__all__ = [
    "listed_coverage",
    "listed_slots",
    "listed_visits",
    "next_step_of",
    "visit_facts",
    "visit_history",
    "visit_page",
    "visit_steps",
    "waiting_for_office",
]
