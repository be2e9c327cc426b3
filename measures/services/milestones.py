"""Milestones, maintained by the office; the lead may move the forecast.

Reaching one can be undone, deleting one cannot.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import lock_present, require_unchanged
from core.dates import format_date, local_date
from core.errors import Refused
from core.history import delete_as, save_as, save_changes_as, save_values_as
from measures.models import Measure, Milestone
from measures.models.milestones import DELAY_MESSAGE
from measures.permissions import can_change_measures, can_report, require_permission
from measures.queries import is_in_accepted_report


@transaction.atomic
def create_milestone(
    *, measure: Measure, values: Mapping[str, Any], by, now: dt.datetime
) -> Milestone:
    """Return a new milestone of `measure`.

    What is planned now becomes its baseline, which no later change touches.

    Raises `NotAllowed`; `Refused` when its `done_on` is in the future or a delay has no reason.
    """
    require_permission(can_change_measures(by))
    _require_no_future_done_on(values, local_date(now))  # in Berlin, whatever the server's zone
    milestone = Milestone(measure=measure)
    _require_explained_delay(milestone, values)
    save_values_as(milestone, values, by=by, now=now, reason=_("Meilenstein angelegt"))
    return milestone


@transaction.atomic
def change_milestone(
    *, milestone: Milestone, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Milestone:
    """Save those of `values` that differ.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when `done_on` is in the future or a delay
    has no reason.
    """
    require_permission(can_change_measures(by))
    _require_no_future_done_on(values, local_date(now))
    milestone = lock_milestone(milestone)
    require_unchanged(milestone, version, values)
    _require_explained_delay(milestone, values)
    save_changes_as(milestone, values, by=by, now=now)
    return milestone


@transaction.atomic
def move_milestone(
    *, milestone: Milestone, forecast_on: dt.date | None, reason: str, by, now: dt.datetime
) -> Milestone:
    """Set the day on which `milestone` will probably be reached; None returns to the planned day.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when it was reached already, or when it will
    be later than planned and `reason` is empty.
    """
    require_permission(can_report(by, milestone.measure))
    milestone = lock_milestone(milestone)
    if milestone.done_on:
        raise Refused(_("Dieser Meilenstein ist schon als erreicht eingetragen."))
    # Together with the reason: the constraint on unexplained delays looks at both.
    values = {"forecast_on": forecast_on, "forecast_reason": reason}
    _require_explained_delay(milestone, values)
    save_changes_as(milestone, values, by=by, now=now)
    return milestone


@transaction.atomic
def complete_milestone(*, milestone: Milestone, by, now: dt.datetime) -> Milestone:
    """Mark `milestone` as reached on the day of `now`.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when it was reached before.
    """
    require_permission(can_change_measures(by))
    milestone = lock_milestone(milestone)
    if milestone.done_on:
        raise Refused(_("Dieser Meilenstein ist schon als erreicht eingetragen."))
    milestone.done_on = local_date(now)
    save_as(milestone, by=by, now=now, reason=_("Meilenstein erreicht"))
    return milestone


@transaction.atomic
def reopen_milestone(*, milestone: Milestone, by, now: dt.datetime) -> Milestone:
    """Mark `milestone` as not reached yet.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when it is open.
    """
    require_permission(can_change_measures(by))
    milestone = lock_milestone(milestone)
    if milestone.done_on is None:
        raise Refused(_("Dieser Meilenstein ist schon wieder offen."))
    milestone.done_on = None
    save_as(milestone, by=by, now=now, reason=_("Meilenstein wieder offen"))
    return milestone


@transaction.atomic
def delete_milestone(*, milestone: Milestone, by, now: dt.datetime) -> None:
    """Delete `milestone` and keep its history, with what open reports say of it.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when an accepted report says something of it.
    """
    require_permission(can_change_measures(by))
    # Accepting a report locks its milestones too, so none is accepted after the check.
    milestone = lock_milestone(milestone)
    require_unreported_milestone(milestone)
    delete_as(milestone, by=by, now=now, reason=_("Meilenstein gelöscht"))


def require_unreported_milestone(milestone: Milestone) -> None:
    """Raise `Refused` when an accepted report, which nothing changes, says something of it."""
    if is_in_accepted_report(milestone):
        raise Refused(
            _(
                "Dieser Meilenstein steht in einem angenommenen Bericht, der bleibt, wie er ist. "
                "Deshalb lässt er sich nicht löschen. Ist er erreicht, tragen Sie das ein; gilt er "
                "nicht mehr, schreiben Sie das bitte in seinen Titel."
            )
        )


def _require_no_future_done_on(values: Mapping[str, Any], today: dt.date) -> None:
    done_on = values.get("done_on")
    if done_on and done_on > today:
        raise Refused(
            _("„erreicht am“ liegt in der Zukunft. Bitte geben Sie höchstens den %(day)s an.")
            % {"day": format_date(today)}
        )


def is_unexplained_delay(
    due_on: dt.date | None, forecast_on: dt.date | None, reason: str | None
) -> bool:
    """Return whether a forecast is later than planned and says no reason. Forms share this rule."""
    # An earlier forecast needs no reason: nobody has to answer for good news.
    return bool(due_on and forecast_on and forecast_on > due_on and not reason)


def _require_explained_delay(milestone: Milestone, values: Mapping[str, Any]) -> None:
    names = ("due_on", "forecast_on", "forecast_reason")
    if is_unexplained_delay(*(values.get(name, getattr(milestone, name)) for name in names)):
        raise Refused(str(DELAY_MESSAGE))


def lock_milestone(milestone: Milestone) -> Milestone:
    """Return `milestone` as it is now, locked. Raises `ChangedMeanwhile` when it was deleted."""
    return lock_present(milestone, _("Dieser Meilenstein wurde inzwischen gelöscht."))
