"""A plan as it stood: at the end of a day, from the history, or in a closed round, as it kept it.

`compare_entries` compares the entries of two snapshots. Their content is that of the time, the
rights are those of today.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Prefetch

from core.dates import end_of_day, format_day, local_date
from core.folding import fold
from core.history import records_at
from core.models import Origin
from measures.models import Measure, Milestone, Plan, ReportingRound, RoundMilestone
from measures.queries.comparisons import PlanEntry
from measures.queries.past import past_measures
from measures.queries.rounds import round_entries


class MilestoneThen(NamedTuple):
    """A milestone as it stood (`KeptMilestone`)."""

    milestone_id: int
    title: str
    due_on: dt.date
    forecast_on: dt.date | None
    forecast_reason: str
    done_on: dt.date | None

    @property
    def expected_on(self) -> dt.date:
        """As `Milestone.expected_on`."""
        return self.done_on or self.forecast_on or self.due_on


class Milestones(list[MilestoneThen]):
    """Read like those of a `RoundEntry`."""

    def all(self) -> list[MilestoneThen]:
        return self


@dataclass(frozen=True)
class DayEntry:
    """A measure as it stood at the end of a day (`PlanEntry`).

    Names of organisations are those of today. `is_deleted` says that the measure has no page today.
    """

    measure_id: int
    title: str
    code: str
    lead_label: str
    phase: str
    traffic_light: str
    traffic_light_reason: str
    help_wanted: str
    financing: str
    milestones: Milestones
    is_taken_over: bool
    is_deleted: bool
    # What only a round keeps.
    report_id: int | None = None
    was_asked: bool = True
    place: str = ""

    @property
    def label(self) -> str:
        return f"{self.code} {self.title}".strip()


class Snapshot(NamedTuple):
    """A plan as it stood; `label` says when: `Mi, 13.05.2026`, or the title of a round.

    Rounds closed before the portal kept their milestones do not know any (`has_milestones`).
    """

    label: str
    entries: Sequence[PlanEntry]
    has_milestones: bool = True


def snapshot_of_day(plan: Plan, day: dt.date, user) -> Snapshot:
    """Return `plan` as it stood at the end of `day` in Berlin. Two queries."""
    moment = end_of_day(day)
    records = past_measures(user, moment).filter(plan=plan).select_related("lead")
    records = records.defer("description", "internal_notes", "supporters_text", "sources", "doubts")
    milestones = _milestones_at(moment, plan)
    # Sorted here: the history has no folded column, and databases sort umlauts differently.
    ordered = sorted(records, key=lambda record: (fold(record.title), record.id))
    return Snapshot(format_day(day), [_entry(record, milestones[record.id]) for record in ordered])


def _entry(record, milestones: list[MilestoneThen]) -> DayEntry:
    return DayEntry(
        measure_id=record.id,
        title=record.title,
        code=record.code,
        lead_label=record.lead.label if record.lead_id else record.lead_text,
        phase=record.phase,
        traffic_light=record.traffic_light,
        traffic_light_reason=record.traffic_light_reason,
        help_wanted=record.help_wanted,
        financing=record.financing,
        milestones=Milestones(milestones),
        is_taken_over=record.origin == Origin.TAKEN_OVER,
        is_deleted=record.is_deleted,
    )


def _milestones_at(moment: dt.datetime, plan: Plan) -> Mapping[int, list[MilestoneThen]]:
    """Return measure id → its milestones, for the measures that belonged to `plan` at any time."""
    measures = Measure.history.filter(plan=plan).order_by().values("id")
    records = records_at(Milestone, moment, measure_id__in=measures)
    found: dict[int, list[MilestoneThen]] = defaultdict(list)
    names = ("measure_id", "id", *MilestoneThen._fields[1:])
    for measure_id, *values in records.order_by("due_on", "position", "id").values_list(*names):
        found[measure_id].append(MilestoneThen(*values))
    return found


def snapshot_of_round(reporting_round: ReportingRound, user) -> Snapshot:
    """Return the plan as the closed round keeps it. Two queries.

    Empty for rounds closed before the portal kept the plan.
    """
    milestones = Prefetch("milestones", queryset=RoundMilestone.objects.order_by("pk"))
    entries = list(round_entries(reporting_round, user).prefetch_related(milestones))
    # A plan without any milestone looks the same; then there is nothing to compare either.
    has_milestones = any(entry.milestones.all() for entry in entries)
    return Snapshot(reporting_round.title, entries, has_milestones)


def recorded_since(plan: Plan) -> dt.date | None:
    """Return the day on which the portal recorded the first measure of `plan`, None without one:
    of what was before, it knows nothing.
    """
    first = Measure.history.filter(plan=plan).order_by("history_date").values_list("history_date")
    return next((local_date(found) for (found,) in first[:1]), None)
