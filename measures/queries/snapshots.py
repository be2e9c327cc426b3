"""A plan as it stood: at the end of a day, from the history, or in a closed round, as it kept it.

`queries.differences` compares two snapshots. Their content is that of the time, the rights are
those of today.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from core.dates import end_of_day, format_date, format_day, local_date
from core.enums import TrafficLight
from core.folding import fold
from core.history import records_at
from core.models import Origin
from core.roles import is_office
from measures.enums import UNKNOWN_LABEL, Phase, RoundState
from measures.models import Measure, Milestone, Plan, ReportingRound, RoundEntry


class MilestoneThen(NamedTuple):
    """A milestone as it stood."""

    title: str
    due_on: dt.date
    forecast_on: dt.date | None
    forecast_reason: str
    done_on: dt.date | None

    @property
    def dates(self) -> str:
        """The dates in words: `geplant bis 30.06.2026, voraussichtlich 31.08.2026`."""
        if self.done_on:
            return _("erreicht am %(day)s") % {"day": format_date(self.done_on)}
        parts = [_("geplant bis %(day)s") % {"day": format_date(self.due_on)}]
        if self.forecast_on:
            parts.append(_("voraussichtlich %(day)s") % {"day": format_date(self.forecast_on)})
        return ", ".join(parts)


@dataclass(frozen=True)
class Standing:
    """A measure as it stood.

    `lead` is a text; `lead_key` says whether two leads are the same. `milestones` are by key.
    `is_visible` is False for one that was deleted since and so has no page.
    """

    measure_id: int
    title: str
    code: str
    lead: str
    lead_key: str
    phase: str
    traffic_light: str
    reason: str
    help_wanted: str
    milestones: Mapping[int, MilestoneThen]
    is_taken_over: bool = False
    is_visible: bool = True

    @property
    def label(self) -> str:
        return f"{self.code}: {self.title}" if self.code else self.title

    @property
    def phase_label(self) -> str:
        return str(Phase(self.phase).label if self.phase else UNKNOWN_LABEL)

    @property
    def light_label(self) -> str:
        """The light in words: `Ampel rot`, `Ampel nicht belegt`."""
        light = self.traffic_light
        label = TrafficLight(light).label if light else UNKNOWN_LABEL
        return _("Ampel %(colour)s") % {"colour": label}

    @property
    def explanation(self) -> str:
        """Why the light is not green, and what is wanted: one or two lines, or ""."""
        wanted = _("Gewünscht: %(help)s") % {"help": self.help_wanted} if self.help_wanted else ""
        return "\n".join(filter(None, [self.reason, wanted]))


@dataclass(frozen=True)
class Snapshot:
    """A plan as it stood; `label` says when: `Mi, 13.05.2026`, or the title of a round."""

    label: str
    standings: Mapping[int, Standing]


def past_measures(user, moment: dt.datetime) -> QuerySet:
    """Return the historical records of the measures as they were just before `moment`, of those
    that `user` may see today, with `is_visible`.

    Those deleted since are shown to the office alone: for them, nobody's rights of today are known.
    """
    records = records_at(Measure, moment)
    if not is_office(user):
        records = records.filter(id__in=Measure.objects.visible_to(user).order_by().values("pk"))
    return records.annotate(is_visible=Exists(Measure.objects.filter(pk=OuterRef("id"))))


def snapshot_of_day(plan: Plan, day: dt.date, user) -> Snapshot:
    """Return `plan` as it stood at the end of `day` in Berlin. Two queries.

    Names of organisations are those of today.
    """
    moment = end_of_day(day)
    records = past_measures(user, moment).filter(plan=plan).select_related("lead")
    records = records.defer("description", "internal_notes", "supporters_text", "sources", "doubts")
    milestones = _milestones_at(moment, records_of=plan)
    return Snapshot(
        format_day(day),
        {
            record.id: _standing(record, record.id, milestones[record.id], _lead_of(record))
            for record in sorted(records, key=lambda record: (fold(record.title), record.id))
        },
    )


def _lead_of(record) -> tuple[str, str]:
    """Return the name of the lead, and the key by which it is compared."""
    if record.lead_id:
        return record.lead.label, str(record.lead_id)
    return record.lead_text, record.lead_text


def snapshot_of_round(reporting_round: ReportingRound, user) -> Snapshot:
    """Return the plan as the closed round keeps it, with the milestones of the moment at which it
    was closed. Three queries.

    Empty for rounds closed before the portal kept the plan.
    """
    closings = reporting_round.history.filter(state=RoundState.CLOSED)
    closed_at = closings.order_by("history_date").values_list("history_date", flat=True).first()
    milestones: Mapping[int, dict[int, MilestoneThen]] = defaultdict(dict)
    if closed_at:
        # What the closing itself wrote bears the same time.
        moment = closed_at + dt.timedelta(microseconds=1)
        milestones = _milestones_at(moment, records_of=reporting_round.plan_id)
    entries = RoundEntry.objects.visible_to(user).filter(round=reporting_round).order_by("pk")
    return Snapshot(
        reporting_round.title,
        {
            entry.measure_id: _standing(
                entry, entry.measure_id, milestones[entry.measure_id], (entry.lead_label,) * 2
            )
            for entry in entries.defer("summary", "outlook", "place")
        },
    )


def _standing(
    record, measure_id: int, milestones: dict[int, MilestoneThen], lead: tuple[str, str]
) -> Standing:
    """Return the standing that a historical record or an entry of a round holds."""
    name, key = lead
    return Standing(
        measure_id=measure_id,
        title=record.title,
        code=record.code,
        lead=name,
        lead_key=key,
        phase=record.phase,
        traffic_light=record.traffic_light,
        reason=record.traffic_light_reason,
        help_wanted=record.help_wanted,
        milestones=milestones,
        is_taken_over=getattr(record, "origin", "") == Origin.TAKEN_OVER,
        is_visible=getattr(record, "is_visible", True),
    )


def _milestones_at(
    moment: dt.datetime, *, records_of: Plan | int
) -> Mapping[int, dict[int, MilestoneThen]]:
    """Return measure id → milestone id → the milestone, for what belonged to a plan at any time."""
    measures = Measure.history.filter(plan=records_of).order_by().values("id")
    names = ("measure_id", "id", *MilestoneThen._fields)
    found: dict[int, dict[int, MilestoneThen]] = defaultdict(dict)
    records = records_at(Milestone, moment, measure_id__in=measures)
    for measure_id, key, *values in records.order_by("due_on", "id").values_list(*names):
        found[measure_id][key] = MilestoneThen(*values)
    return found


def recorded_since(plan: Plan) -> dt.date | None:
    """Return the day on which the portal recorded the first measure of `plan`, None without one:
    of what was before, it knows nothing.
    """
    first = Measure.history.filter(plan=plan).order_by("history_date").values_list("history_date")
    return next((local_date(found) for (found,) in first[:1]), None)
