"""What applying an import would do: what is new, changed, unchanged, refused or in conflict."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from measures.models import (
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    Milestone,
    Plan,
    PlanSection,
)
from measures.queries.imports.tables import Problem
from measures.queries.imports.values import Directory, fingerprint

# Told the stage (`COMPARING` …), how many are done and of how many, whenever there is news.
Report = Callable[[str, int, int], None]
COMPARING, WRITING, UNDOING = "comparing", "writing", "undoing"


def report_nothing(stage: str, done: int, total: int) -> None:
    pass


class FieldChange(NamedTuple):
    """What a row says of one column: the texts in the portal and in the file, and the values."""

    name: str
    label: str
    before: str
    after: str
    values: dict[str, Any]


@dataclass
class MeasureChange:
    """A row about a measure of the portal. In `conflicts`, somebody else changed the same."""

    measure: Measure
    row: int
    changes: list[FieldChange] = field(default_factory=list)
    conflicts: list[FieldChange] = field(default_factory=list)


@dataclass
class NewMeasure:
    """A row about a measure that is not in the portal yet; `measure` is not saved.

    `links` are its supporters and sectors.
    """

    measure: Measure
    row: int
    links: dict[str, list[Any]]


@dataclass
class NewMilestone:
    milestone: Milestone
    row: int


@dataclass
class NewIndicator:
    indicator: Indicator
    targets: list[IndicatorTarget]
    row: int


@dataclass
class NewValue:
    value: IndicatorValue
    row: int


@dataclass
class ImportPreview:
    """What an import would do; nothing is saved yet, `plan` and `sections` neither."""

    directory: Directory
    plan: Plan | None = None
    sections: dict[str, PlanSection] = field(default_factory=dict)
    created: list[NewMeasure] = field(default_factory=list)
    changed: list[MeasureChange] = field(default_factory=list)
    unchanged: int = 0
    milestones: list[NewMilestone] = field(default_factory=list)
    indicators: list[NewIndicator] = field(default_factory=list)
    unchanged_indicators: int = 0
    values: list[NewValue] = field(default_factory=list)
    unchanged_values: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    total: int = 0
    compared: int = 0
    report: Report = report_nothing

    def count_row(self) -> None:
        self.compared += 1
        self.report(COMPARING, self.compared, self.total)

    @property
    def conflicts(self) -> list[MeasureChange]:
        return [change for change in self.changed if change.conflicts]

    @property
    def is_empty(self) -> bool:
        parts = (self.milestones, self.indicators, self.values)
        return not (self.plan or self.created or self.changed or any(parts))

    @property
    def can_be_applied(self) -> bool:
        return not (self.problems or self.is_empty)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "plans": int(self.plan is not None),
            "sections": len(self.sections),
            "created": len(self.created),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "milestones": len(self.milestones),
            "indicators": len(self.indicators),
            "unchanged_indicators": self.unchanged_indicators,
            "values": len(self.values),
            "unchanged_values": self.unchanged_values,
        }

    @property
    def version(self) -> str:
        """A fingerprint of everything that applying it would do to the records of the portal."""
        said = {
            f"{change.measure.pk}-{found.name}": f"{found.before}\0{found.after}"
            for change in self.changed
            for found in (*change.changes, *change.conflicts)
        }
        # A lead that was entered as an organisation meanwhile would be matched instead of kept as
        # text.
        leads = {str(new.row): new.measure.lead_label for new in self.created}
        counts = {name: str(count) for name, count in self.counts.items()}
        return fingerprint(said | leads | counts | {"problems": repr(sorted(self.problems))})
