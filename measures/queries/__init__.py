from measures.queries.measures import (
    measure_history,
    open_measures,
    related_measures,
    sorted_measures,
)
from measures.queries.plans import (
    current_plan,
    descendants_of,
    plan_tree,
    progress_figures,
    section_choices,
    section_path,
    sections_of,
    top_sections,
)
from measures.queries.reports import (
    awaited_reporters,
    open_report_of,
    reports_due_for,
    reports_to_check,
    waiting_for_reports,
)
from measures.queries.rounds import (
    measures_awaiting_report,
    open_round_of,
    open_rounds,
    reports_in_round,
    round_awaiting_report,
)
from measures.queries.timeline import TimelineBar, timeline_bars

__all__ = [
    "TimelineBar",
    "awaited_reporters",
    "current_plan",
    "descendants_of",
    "measure_history",
    "measures_awaiting_report",
    "open_measures",
    "open_report_of",
    "open_round_of",
    "open_rounds",
    "plan_tree",
    "progress_figures",
    "related_measures",
    "reports_due_for",
    "reports_in_round",
    "reports_to_check",
    "round_awaiting_report",
    "section_choices",
    "section_path",
    "sections_of",
    "sorted_measures",
    "timeline_bars",
    "top_sections",
    "waiting_for_reports",
]
