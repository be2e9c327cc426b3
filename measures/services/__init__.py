from measures.services.answers import Statement
from measures.services.asking import ask_for_reports
from measures.services.contacts import change_contact, create_contact, remove_contact
from measures.services.continuations import (
    continue_measures,
    end_measures,
    merge_measures,
    split_measure,
    undo_continuation,
)
from measures.services.dependencies import add_requirement, remove_requirement
from measures.services.documents import (
    change_material,
    create_document,
    create_link,
    delete_material,
)
from measures.services.imports import apply_import, create_import, discard_import, undo_import
from measures.services.indicators import (
    change_indicator,
    change_target,
    create_indicator,
    create_target,
    delete_indicator,
    delete_target,
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
from measures.services.monitoring import (
    begin_report,
    change_chapter,
    fail_edition,
    finish_edition,
    publish_report,
    request_edition,
    require_reportable,
    start_edition,
    store_file,
)
from measures.services.plans import change_plan, continue_plan, require_continuable
from measures.services.projects import change_project, create_project
from measures.services.reports import record_report, save_draft, submit_report
from measures.services.requests import (
    create_report_request,
    open_report_request,
    replace_report_link,
    revoke_report_request,
    show_report_link,
)
from measures.services.reviews import accept_report, accept_reports, complete_report, return_report
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
from measures.services.sections import change_section, create_section, delete_section
from measures.services.values import (
    RecordedValues,
    ValueEntry,
    change_value,
    create_value,
    delete_value,
    record_values,
)

__all__ = [
    "create_section",
    "delete_section",
    "change_material",
    "create_document",
    "create_link",
    "delete_material",
    "RecordedValues",
    "Statement",
    "ValueEntry",
    "accept_report",
    "accept_reports",
    "add_requirement",
    "apply_import",
    "ask_for_reports",
    "begin_report",
    "change_chapter",
    "change_contact",
    "change_indicator",
    "change_measure",
    "change_milestone",
    "change_plan",
    "change_project",
    "change_round",
    "change_section",
    "change_target",
    "change_value",
    "close_round",
    "complete_milestone",
    "complete_report",
    "continue_measures",
    "continue_plan",
    "create_contact",
    "create_import",
    "create_indicator",
    "create_measure",
    "create_milestone",
    "create_project",
    "create_report_request",
    "create_round",
    "create_target",
    "create_value",
    "delete_filter",
    "delete_indicator",
    "delete_milestone",
    "delete_target",
    "delete_value",
    "discard_import",
    "end_measures",
    "fail_edition",
    "finish_edition",
    "merge_measures",
    "move_milestone",
    "open_report_request",
    "open_round",
    "publish_measures",
    "publish_report",
    "record_report",
    "record_values",
    "remind_leads",
    "remove_contact",
    "remove_requirement",
    "reopen_milestone",
    "replace_report_link",
    "request_edition",
    "require_changeable",
    "require_continuable",
    "require_openable",
    "require_reportable",
    "return_report",
    "revoke_report_request",
    "save_draft",
    "save_filter",
    "show_report_link",
    "split_measure",
    "start_edition",
    "store_file",
    "submit_report",
    "undo_continuation",
    "undo_import",
]
