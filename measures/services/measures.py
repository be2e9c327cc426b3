"""The master data of measures, maintained by the office.

The status is not part of it: it changes only when a status report is accepted.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.errors import ChangedMeanwhile, Refused
from core.history import save_changes_as, save_values_as, update_all_as
from measures.enums import Phase
from measures.models import Measure, Plan, PlanSection
from measures.permissions import can_change_measures, require_permission
from measures.queries import version_of_measures
from partners.queries import default_responsible


@transaction.atomic
def create_measure(*, values: Mapping[str, Any], by, now: dt.datetime) -> Measure:
    """Return a new measure in the phase *nicht begonnen*. Raises `NotAllowed`, `Refused`."""
    require_permission(can_change_measures(by))
    measure = Measure(phase=Phase.NOT_STARTED, responsible=default_responsible(by))
    require_section_of_plan(values.get("section"), values.get("plan"))
    save_values_as(measure, values, by=by, now=now, reason=_("Maßnahme angelegt"))
    return measure


@transaction.atomic
def change_measure(
    *, measure: Measure, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Measure:
    """Save those of `values` that differ; write nothing if none does.

    `version` is the fingerprint (`core.conflicts.version_of`) of the fields as the form showed
    them. Raises `NotAllowed`, `Refused`, `ChangedMeanwhile`.
    """
    require_permission(can_change_measures(by))
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    require_unchanged(measure, version, values)
    # `values` may lack the plan or the section; then the stored one counts.
    require_section_of_plan(
        values.get("section", measure.section), values.get("plan", measure.plan)
    )
    if values.get("plan", measure.plan) != measure.plan:
        _require_no_continuation(measure)
    save_changes_as(measure, values, by=by, now=now)
    return measure


def _require_no_continuation(measure: Measure) -> None:
    # A continuation says what became of a measure of one plan in another.
    if measure.continuations.exists() or measure.origins.exists():
        raise Refused(
            _(
                "Zu dieser Maßnahme steht fest, woher sie kommt oder was daraus wurde. Sie bleibt "
                "deshalb in ihrem Plan."
            )
        )


@transaction.atomic
def publish_measures(
    *, measures: Iterable[Measure], shown: str, by, now: dt.datetime
) -> list[Measure]:
    """Publish `measures` and return those that were not published before. Mails nobody.

    `shown` is the `version_of_measures` that the page listed. Raises `NotAllowed`,
    `ChangedMeanwhile`.
    """
    require_permission(can_change_measures(by))
    keys = [measure.pk for measure in measures]
    # In the order of their keys, so that two requests never wait for each other.
    locked = list(Measure.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    if version_of_measures(locked) != shown:
        raise ChangedMeanwhile(_("Inzwischen wurde etwas geändert. Bitte sehen Sie noch einmal."))
    hidden = [measure for measure in locked if not measure.is_published]
    if hidden:
        update_all_as(hidden, {"is_published": True}, by=by, now=now, reason=_("Veröffentlicht"))
    return hidden


def require_section_of_plan(section: PlanSection | None, plan: Plan | None) -> None:
    """Raise `Refused` when `section` belongs to another plan. `MeasureForm` shares this check."""
    # A database constraint cannot compare columns of two tables, so this is the only guard.
    if section and plan and section.plan_id != plan.pk:
        raise Refused(_("Dieser Abschnitt gehört zu einem anderen Plan."))
