from measures.services.continuations import (
    continue_measures,
    end_measures,
    merge_measures,
    split_measure,
    undo_continuation,
)
from measures.services.dependencies import add_requirement, remove_requirement
from measures.services.imports import (
    apply_import,
    create_import,
    discard_import,
    undo_import,
)
from measures.services.measures import change_measure, create_measure, publish_measures
from measures.services.milestones import (
    change_milestone,
    complete_milestone,
    create_milestone,
    delete_milestone,
    move_milestone,
    reopen_milestone,
)
from measures.services.plans import change_plan, continue_plan, require_continuable
from measures.services.projects import change_project, create_project
from measures.services.reports import (
    record_report,
    save_draft,
    submit_report,
)
from measures.services.requests import (
    create_report_request,
    open_report_request,
    replace_report_link,
    revoke_report_request,
    show_report_link,
)
from measures.services.reviews import (
    accept_report,
    accept_reports,
    complete_report,
    return_report,
)
from measures.services.rounds import (
    change_round,
    close_round,
    create_round,
    open_round,
    remind_leads,
    require_changeable,
    require_openable,
)
from measures.services.saved_filters import delete_filter, save_filter

__all__ = [
    "publish_measures",
    "delete_filter",
    "save_filter",
    "undo_import",
    "discard_import",
    "create_import",
    "apply_import",
    "change_plan",
    "continue_measures",
    "continue_plan",
    "end_measures",
    "merge_measures",
    "require_continuable",
    "split_measure",
    "undo_continuation",
    "accept_report",
    "accept_reports",
    "complete_report",
    "add_requirement",
    "create_milestone",
    "change_measure",
    "change_milestone",
    "change_project",
    "change_round",
    "close_round",
    "complete_milestone",
    "create_measure",
    "create_project",
    "create_report_request",
    "create_round",
    "delete_milestone",
    "move_milestone",
    "open_report_request",
    "open_round",
    "record_report",
    "remind_leads",
    "remove_requirement",
    "reopen_milestone",
    "replace_report_link",
    "require_changeable",
    "require_openable",
    "return_report",
    "revoke_report_request",
    "save_draft",
    "show_report_link",
    "submit_report",
]
