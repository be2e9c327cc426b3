"""The annex of a Monitoring-Bericht: every measure as the round keeps it."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from core.blocks import Block, heading, note, table
from core.dates import format_date
from measures.enums import UNKNOWN_LABEL
from measures.models import RoundEntry, RoundIndicator, RoundMilestone
from measures.progress.entries import missing_report
from measures.progress.indicators import target_then, value_then
from measures.progress.monitoring.counts import entries_by_field, field_label, light_label
from measures.queries import MonitoringState


def measure_level(state: MonitoringState) -> str:
    """Return what the plan calls its first level: *Handlungsfeld*."""
    return next(iter(state.round.plan.levels), "") or _("Abschnitt")


def annex_blocks(state: MonitoringState, fields: Sequence[str]) -> Iterator[Block]:
    yield heading(_("Anlage: Alle Maßnahmen"), 1, new_page=True)
    if not state.entries:
        yield note(_("Hier steht keine Maßnahme."))
    for field, entries in entries_by_field(state.entries, fields).items():
        if entries:
            yield heading(field_label(field), 2)
        for entry in entries:
            yield heading(entry.label, 3)
            yield facts_table(entry)


def facts_table(entry: RoundEntry, *, with_milestones: bool = True) -> Block:
    """Return what the round keeps of one measure, without what nobody stated."""
    return table(
        "", [_("Angabe"), _("Stand")], measure_facts(entry, with_milestones), widths=[26, 74]
    )


def measure_facts(entry: RoundEntry, with_milestones: bool = True) -> list[tuple[str, str]]:
    light = light_label(entry.traffic_light)
    facts = [
        (_("Abschnitt des Plans"), " · ".join(entry.place.splitlines()[1:])),
        (_("Federführung"), entry.lead_label or str(UNKNOWN_LABEL)),
        (_("Meldung"), _report(entry)),
        (_("Phase"), entry.get_phase_display() or str(UNKNOWN_LABEL)),
        (_("Ampel"), ": ".join(filter(None, [light, entry.traffic_light_reason]))),
        (_("Ampel der Federführung"), light_label(entry.lead_light) if entry.lead_light else ""),
        (_("Gewünschte Entscheidung oder Hilfe"), entry.help_wanted),
        (_("Finanzierung"), entry.get_financing_display() or str(UNKNOWN_LABEL)),
        (_("Mittel"), entry.amount_label),
        (_("Hemmnis"), entry.get_obstacle_display()),
        (_("Was geschah"), entry.summary),
        (_("Nächste Schritte"), entry.outlook),
    ]
    if with_milestones:
        facts.append((_("Meilensteine"), milestone_lines(entry.milestones.all())))
    facts.append((_("Indikatoren"), indicator_lines(entry.indicators.all())))
    return [(label, text) for label, text in facts if text]


def _report(entry: RoundEntry) -> str:
    if entry.report is None:
        return missing_report(entry)
    return _("vom %(day)s") % {"day": format_date(entry.report.as_of_on)}


def milestone_lines(milestones: Iterable[RoundMilestone]) -> str:
    """Return one line for each milestone: `30.06.2026: Konzept (erwartet 15.07.2026: Vergabe)`."""
    return "\n".join(
        f"{format_date(milestone.due_on)}: {milestone.title}{_remark(milestone)}"
        for milestone in milestones
    )


def indicator_lines(indicators: Iterable[RoundIndicator]) -> str:
    """Return one line for each: `Plätze: 2025: 136 Plätze, auf Kurs; Ziel: 200 Plätze bis …`."""
    return "\n".join(map(_indicator_line, indicators))


def _indicator_line(indicator: RoundIndicator) -> str:
    target = target_then(indicator)
    parts = [value_then(indicator), _("Ziel: %(target)s") % {"target": target} if target else ""]
    return f"{indicator}: {'; '.join(filter(None, parts))}"


def _remark(milestone: RoundMilestone) -> str:
    if milestone.done_on:
        day = format_date(milestone.done_on)
        return (
            _(" (erreicht)")
            if milestone.done_on == milestone.due_on
            else _(" (erreicht %(day)s)") % {"day": day}
        )
    if milestone.forecast_on and milestone.forecast_on != milestone.due_on:
        text = _(" (voraussichtlich %(day)s)") % {"day": format_date(milestone.forecast_on)}
        if milestone.forecast_reason:
            return f"{text[:-1]}: {milestone.forecast_reason})"
        return text
    return ""
