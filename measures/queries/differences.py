"""The difference between a plan as it stood at two times: what changed, from what to what, and why.

No queries: `queries.snapshots` makes what is compared.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.enums import TrafficLight
from measures.enums import FINISHED_PHASES, UNKNOWN_LABEL, DifferenceKind
from measures.queries.snapshots import MilestoneThen, Snapshot, Standing

SEVERITY = {TrafficLight.GREEN: 0, TrafficLight.YELLOW: 1, TrafficLight.RED: 2}
NOTHING = "–"


class Difference(NamedTuple):
    """One difference: the former and the new value in words, and why, as far as anybody said.

    `before` and `after` are the measure as it stood, None where it was not in the plan. `milestone`
    is the title of the milestone that the difference is about, if any.
    """

    kind: DifferenceKind
    before: Standing | None
    after: Standing | None
    old: str
    new: str
    reason: str = ""
    milestone: str = ""

    @property
    def standing(self) -> Standing:
        """The measure as it stood last."""
        standing = self.after or self.before
        assert standing is not None
        return standing


def differences_between(
    before: Snapshot, after: Snapshot
) -> dict[DifferenceKind, list[Difference]]:
    """Return what is different in `after`, by kind in the order of `DifferenceKind`, each kind in
    the order of the snapshots. Kinds without a difference are left out.

    A measure may appear in several kinds: one that was completed and led by somebody else is in
    both.
    """
    found: dict[DifferenceKind, list[Difference]] = {kind: [] for kind in DifferenceKind}
    for difference in _differences(before, after):
        found[difference.kind].append(difference)
    return {kind: differences for kind, differences in found.items() if differences}


def _differences(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    for key, new in after.standings.items():
        old = before.standings.get(key)
        if old is None:
            yield _added(new)
            continue
        yield from _light(old, new)
        yield from _phase(old, new)
        yield from _lead(old, new)
        yield from _milestones(old, new)
    for key, old in before.standings.items():
        if key not in after.standings:
            yield Difference(DifferenceKind.REMOVED, old, None, _status(old), NOTHING)


def _added(new: Standing) -> Difference:
    status = _status(new)
    # It existed before the portal knew of it, so "new" alone would not be true.
    if new.is_taken_over:
        status = _("%(status)s (aus früheren Unterlagen übernommen)") % {"status": status}
    return Difference(DifferenceKind.ADDED, None, new, NOTHING, status, new.explanation)


def _status(standing: Standing) -> str:
    return f"{standing.phase_label}, {standing.light_label}"


def _light(old: Standing, new: Standing) -> Iterable[Difference]:
    if old.traffic_light == new.traffic_light:
        return []
    kind = _light_kind(old.traffic_light, new.traffic_light)
    return [Difference(kind, old, new, old.light_label, new.light_label, new.explanation)]


def _light_kind(old: str, new: str) -> DifferenceKind:
    if new == TrafficLight.RED:
        return DifferenceKind.RED
    # Unknown is neither better nor worse than a colour.
    is_improved = bool(old and new) and SEVERITY[TrafficLight(new)] < SEVERITY[TrafficLight(old)]
    if is_improved:
        return DifferenceKind.IMPROVED
    return DifferenceKind.YELLOW if new == TrafficLight.YELLOW else DifferenceKind.LIGHT


def _phase(old: Standing, new: Standing) -> Iterable[Difference]:
    if old.phase == new.phase:
        return []
    is_finished = new.phase in FINISHED_PHASES
    kind = DifferenceKind.FINISHED if is_finished else DifferenceKind.PHASE
    return [Difference(kind, old, new, old.phase_label, new.phase_label)]


def _lead(old: Standing, new: Standing) -> Iterable[Difference]:
    if old.lead_key == new.lead_key:
        return []
    names = [standing.lead or str(UNKNOWN_LABEL) for standing in (old, new)]
    return [Difference(DifferenceKind.LEAD, old, new, *names)]


def _milestones(old: Standing, new: Standing) -> Iterator[Difference]:
    for key, milestone in new.milestones.items():
        former = old.milestones.get(key)
        if former is None:
            yield _milestone(DifferenceKind.MILESTONES, old, new, milestone, NOTHING)
        elif milestone.done_on and not former.done_on:
            yield _milestone(DifferenceKind.REACHED, old, new, milestone, former.dates)
        elif former.dates != milestone.dates:
            yield _milestone(DifferenceKind.MOVED, old, new, milestone, former.dates)
    for key, former in old.milestones.items():
        if key not in new.milestones:
            yield Difference(
                DifferenceKind.MILESTONES, old, new, former.dates, NOTHING, "", former.title
            )


def _milestone(
    kind: DifferenceKind, old: Standing, new: Standing, milestone: MilestoneThen, former: str
) -> Difference:
    # Why it is late says nothing once it is reached.
    reason = "" if milestone.done_on else milestone.forecast_reason
    return Difference(kind, old, new, former, milestone.dates, reason, milestone.title)
