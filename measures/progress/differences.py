"""What is different about a plan between two days or rounds, in words and by kind."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from core.enums import TrafficLight
from core.exports import Sheet
from measures.enums import UNKNOWN_LABEL, DifferenceKind, Financing, Phase
from measures.progress.indicators import target_then, value_then
from measures.queries import Comparison, PlanEntry, Snapshot, compare_entries

GROUP_SIZE = 50  # lines of a group that the page shows; the file has all
NOTHING = "–"
SEVERITY = {TrafficLight.GREEN: 0, TrafficLight.YELLOW: 1, TrafficLight.RED: 2}


class Difference(NamedTuple):
    """One difference of a measure: the former and the new value, and why, as far as that was said.

    `part` is the milestone or indicator, `target` what the indicator is to reach; `url` is "" for a
    measure that was deleted since.
    """

    label: str
    url: str
    old: str
    new: str
    reason: str = ""
    part: str = ""
    target: str = ""


class DifferenceGroup(NamedTuple):
    """All differences of one kind."""

    kind: DifferenceKind
    differences: list[Difference]

    @property
    def heading(self) -> str:
        return f"{self.kind.label} ({len(self.differences)})"

    @property
    def has_reasons(self) -> bool:
        return any(difference.reason for difference in self.differences)

    @property
    def has_targets(self) -> bool:
        return self.kind == DifferenceKind.INDICATORS

    @property
    def shown(self) -> list[Difference]:
        return self.differences[:GROUP_SIZE]

    @property
    def more_count(self) -> int:
        return max(len(self.differences) - GROUP_SIZE, 0)


def difference_groups(before: Snapshot, after: Snapshot) -> list[DifferenceGroup]:
    """Return what is different in `after`, in the order of `DifferenceKind`, without empty groups.

    A measure that changed in several ways is in several groups; a new one only in its own.
    """
    comparison = compare_entries(before.entries, after.entries)
    former = {entry.measure_id: entry for entry in before.entries}
    found: dict[DifferenceKind, list[Difference]] = {kind: [] for kind in DifferenceKind}
    for kind, difference in [
        *_of_status(comparison, former),
        *_of_place(comparison, former),
        *(_of_milestones(comparison, former) if _knows_milestones(before, after) else ()),
        *(_of_indicators(comparison) if _knows_indicators(before, after) else ()),
    ]:
        found[kind].append(difference)
    return [DifferenceGroup(kind, lines) for kind, lines in found.items() if lines]


def _knows_milestones(*snapshots: Snapshot) -> bool:
    # Against a round that kept none, every milestone would look new.
    return all(snapshot.has_milestones for snapshot in snapshots)


def _knows_indicators(*snapshots: Snapshot) -> bool:
    return all(snapshot.has_indicators for snapshot in snapshots)


def differences_line(before: Snapshot, after: Snapshot, groups: Sequence[DifferenceGroup]) -> str:
    """Return how much is different, or that nothing is."""
    if not before.entries and not after.entries:
        return _("Zu beiden Zeitpunkten stand keine Maßnahme im Plan, die Sie sehen dürfen.")
    if not groups:
        return _(
            "Nichts hat sich geändert: weder Stand noch Termine, Werte, Federführung oder Platz im "
            "Plan."
        )
    count = sum(len(group.differences) for group in groups)
    text = ngettext(
        "%(count)d Unterschied (%(kinds)s)", "%(count)d Unterschiede (%(kinds)s)", count
    )
    return text % {"count": count, "kinds": counted_kinds(groups)}


def counted_kinds(groups: Iterable[DifferenceGroup]) -> str:
    """Return `Auf Rot: 1, Auf Gelb: 2`, with every kind that occurs."""
    return ", ".join(f"{group.kind.label}: {len(group.differences)}" for group in groups)


def differences_notes(before: Snapshot, after: Snapshot, since: dt.date | None) -> list[str]:
    """Return what the comparison cannot know. `since` is the day since which the portal records the
    plan, if the first day lies before it.
    """
    notes = []
    if since:
        text = _("Das Portal zeichnet diesen Plan seit dem %(day)s auf. Was davor war, fehlt hier.")
        notes.append(text % {"day": format_date(since)})
    if not _knows_milestones(before, after):
        notes.append(
            _("Termine sind nicht verglichen: Nicht beide Berichtsrunden halten Meilensteine fest.")
        )
    if not _knows_indicators(before, after):
        notes.append(
            _("Indikatoren sind nicht verglichen: Nicht beide Berichtsrunden halten welche fest.")
        )
    return notes


def _of_status(
    comparison: Comparison, former: Mapping[int, PlanEntry]
) -> Iterator[tuple[DifferenceKind, Difference]]:
    for changed in (*comparison.turned_red, *comparison.other_lights):
        entry, old = changed.entry, changed.former
        yield (
            _light_kind(old, entry.traffic_light),
            _line(entry, _light(old), _light(entry.traffic_light), _explanation(entry)),
        )
    for kind, entries in (
        (DifferenceKind.FINISHED, (*comparison.completed, *comparison.discontinued)),
        (DifferenceKind.PHASE, comparison.other_phases),
    ):
        for entry in entries:
            old = former[entry.measure_id].phase
            yield kind, _line(entry, _phase(old), _phase(entry.phase))
    for entry in comparison.other_financing:
        texts = [_financing(one.financing) for one in (former[entry.measure_id], entry)]
        yield DifferenceKind.FINANCING, _line(entry, *texts)


def _light_kind(old: str, new: str) -> DifferenceKind:
    if new == TrafficLight.RED:
        return DifferenceKind.RED
    # Unknown is neither better nor worse than a colour.
    if old and new and SEVERITY[TrafficLight(new)] < SEVERITY[TrafficLight(old)]:
        return DifferenceKind.IMPROVED
    return DifferenceKind.YELLOW if new == TrafficLight.YELLOW else DifferenceKind.LIGHT


def _of_place(
    comparison: Comparison, former: Mapping[int, PlanEntry]
) -> Iterator[tuple[DifferenceKind, Difference]]:
    for entry in comparison.added:
        status = _status(entry)
        # It existed before the portal knew of it, so "new" alone would not be true.
        if getattr(entry, "is_taken_over", False):
            status = _("%(status)s (aus früheren Unterlagen übernommen)") % {"status": status}
        yield DifferenceKind.ADDED, _line(entry, NOTHING, status, _explanation(entry))
    for entry in comparison.other_leads:
        names = [one.lead_label or str(UNKNOWN_LABEL) for one in (former[entry.measure_id], entry)]
        yield DifferenceKind.LEAD, _line(entry, *names)
    for entry in comparison.other_places:
        yield DifferenceKind.PLACE, _line(entry, _place(former[entry.measure_id]), _place(entry))
    for entry in comparison.removed:
        yield DifferenceKind.REMOVED, _line(entry, _status(entry), NOTHING)


def _of_milestones(
    comparison: Comparison, former: Mapping[int, PlanEntry]
) -> Iterator[tuple[DifferenceKind, Difference]]:
    for move in comparison.moved:
        days = [format_date(day) for day in (move.before, move.after)]
        yield DifferenceKind.MOVED, _line(move.entry, *days, move.reason, move.title)
    for entry, milestone in comparison.reached:
        done = _("erreicht am %(day)s") % {"day": format_date(milestone.done_on)}
        known = {one.milestone_id for one in former[entry.measure_id].milestones.all()}
        old = _("offen") if milestone.milestone_id in known else NOTHING
        yield DifferenceKind.REACHED, _line(entry, old, done, "", milestone.title)
    for entry, milestone in comparison.added_milestones:
        day = format_date(milestone.expected_on)
        yield DifferenceKind.MILESTONES, _line(entry, NOTHING, day, "", milestone.title)
    for entry, milestone in comparison.removed_milestones:
        day = format_date(milestone.expected_on)
        yield DifferenceKind.MILESTONES, _line(entry, day, NOTHING, "", milestone.title)


def _of_indicators(comparison: Comparison) -> Iterator[tuple[DifferenceKind, Difference]]:
    for entry, former, now in comparison.indicators:
        known = [one for one in (former, now) if one]
        old, new = (value_then(one) if one else NOTHING for one in (former, now))
        # What is aimed at now, or was before the measure lost the indicator.
        target = target_then(known[-1])
        yield DifferenceKind.INDICATORS, _line(entry, old, new, "", known[-1].title, target)


def _line(
    entry: PlanEntry, old: str, new: str, reason: str = "", part: str = "", target: str = ""
) -> Difference:
    is_deleted = getattr(entry, "is_deleted", False)
    url = "" if is_deleted else reverse("measures:measure", args=[entry.measure_id])
    return Difference(entry.label, url, old, new, reason, part, target)


def _place(entry: PlanEntry) -> str:
    return entry.place.replace("\n", " › ") or str(UNKNOWN_LABEL)


def _phase(phase: str) -> str:
    return str(Phase(phase).label if phase else UNKNOWN_LABEL)


def _financing(financing: str) -> str:
    return str(Financing(financing).label if financing else UNKNOWN_LABEL)


def _light(light: str) -> str:
    return str(TrafficLight(light).label if light else UNKNOWN_LABEL)


def _status(entry: PlanEntry) -> str:
    light = _("Ampel %(colour)s") % {"colour": _light(entry.traffic_light)}
    return f"{_phase(entry.phase)}, {light}"


def _explanation(entry: PlanEntry) -> str:
    """Return why the light is not green, and what is wanted: one or two lines, or ""."""
    wanted = _("Gewünscht: %(help)s") % {"help": entry.help_wanted} if entry.help_wanted else ""
    return "\n".join(filter(None, [entry.traffic_light_reason, wanted]))


def difference_sheet(groups: Iterable[DifferenceGroup], before: str, after: str) -> Sheet:
    """Return the differences as one table; `before` and `after` say of when the values are."""
    part = _("Meilenstein oder Indikator")
    header = [_("Was"), _("Maßnahme"), part, before, after, _("Grund"), _("Ziel")]
    rows = [
        [str(group.kind.label), line.label, line.part, line.old, line.new, line.reason, line.target]
        for group in groups
        for line in group.differences
    ]
    return Sheet(_("Unterschied"), header, rows)
