from measures.queries.figures import (
    FieldProgress,
    ProgressFigures,
    TimelineRow,
    progress_figures,
    timeline_rows,
)
from measures.queries.histories import measure_history
from measures.queries.plans import (
    TreeNode,
    current_plan,
    descendants_of,
    plan_tree,
    relatives_of,
    sections_above,
    top_sections,
)
from measures.queries.reports import (
    DueReport,
    measures_awaiting_report,
    open_report_of,
    open_round,
    open_rounds,
    reporters_of,
    reports_due_for,
    reports_to_check,
    waiting_for_reports,
)

__all__ = [
    "DueReport",
    "FieldProgress",
    "ProgressFigures",
    "TimelineRow",
    "TreeNode",
    "current_plan",
    "descendants_of",
    "measure_history",
    "measures_awaiting_report",
    "open_report_of",
    "open_round",
    "open_rounds",
    "plan_tree",
    "progress_figures",
    "relatives_of",
    "reporters_of",
    "reports_due_for",
    "reports_to_check",
    "sections_above",
    "timeline_rows",
    "top_sections",
    "waiting_for_reports",
]
