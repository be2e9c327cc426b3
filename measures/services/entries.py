"""Keep the plan as it stands when a round is closed."""

import datetime as dt
from collections.abc import Iterator

from measures.models import (
    Measure,
    Milestone,
    PlanSection,
    ReportingRound,
    RoundEntry,
    RoundIndicator,
    RoundMilestone,
    StatusReport,
)
from measures.models.measures import STATUS_FIELDS
from measures.models.reports import REPORT_TEXTS
from measures.queries import (
    accepted_in_round,
    indicator_then,
    indicators_with_series,
    sections_of,
)

BATCH_SIZE = 500
MILESTONE_FIELDS = ("title", "due_on", "forecast_on", "forecast_reason", "done_on")


def freeze_plan(reporting_round: ReportingRound, *, today: dt.date) -> None:
    """Write an entry for each measure of the plan, in the order of its titles."""
    # Locked before the reports are read, so that none is accepted in between, and in the order in
    # which several reports are accepted at once, so that the two cannot wait for each other.
    locked = Measure.objects.select_for_update(of=("self",)).select_related("lead")
    measures = list(locked.filter(plan_id=reporting_round.plan_id).order_by("pk"))
    reports = accepted_in_round(reporting_round)
    sections = {section.pk: section for section in sections_of([reporting_round.plan])}
    entries = [
        _entry(reporting_round, measure, reports.get(measure.pk), sections)
        for measure in sorted(measures, key=lambda measure: (measure.search, measure.pk))
    ]
    RoundEntry.objects.bulk_create(entries, batch_size=BATCH_SIZE)
    _freeze_milestones(reporting_round, entries)
    _freeze_indicators(reporting_round, entries, today)


def _freeze_milestones(reporting_round: ReportingRound, entries: list[RoundEntry]) -> None:
    kept = {entry.measure_id: entry for entry in entries}
    # By the entries, not by the plan: a measure may have been added since the list was read.
    milestones = Milestone.objects.filter(measure__round_entries__round=reporting_round).in_order()
    RoundMilestone.objects.bulk_create(
        [
            RoundMilestone(
                entry=kept[milestone.measure_id],
                milestone=milestone,
                **{name: getattr(milestone, name) for name in MILESTONE_FIELDS},
            )
            for milestone in milestones
        ],
        batch_size=BATCH_SIZE,
    )


def _freeze_indicators(
    reporting_round: ReportingRound, entries: list[RoundEntry], today: dt.date
) -> None:
    kept = {entry.measure_id: entry for entry in entries}
    of_round = {"measure__round_entries__round": reporting_round}
    RoundIndicator.objects.bulk_create(
        [
            RoundIndicator(
                entry=kept[indicator.measure_id],
                **indicator_then(
                    indicator, indicator.targets.all(), indicator.series.all(), today
                )._asdict(),
            )
            for indicator in indicators_with_series().filter(**of_round)
        ],
        batch_size=BATCH_SIZE,
    )


def _entry(
    reporting_round: ReportingRound,
    measure: Measure,
    report: StatusReport | None,
    sections: dict[int, PlanSection],
) -> RoundEntry:
    names = (*STATUS_FIELDS, "status_on", "status_origin", "title", "code", "lead_label", "amount")
    entry = RoundEntry(
        round=reporting_round,
        measure=measure,
        report=report,
        # What a report of this round finished was asked for.
        was_asked=bool(measure.lead_id and not measure.is_taken_over)
        and (report is not None or not measure.is_finished),
        place="\n".join(_path(measure.section_id, sections)),
        is_lighthouse=measure.is_lighthouse,
        **{name: getattr(measure, name) for name in names},
    )
    if report:
        for name in REPORT_TEXTS:
            setattr(entry, name, getattr(report, name))
    return entry


def _path(section_id: int | None, sections: dict[int, PlanSection]) -> Iterator[str]:
    """Yield the labels of the sections from the top of the plan."""
    if section_id is not None:
        section = sections[section_id]
        yield from _path(section.parent_id, sections)
        yield section.label
