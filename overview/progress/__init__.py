from overview.progress.search import KIND_LABELS, Hit, HitGroup, grouped_hits, hits_of
from overview.progress.start_page import (
    Alert,
    Event,
    alerts,
    next_events,
    nothing_waiting_text,
    plan_line,
    waiting_entries,
    waiting_heading,
)

__all__ = [
    "Alert",
    "Event",
    "Hit",
    "HitGroup",
    "KIND_LABELS",
    "alerts",
    "grouped_hits",
    "hits_of",
    "next_events",
    "nothing_waiting_text",
    "plan_line",
    "waiting_entries",
    "waiting_heading",
]
