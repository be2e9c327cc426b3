from measures.progress.continuations import succession_facts
from measures.progress.exports import export_sheets
from measures.progress.measures import (
    inactive_lead_note,
    list_items,
    measure_facts,
    measure_subtitle,
    next_step_of,
    phase_steps,
    status_facts,
)
from measures.progress.milestones import milestone_lines, requirement_lines, weighted_progress
from measures.progress.plans import plan_tabs
from measures.progress.projects import project_facts, project_subtitle
from measures.progress.reports import (
    compare_reports,
    decision_effect,
    names_of,
    previous_status,
    report_buttons,
    report_lines,
    report_origin,
    report_remark,
)
from measures.progress.rounds import (
    change_effect,
    closing_details,
    opened_message,
    opening_details,
    opening_hindrance,
    owing_lines,
    reminding_details,
    reminding_points,
    round_buttons,
    round_deadline,
    round_lines,
    unreachable_lines,
)
from measures.progress.tasks import lead_tasks, report_tasks
from measures.progress.timeline import CARD, PAGE, draw_timeline

__all__ = [
    "lead_tasks",
    "report_tasks",
    "CARD",
    "PAGE",
    "change_effect",
    "closing_details",
    "compare_reports",
    "decision_effect",
    "draw_timeline",
    "export_sheets",
    "list_items",
    "measure_facts",
    "inactive_lead_note",
    "measure_subtitle",
    "milestone_lines",
    "names_of",
    "next_step_of",
    "opened_message",
    "opening_details",
    "opening_hindrance",
    "owing_lines",
    "phase_steps",
    "plan_tabs",
    "previous_status",
    "project_facts",
    "project_subtitle",
    "report_buttons",
    "report_lines",
    "report_origin",
    "report_remark",
    "reminding_details",
    "reminding_points",
    "requirement_lines",
    "round_buttons",
    "round_deadline",
    "round_lines",
    "status_facts",
    "succession_facts",
    "unreachable_lines",
    "weighted_progress",
]
