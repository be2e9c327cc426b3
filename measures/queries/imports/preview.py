"""Compare an uploaded file with the portal as it is now."""

from collections.abc import Mapping
from typing import Any

from measures.queries.imports.drafts import ImportPreview, Report, report_nothing
from measures.queries.imports.indicators import compare_indicators
from measures.queries.imports.measures import compare_measures
from measures.queries.imports.milestones import compare_milestones
from measures.queries.imports.plans import read_plan
from measures.queries.imports.tables import Problem, sheets_of
from measures.queries.imports.values import Directory

# These sheets are short and are read as a whole.
STRUCTURE = ("plan", "sections")


def preview_of(content: Mapping[str, Any], report: Report = report_nothing) -> ImportPreview:
    """Return what applying `content` (`read_content`) would do, in a fixed number of queries."""
    preview = ImportPreview(Directory(), notes=list(content.get("notes", ())))
    preview.problems = [Problem(*problem) for problem in content.get("problems", ())]
    sheets = sheets_of(content)
    preview.report, preview.total = report, row_count(content)
    read_plan(sheets.get("plan"), sheets.get("sections"), preview)
    if "measures" in sheets:
        compare_measures(sheets["measures"], preview)
    if "milestones" in sheets:
        compare_milestones(sheets["milestones"], preview)
    if "indicators" in sheets or "values" in sheets:
        compare_indicators(sheets.get("indicators"), sheets.get("values"), preview)
    preview.problems = sorted(set(preview.problems), key=lambda found: found[:3])
    return preview


def row_count(content: Mapping[str, Any]) -> int:
    """Return how many rows are compared one by one: all but those of a new plan's structure."""
    sheets = sheets_of(content)
    return sum(len(sheet.rows) for kind, sheet in sheets.items() if kind not in STRUCTURE)
