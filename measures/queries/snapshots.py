"""A plan as it stood: at the end of a day, from the history, or in a closed round, as it kept it.

`compare_entries` compares the entries of two snapshots. Their content is that of the time, the
rights are those of today.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, Prefetch, QuerySet, Value

from core.dates import end_of_day, format_day, local_date
from core.folding import fold
from core.history import records_at
from core.models import Origin
from measures.models import (
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    Milestone,
    Plan,
    PlanSection,
    ReportingRound,
    RoundEntry,
    RoundIndicator,
    RoundMilestone,
)
from measures.queries.comparisons import PlanEntry
from measures.queries.indicators import IndicatorThen, indicator_then
from measures.queries.past import past_measures
from measures.queries.rounds import round_entries
from measures.queries.sections import path_to, sections_of


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


class NumberThen(NamedTuple):
    """A value of an indicator for a period, or a target for its last day, as it stood."""

    starts_on: dt.date
    ends_on: dt.date
    value: Decimal

    @property
    def due_on(self) -> dt.date:
        return self.ends_on


class Kept(list):
    """Milestones or indicators, read like those of a `RoundEntry`."""

    def all(self) -> list:
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
    milestones: Kept
    indicators: Kept
    is_taken_over: bool
    is_deleted: bool
    section_id: int | None
    place: str
    # What only a round keeps.
    report_id: int | None = None
    was_asked: bool = True

    @property
    def place_key(self) -> int | None:
        """A section that is called otherwise is still the same place."""
        return self.section_id

    @property
    def label(self) -> str:
        return f"{self.code} {self.title}".strip()


class Snapshot(NamedTuple):
    """A plan as it stood; `label` says when: `Mi, 13.05.2026`, or the title of a round.

    Rounds closed before the portal kept their milestones or indicators do not know any
    (`has_milestones`, `has_indicators`).
    """

    label: str
    entries: Sequence[PlanEntry]
    has_milestones: bool = True
    has_indicators: bool = True


def snapshot_of_day(plan: Plan, day: dt.date, user) -> Snapshot:
    """Return `plan` as it stood at the end of `day` in Berlin. Five queries."""
    moment = end_of_day(day)
    records = past_measures(user, moment).filter(plan=plan).select_related("lead")
    records = records.defer("description", "internal_notes", "supporters_text", "sources", "doubts")
    milestones, indicators = _milestones_at(moment, plan), _indicators_at(moment, plan)
    # Sorted here: the history has no folded column, and databases sort umlauts differently.
    ordered = sorted(records, key=lambda record: (fold(record.title), record.id))
    sections = {section.pk: section for section in sections_of([plan], moment=moment)}
    entries = [
        _entry(record, milestones[record.id], indicators[record.id], sections) for record in ordered
    ]
    return Snapshot(format_day(day), entries)


def _entry(
    record,
    milestones: list[MilestoneThen],
    indicators: list[IndicatorThen],
    sections: Mapping[int, PlanSection],
) -> DayEntry:
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
        milestones=Kept(milestones),
        indicators=Kept(indicators),
        is_taken_over=record.origin == Origin.TAKEN_OVER,
        is_deleted=record.is_deleted,
        section_id=record.section_id,
        place="\n".join(section.label for section in path_to(record.section_id, sections)),
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


def _indicators_at(moment: dt.datetime, plan: Plan) -> Mapping[int, list[IndicatorThen]]:
    """Return measure id → its indicators, as `_milestones_at`."""
    measures = Measure.history.filter(plan=plan).order_by().values("id")
    ever = Indicator.history.filter(measure_id__in=measures).order_by().values("id")
    # Both at once: a page compares two days, and each query costs it a look at the history.
    numbers: dict[tuple[bool, int], list[NumberThen]] = defaultdict(list)
    columns = ("is_target", "indicator_id", "first", "last", "value")
    targets = records_at(IndicatorTarget, moment, indicator_id__in=ever)
    targets = targets.annotate(is_target=Value(True), first=F("due_on"), last=F("due_on"))
    values = records_at(IndicatorValue, moment, indicator_id__in=ever)
    values = values.annotate(is_target=Value(False), first=F("starts_on"), last=F("ends_on"))
    both = targets.values_list(*columns).union(values.values_list(*columns), all=True)
    for is_target, indicator_id, *number in both:
        numbers[bool(is_target), indicator_id].append(NumberThen(*number))
    for listed in numbers.values():
        listed.sort(key=lambda number: (number.ends_on, number.starts_on))
    found: dict[int, list[IndicatorThen]] = defaultdict(list)
    day = local_date(moment)
    records = records_at(Indicator, moment, measure_id__in=measures)
    for record in records.order_by("position", "title", "id"):
        then = indicator_then(record, numbers[True, record.id], numbers[False, record.id], day)
        found[record.measure_id].append(then)
    return found


def snapshot_of_round(reporting_round: ReportingRound, user) -> Snapshot:
    """Return the plan as the closed round keeps it. Three queries.

    Empty for rounds closed before the portal kept the plan.
    """
    return snapshot_of_entries(reporting_round, round_entries(reporting_round, user))


def snapshot_of_entries(reporting_round: ReportingRound, entries: QuerySet[RoundEntry]) -> Snapshot:
    """Return those `entries` that the closed round keeps, with milestones and indicators."""
    kept = list(
        entries.prefetch_related(
            Prefetch("milestones", queryset=RoundMilestone.objects.order_by("pk")),
            Prefetch("indicators", queryset=RoundIndicator.objects.order_by("pk")),
        )
    )
    # A plan without any milestone looks the same; then there is nothing to compare either.
    return Snapshot(
        reporting_round.title,
        kept,
        any(entry.milestones.all() for entry in kept),
        any(entry.indicators.all() for entry in kept),
    )


def recorded_since(plan: Plan) -> dt.date | None:
    """Return the day on which the portal recorded the first measure of `plan`, None without one:
    of what was before, it knows nothing.
    """
    first = Measure.history.filter(plan=plan).order_by("history_date").values_list("history_date")
    return next((local_date(found) for (found,) in first[:1]), None)
