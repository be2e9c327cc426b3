"""The measures as a workbook: sheets of measures, milestones, indicators and their values.

The office's own can be edited and imported again (`queries.imports`): it also has the internal
notes and, in hidden columns, the key of each row and the version that was exported.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_date
from core.exports import Sheet
from measures.models import Measure, Milestone, PlanSection
from measures.progress.indicator_exports import indicator_sheets
from measures.progress.milestones import days_after_baseline, milestone_state
from measures.queries.imports import (
    Directory,
    fingerprint,
    links_of,
    milestone_texts,
    read_only_texts,
    texts_of,
    yes_or_no,
)
from partners.progress import responsible_label

# Without internal notes: only the office's own file has them.
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
    gettext_lazy("Leuchtturmprojekt"),
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


OFFICE_HEADER = (
    gettext_lazy("Zuständig"),
    gettext_lazy("veröffentlicht"),
    gettext_lazy("interner Vermerk"),
)
MEASURE_KEYS = (
    gettext_lazy("Schlüssel"),
    gettext_lazy("Fassung"),
    gettext_lazy("exportiert am"),
)
MILESTONE_KEYS = (gettext_lazy("Schlüssel"), gettext_lazy("Fassung"))


def office_sheets(
    measures: Iterable[Measure],
    tops: Mapping[int, PlanSection],
    *,
    now: dt.datetime,
) -> list[Sheet]:
    """Return the sheets like `export_sheets`, with everything that importing them again needs."""
    measures, directory, today = list(measures), Directory(), local_date(now)
    rows = [
        [
            *_measure_row(measure, tops),
            responsible_label(measure),
            yes_or_no(measure.is_published),
            measure.internal_notes,
            str(measure.pk),
            _row_version(measure, directory),
            now.isoformat(),
        ]
        for measure in measures
    ]
    milestones = [
        [
            *_milestone_row(measure, milestone, today),
            str(milestone.pk),
            fingerprint(milestone_texts(milestone)),
        ]
        for measure in measures
        for milestone in measure.milestones.all()
    ]
    header = [str(title) for title in (*MEASURE_HEADER, *OFFICE_HEADER, *MEASURE_KEYS)]
    milestone_header = [str(title) for title in (*MILESTONE_HEADER, *MILESTONE_KEYS)]
    return [
        Sheet(_("Maßnahmen"), header, rows, hidden=len(MEASURE_KEYS)),
        Sheet(_("Meilensteine"), milestone_header, milestones, hidden=len(MILESTONE_KEYS)),
        *indicator_sheets(measures, is_editable=True),
    ]


def _row_version(measure: Measure, directory: Directory) -> str:
    """Return the fingerprints of what may be edited and of what may not."""
    editable = fingerprint(texts_of(measure, directory, links_of(measure)))
    return f"{editable}-{fingerprint(read_only_texts(measure, directory))}"


def export_sheets(
    measures: Iterable[Measure],
    tops: Mapping[int, PlanSection],
    *,
    today: dt.date,
    responsible: Callable[[Measure], str] | None,
) -> list[Sheet]:
    """Return the sheets of `measures`, whose lists (supporters, milestones …) must be prefetched.

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
        *indicator_sheets(measures),
    ]


def _measure_row(measure: Measure, tops: Mapping[int, PlanSection]) -> list:
    supporters = [supporter.label for supporter in measure.supporters.all()]
    return [
        str(measure.plan),
        tops[measure.section_id].label if measure.section_id in tops else "",
        measure.section.label if measure.section_id in tops else "",
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
        yes_or_no(measure.is_lighthouse),
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
