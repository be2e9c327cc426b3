"""The measures as a workbook: a sheet of measures, and one of their milestones."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports import Sheet
from measures.models import Measure, Milestone, PlanSection
from measures.progress.milestones import days_after_baseline, milestone_state

# Without internal notes, because the file leaves the portal.
MEASURE_HEADER = (
    gettext_lazy("Plan"),
    gettext_lazy("Handlungsfeld"),
    gettext_lazy("Abschnitt"),
    gettext_lazy("Kennung"),
    gettext_lazy("Maßnahme"),
    gettext_lazy("Beschreibung"),
    gettext_lazy("Phase"),
    gettext_lazy("Ampel"),
    gettext_lazy("Bedeutung der Ampel"),
    gettext_lazy("Grund"),
    gettext_lazy("Gewünschte Entscheidung oder Hilfe"),
    gettext_lazy("Finanzierung"),
    gettext_lazy("Stand vom"),
    gettext_lazy("Federführung"),
    gettext_lazy("Unterstützende"),
    gettext_lazy("Branchen"),
    gettext_lazy("Laufzeit"),
    gettext_lazy("Beginn"),
    gettext_lazy("Ende"),
    gettext_lazy("Mittel"),
    gettext_lazy("Herkunft der Maßnahme"),
    gettext_lazy("Herkunft des Standes"),
)
MILESTONE_HEADER = (
    gettext_lazy("Plan"),
    gettext_lazy("Kennung"),
    gettext_lazy("Maßnahme"),
    gettext_lazy("Meilenstein"),
    gettext_lazy("ursprünglich vereinbart"),
    gettext_lazy("geplant bis"),
    gettext_lazy("voraussichtlich"),
    gettext_lazy("erreicht am"),
    gettext_lazy("Tage später als vereinbart"),
    gettext_lazy("Grund der Verschiebung"),
    gettext_lazy("Gewicht"),
    gettext_lazy("verantwortlich"),
    gettext_lazy("setzt voraus"),
    gettext_lazy("Stand"),
)


def export_sheets(
    measures: Iterable[Measure],
    tops: Mapping[int, PlanSection],
    *,
    today: dt.date,
    responsible: Callable[[Measure], str] | None,
) -> list[Sheet]:
    """Return the sheets of `measures`, whose supporters, sectors and milestones must be prefetched.

    `tops` maps section ids to their Handlungsfeld; `responsible` names the person in charge to
    those who may know.
    """
    measures, header = list(measures), [str(title) for title in MEASURE_HEADER]
    extra = [_("Zuständig")] if responsible else []
    rows = [
        [*_measure_row(measure, tops), *([responsible(measure)] if responsible else [])]
        for measure in measures
    ]
    milestones = [
        _milestone_row(measure, milestone, today)
        for measure in measures
        for milestone in measure.milestones.all()
    ]
    return [
        Sheet(_("Maßnahmen"), [*header, *extra], rows),
        Sheet(_("Meilensteine"), [str(title) for title in MILESTONE_HEADER], milestones),
    ]


def _measure_row(measure: Measure, tops: Mapping[int, PlanSection]) -> list:
    supporters = [supporter.label for supporter in measure.supporters.all()]
    return [
        str(measure.plan),
        tops[measure.section_id].label if measure.section_id else "",
        measure.section.label if measure.section_id else "",
        measure.code,
        measure.title,
        measure.description,
        measure.get_phase_display(),
        measure.get_traffic_light_display(),
        measure.traffic_light_meaning,
        measure.traffic_light_reason,
        measure.help_wanted,
        measure.get_financing_display(),
        measure.status_on,
        measure.lead_label,
        "\n".join([*supporters, *filter(None, measure.supporters_text.splitlines())]),
        ", ".join(sector.name for sector in measure.sectors.all()),
        measure.runtime,
        measure.starts_on,
        measure.ends_on,
        measure.amount,
        measure.get_origin_display(),
        measure.get_status_origin_display(),
    ]


def _requirement_names(milestone: Milestone) -> list[str]:
    required = [dependency.requirement for dependency in milestone.dependencies.all()]
    return [f"{requirement} ({requirement.measure})" for requirement in required]


def _milestone_row(measure: Measure, milestone: Milestone, today: dt.date) -> list:
    return [
        str(measure.plan),
        measure.code,
        measure.title,
        milestone.title,
        milestone.baseline_on,
        milestone.due_on,
        milestone.forecast_on,
        milestone.done_on,
        days_after_baseline(milestone),
        milestone.forecast_reason,
        milestone.weight,
        milestone.owner_label,
        "\n".join(_requirement_names(milestone)),
        milestone_state(milestone, measure, today),
    ]
