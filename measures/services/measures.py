"""Writing measures and projects: the office's master data. How a measure stands changes only by a
status report.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.errors import Refused
from measures.enums import Phase
from measures.models import Measure, Project
from measures.permissions import can_change_measures
from measures.services.writing import changes_in_words, require, write


@transaction.atomic
def create_measure(*, values: Mapping[str, Any], by, now: dt.datetime) -> Measure:
    """Return a new measure with `values` (field → value), not begun yet. Raises `NotEntitled`,
    `Refused`.
    """
    require(can_change_measures(by))
    measure = Measure(phase=Phase.NOT_STARTED)
    _check_place(measure, values)
    write(measure, values, by=by, now=now, reason=_("Maßnahme angelegt"))
    return measure


@transaction.atomic
def change_measure(
    *, measure: Measure, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Measure:
    """Write `values` to `measure` and return it; without a difference nothing is written.

    `version` is the fingerprint (`core.conflicts.version_of`) of the fields as they were shown.
    Raises `NotEntitled`, `Refused`, `Outpaced`.
    """
    require(can_change_measures(by))
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    require_unchanged(measure, version, values)
    _check_place(measure, values)
    if changed := changes_in_words(measure, values):
        write(
            measure, values, by=by, now=now, reason=_("Geändert: %(fields)s") % {"fields": changed}
        )
    return measure


@transaction.atomic
def create_project(
    *, measure: Measure | None = None, values: Mapping[str, Any], by, now: dt.datetime
) -> Project:
    """Return a new project under `measure`, or outside the plans without one. Raises `NotEntitled`."""
    require(can_change_measures(by))
    project = Project(measure=measure)
    write(project, values, by=by, now=now, reason=_("Projekt angelegt"))
    return project


@transaction.atomic
def change_project(
    *, project: Project, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Project:
    """Write `values` to `project` and return it; without a difference nothing is written.

    Raises `NotEntitled`, `Outpaced`.
    """
    require(can_change_measures(by))
    project = Project.objects.select_for_update().get(pk=project.pk)
    require_unchanged(project, version, values)
    if changed := changes_in_words(project, values):
        write(
            project, values, by=by, now=now, reason=_("Geändert: %(fields)s") % {"fields": changed}
        )
    return project


def _check_place(measure: Measure, values: Mapping[str, Any]) -> None:
    """Raise `Refused` when the section belongs to another plan than the measure."""
    section = values.get("section", measure.section if measure.pk else None)
    plan = values.get("plan") or measure.plan
    if section and section.plan_id != plan.pk:
        raise Refused(
            _(
                "Dieser Abschnitt gehört zu einem anderen Plan. Bitte wählen Sie einen Abschnitt "
                "des Plans."
            )
        )
