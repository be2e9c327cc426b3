"""The measures as a workbook: sheets of measures, milestones, indicators and their values.

The office's own can be edited and imported again (`queries.imports`): it also has the internal
notes and, in hidden columns, the key of each row and the version that was exported. The rows are
made while they are written, so that a file of any size takes little memory.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_date
from core.exports import Sheet
from measures.models import Measure, Milestone, PlanSection
from measures.progress.indicator_exports import indicator_sheets
from measures.progress.milestones import days_after_baseline, milestone_state
from measures.queries import ListedMeasures, StoredMeasures
from measures.queries.imports import (
    SHEETS,
    Directory,
    fingerprint,
    milestone_texts,
    read_only_texts,
    texts_of,
)

# Read back by an import; people do not need them.
KEYS = ("key", "version", "exported_at")
# Only the office's own file has these.
OFFICE_ONLY = ("is_published", "internal_notes", *KEYS)
# Days stay days, so that Excel can sort them.
DAYS = ("status_on", "starts_on", "ends_on")
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


MILESTONE_KEYS = (gettext_lazy("Schlüssel"), gettext_lazy("Fassung"))


def office_sheets(measures: StoredMeasures, *, now: dt.datetime) -> list[Sheet]:
    """Return the sheets like `export_sheets`, with everything that importing them again needs."""
    directory, today = Directory(), local_date(now)
    milestone_header = [str(title) for title in (*MILESTONE_HEADER, *MILESTONE_KEYS)]
    milestones = (
        [
            *_milestone_row(measure, milestone, today, directory),
            str(milestone.pk),
            fingerprint(milestone_texts(milestone)),
        ]
        for measure, milestone in measures.milestones()
    )
    return [
        Sheet(
            _("Maßnahmen"),
            _header(SHEETS["measures"].names),
            _office_rows(measures, directory, now),
            hidden=len(KEYS),
        ),
        Sheet(_("Meilensteine"), milestone_header, milestones, hidden=len(MILESTONE_KEYS)),
        *indicator_sheets(measures, directory, today, is_editable=True),
    ]


def _header(names: Iterable[str]) -> list[str]:
    return [SHEETS["measures"].titled(name) for name in names]


def _office_rows(
    measures: StoredMeasures, directory: Directory, now: dt.datetime
) -> Iterator[list]:
    names, exported_at = SHEETS["measures"].names, now.isoformat()
    for measure, links in measures.measures():
        editable = texts_of(measure, directory, links)
        others = read_only_texts(measure, directory)
        cells = {
            **others,
            **editable,
            **{name: getattr(measure, name) for name in DAYS},
            "key": str(measure.pk),
            # The fingerprints of what may be edited and of what may not.
            "version": f"{fingerprint(editable)}-{fingerprint(others)}",
            "exported_at": exported_at,
        }
        yield [cells[name] for name in names]


def export_sheets(
    measures: StoredMeasures | ListedMeasures,
    *,
    today: dt.date,
    with_responsible: bool,
    sections: Iterable[PlanSection] | None = None,
) -> list[Sheet]:
    """Return the sheets for those who only read them; `with_responsible` names the person in
    charge to those who may know. `sections` are those of a former day.
    """
    directory = Directory(sections)
    left_out = OFFICE_ONLY if with_responsible else (*OFFICE_ONLY, "responsible")
    names = [name for name in SHEETS["measures"].names if name not in left_out]
    milestones = (
        _milestone_row(measure, milestone, today, directory)
        for measure, milestone in measures.milestones()
    )
    return [
        Sheet(_("Maßnahmen"), _header(names), _rows(measures, directory, names)),
        Sheet(_("Meilensteine"), [str(title) for title in MILESTONE_HEADER], milestones),
        *indicator_sheets(measures, directory, today),
    ]


def _rows(
    measures: StoredMeasures | ListedMeasures, directory: Directory, names: Sequence[str]
) -> Iterator[list]:
    for measure, links in measures.measures():
        cells = {
            **read_only_texts(measure, directory),
            **texts_of(measure, directory, links, without=["internal_notes"]),
            **{name: getattr(measure, name) for name in DAYS},
        }
        yield [cells[name] for name in names]


def _requirement_names(milestone: Milestone) -> list[str]:
    required = [dependency.requirement for dependency in milestone.dependencies.all()]
    return [f"{requirement} ({requirement.measure})" for requirement in required]


def _milestone_row(
    measure: Measure, milestone: Milestone, today: dt.date, directory: Directory
) -> list:
    return [
        str(directory.plans[measure.plan_id]),
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
