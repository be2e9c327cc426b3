from measures.queries.imports.drafts import (
    FieldChange,
    ImportPreview,
    MeasureChange,
    NewMeasure,
)
from measures.queries.imports.indicators import indicator_texts, targets_text, value_texts
from measures.queries.imports.log import last_applied_import
from measures.queries.imports.preview import preview_of
from measures.queries.imports.tables import EXPLANATION, SHEETS, Problem, read_content
from measures.queries.imports.undoing import (
    CREATED,
    attached_reason,
    imported_version,
    link_names,
    records_of,
    touched_reason,
    undo_hindrance,
)
from measures.queries.imports.values import (
    LINKS,
    Directory,
    fingerprint,
    links_of,
    milestone_texts,
    read_only_texts,
    texts_of,
    yes_or_no,
)

__all__ = [
    "CREATED",
    "attached_reason",
    "imported_version",
    "link_names",
    "records_of",
    "touched_reason",
    "undo_hindrance",
    "EXPLANATION",
    "LINKS",
    "SHEETS",
    "Directory",
    "FieldChange",
    "ImportPreview",
    "MeasureChange",
    "NewMeasure",
    "Problem",
    "fingerprint",
    "indicator_texts",
    "last_applied_import",
    "links_of",
    "milestone_texts",
    "preview_of",
    "read_content",
    "read_only_texts",
    "targets_text",
    "texts_of",
    "value_texts",
    "yes_or_no",
]
