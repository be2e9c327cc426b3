"""Projects, maintained by the office."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.history import save_changes_as, save_values_as
from measures.models import Measure, Project
from measures.permissions import can_change_measures, require_permission


@transaction.atomic
def create_project(
    *, measure: Measure | None = None, values: Mapping[str, Any], by, now: dt.datetime
) -> Project:
    """Return a new project of `measure`, or outside the plans without one. Raises `NotAllowed`."""
    require_permission(can_change_measures(by))
    # No lock: nobody else can know of the new project yet.
    project = Project(measure=measure)
    save_values_as(project, values, by=by, now=now, reason=_("Projekt angelegt"))
    return project


@transaction.atomic
def change_project(
    *, project: Project, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Project:
    """Save those of `values` that differ. Raises `NotAllowed`, `ChangedMeanwhile`."""
    require_permission(can_change_measures(by))
    project = Project.objects.select_for_update().get(pk=project.pk)
    # Compared under the lock, so that of two saves at once the later one is asked.
    require_unchanged(project, version, values)
    save_changes_as(project, values, by=by, now=now)
    return project
