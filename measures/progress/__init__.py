from measures.progress.measures import (
    EXPORT_HEADER,
    export_row,
    list_items,
    measure_facts,
    measure_subtitle,
    next_step_of,
    phase_steps,
    status_facts,
)
from measures.progress.projects import project_facts, project_subtitle
from measures.progress.reports import report_buttons, report_origin
from measures.progress.rounds import (
    change_effect,
    changed_message,
    closing_details,
    opened_message,
    opening_details,
    round_buttons,
    round_deadline,
    round_lines,
    unreachable_lines,
)
from measures.progress.timeline import CARD, PAGE, draw_timeline

__all__ = [
    "CARD",
    "EXPORT_HEADER",
    "PAGE",
    "change_effect",
    "changed_message",
    "closing_details",
    "draw_timeline",
    "export_row",
    "list_items",
    "measure_facts",
    "measure_subtitle",
    "next_step_of",
    "opened_message",
    "opening_details",
    "phase_steps",
    "project_facts",
    "project_subtitle",
    "report_buttons",
    "report_origin",
    "round_buttons",
    "round_deadline",
    "round_lines",
    "status_facts",
    "unreachable_lines",
]
