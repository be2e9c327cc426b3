"""*Verlauf*: what happened to a measure or an indicator, when, by whom, with old and new values."""

from measures.queries.history.indicators import indicator_history
from measures.queries.history.measures import (
    measure_history,
    plan_history,
    project_history,
    section_history,
)
from measures.queries.history.reports import describe_status, reporter_label

__all__ = [
    "describe_status",
    "indicator_history",
    "measure_history",
    "plan_history",
    "project_history",
    "reporter_label",
    "section_history",
]
