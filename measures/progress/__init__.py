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
from measures.progress.rounds import round_buttons
from measures.progress.timeline import CARD, PAGE, draw_timeline

__all__ = [
    "CARD",
    "EXPORT_HEADER",
    "PAGE",
    "draw_timeline",
    "export_row",
    "list_items",
    "measure_facts",
    "measure_subtitle",
    "next_step_of",
    "phase_steps",
    "project_facts",
    "project_subtitle",
    "report_buttons",
    "report_origin",
    "round_buttons",
    "status_facts",
]
