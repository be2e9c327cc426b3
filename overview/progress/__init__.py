from overview.progress.balance import KINDS as BALANCE_KINDS
from overview.progress.balance import balance_lines, without_sector_line
from overview.progress.search import KIND_LABELS, grouped_hits, hits_of
from overview.progress.start_page import (
    alerts,
    next_events,
    nothing_waiting_text,
    plan_line,
    waiting_entries,
    waiting_heading,
)

__all__ = [
    "BALANCE_KINDS",
    "KIND_LABELS",
    "alerts",
    "balance_lines",
    "grouped_hits",
    "hits_of",
    "next_events",
    "nothing_waiting_text",
    "plan_line",
    "waiting_entries",
    "waiting_heading",
    "without_sector_line",
]
