"""What differs between two states of one plan, and how many measures are in which state.

Both work on any entries: those that a closed round keeps, or of some day.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from core.enums import TrafficLight
from measures.enums import FINISHED_PHASES, Phase


class KeptMilestone(Protocol):
    """A milestone as it stood."""

    milestone_id: int
    title: str
    forecast_reason: str
    done_on: dt.date | None

    @property
    def expected_on(self) -> dt.date: ...


class KeptIndicator(Protocol):
    """An indicator with its latest value, as it stood."""

    indicator_id: int
    title: str
    unit: str
    decimals: int
    direction: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    value: Decimal | None
    target_on: dt.date | None
    target_value: Decimal | None
    expected: Decimal | None
    path_state: str
    ended_on: dt.date | None
    ended_reason: str


class PlanEntry(Protocol):
    """A measure as it stood. `milestones.all()` holds `KeptMilestone`s, `indicators.all()`
    `KeptIndicator`s; prefetch them.
    """

    measure_id: int
    report_id: int | None
    was_asked: bool
    place: str  # the labels of the sections from the top, one a line
    lead_label: str
    phase: str
    traffic_light: str
    traffic_light_reason: str
    help_wanted: str
    financing: str
    milestones: Any
    indicators: Any

    @property
    def label(self) -> str: ...

    @property
    def place_key(self) -> str | int | None: ...


class ChangedLight(NamedTuple):
    """A measure whose light differs, as it stands now; `former` is the light before."""

    entry: PlanEntry
    former: str


class MovedMilestone(NamedTuple):
    """A milestone that is expected on another day than before."""

    entry: PlanEntry
    title: str
    before: dt.date
    after: dt.date
    reason: str


class ChangedIndicator(NamedTuple):
    """An indicator whose latest value, target or place beside the target path differs; None stands
    for a time at which the measure did not have it.
    """

    entry: PlanEntry
    former: KeptIndicator | None
    now: KeptIndicator | None


class Comparison(NamedTuple):
    """What differs, in the order of the later state; `removed` are entries of the earlier one.

    A measure that is new is in `added` alone, whatever its state.
    """

    added: list[PlanEntry]
    removed: list[PlanEntry]
    completed: list[PlanEntry]
    discontinued: list[PlanEntry]
    turned_red: list[ChangedLight]
    other_lights: list[ChangedLight]
    other_phases: list[PlanEntry]
    other_financing: list[PlanEntry]
    other_leads: list[PlanEntry]
    other_places: list[PlanEntry]
    moved: list[MovedMilestone]
    reached: list[tuple[PlanEntry, KeptMilestone]]
    added_milestones: list[tuple[PlanEntry, KeptMilestone]]
    removed_milestones: list[tuple[PlanEntry, KeptMilestone]]
    indicators: list[ChangedIndicator]

    @property
    def is_empty(self) -> bool:
        return not any(self)


def compare_entries(before: Iterable[PlanEntry], after: Iterable[PlanEntry]) -> Comparison:
    """Return what differs between two states of a plan."""
    former, after = {entry.measure_id: entry for entry in before}, list(after)
    pairs = [(former[entry.measure_id], entry) for entry in after if entry.measure_id in former]
    known = {entry.measure_id for entry in after}
    lights = [
        ChangedLight(new, old.traffic_light)
        for old, new in pairs
        # A finished measure no longer reports one.
        if new.traffic_light != old.traffic_light and new.phase not in FINISHED_PHASES
    ]
    return Comparison(
        added=[entry for entry in after if entry.measure_id not in former],
        removed=[entry for key, entry in former.items() if key not in known],
        completed=_entered(Phase.COMPLETED, pairs),
        discontinued=_entered(Phase.DISCONTINUED, pairs),
        turned_red=[one for one in lights if one.entry.traffic_light == TrafficLight.RED],
        other_lights=[one for one in lights if one.entry.traffic_light != TrafficLight.RED],
        other_phases=[
            new for old, new in pairs if new.phase != old.phase and new.phase not in FINISHED_PHASES
        ],
        other_financing=[new for old, new in pairs if new.financing != old.financing],
        other_leads=[new for old, new in pairs if new.lead_label != old.lead_label],
        other_places=[new for old, new in pairs if new.place_key != old.place_key],
        moved=[moved for old, new in pairs for moved in _moved(old, new)],
        reached=[(new, milestone) for old, new in pairs for milestone in _reached(old, new)],
        added_milestones=[(new, one) for old, new in pairs for one in _only_in(new, old)],
        removed_milestones=[(new, one) for old, new in pairs for one in _only_in(old, new)],
        indicators=[changed for old, new in pairs for changed in _indicators(old, new)],
    )


def _entered(phase: Phase, pairs: Sequence[tuple[PlanEntry, PlanEntry]]) -> list[PlanEntry]:
    return [new for old, new in pairs if new.phase == phase != old.phase]


def _moved(old: PlanEntry, new: PlanEntry) -> list[MovedMilestone]:
    former = _by_key(old)
    return [
        MovedMilestone(
            new,
            milestone.title,
            former[milestone.milestone_id].expected_on,
            milestone.expected_on,
            milestone.forecast_reason,
        )
        for milestone in new.milestones.all()
        if milestone.milestone_id in former
        # One that was reached is no longer expected, on whatever day that was.
        and milestone.done_on is None
        and milestone.expected_on != former[milestone.milestone_id].expected_on
    ]


def _reached(old: PlanEntry, new: PlanEntry) -> list[KeptMilestone]:
    former = _by_key(old)
    return [
        milestone
        for milestone in new.milestones.all()
        if milestone.done_on
        and not (milestone.milestone_id in former and former[milestone.milestone_id].done_on)
    ]


def _only_in(entry: PlanEntry, other: PlanEntry) -> list[KeptMilestone]:
    known = _by_key(other)
    return [
        milestone
        for milestone in entry.milestones.all()
        # One that was reached at once is in `reached`.
        if milestone.milestone_id not in known and milestone.done_on is None
    ]


def _by_key(entry: PlanEntry) -> dict[int, KeptMilestone]:
    return {milestone.milestone_id: milestone for milestone in entry.milestones.all()}


def _indicators(old: PlanEntry, new: PlanEntry) -> Iterator[ChangedIndicator]:
    former = {indicator.indicator_id: indicator for indicator in old.indicators.all()}
    for indicator in new.indicators.all():
        before = former.pop(indicator.indicator_id, None)
        if before is None or _standing(before) != _standing(indicator):
            yield ChangedIndicator(new, before, indicator)
    for indicator in former.values():
        yield ChangedIndicator(new, indicator, None)


def _standing(indicator: KeptIndicator) -> tuple:
    # Not its title and unit: another word for the same is no news of the measure.
    return (
        indicator.starts_on,
        indicator.ends_on,
        indicator.value,
        indicator.target_on,
        indicator.target_value,
        indicator.path_state,
        indicator.ended_on,
    )


class EntryCounts(NamedTuple):
    """How many measures there are, how many of them have a report, were asked without an answer
    (`silent`) or not asked, and how many are in which phase, light and financing. The key "" counts
    those of which nothing is known.
    """

    total: int
    reported: int
    silent: int
    not_asked: int
    phases: Counter[str]
    lights: Counter[str]
    financing: Counter[str]


def count_entries(entries: Iterable[PlanEntry]) -> EntryCounts:
    entries = list(entries)
    without_report = [entry.was_asked for entry in entries if entry.report_id is None]
    return EntryCounts(
        total=len(entries),
        reported=len(entries) - len(without_report),
        silent=without_report.count(True),
        not_asked=without_report.count(False),
        phases=Counter(entry.phase for entry in entries),
        lights=Counter(entry.traffic_light for entry in entries),
        financing=Counter(entry.financing for entry in entries),
    )
