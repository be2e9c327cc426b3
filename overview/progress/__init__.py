from overview.progress.balance import KINDS as BALANCE_KINDS
from overview.progress.balance import balance_lines, without_sector_line
from overview.progress.related import RELATION_LABELS, related_groups
from overview.progress.search import KIND_LABELS, grouped_hits, hits_of
from overview.progress.start_page import (
    alerts,
    next_events,
    nothing_waiting_text,
    own_tasks_title,
    plan_line,
)
from overview.progress.tasks import (
    office_tasks,
    own_tasks,
    received_lately,
    task_lines,
    tasks_of_others,
)

__all__ = [
    "RELATION_LABELS",
    "related_groups",
    "BALANCE_KINDS",
    "KIND_LABELS",
    "alerts",
    "balance_lines",
    "grouped_hits",
    "hits_of",
    "next_events",
    "nothing_waiting_text",
    "plan_line",
    "office_tasks",
    "own_tasks",
    "own_tasks_title",
    "received_lately",
    "task_lines",
    "tasks_of_others",
    "without_sector_line",
]
