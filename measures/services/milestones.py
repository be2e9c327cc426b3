"""Milestones of a measure. The office keeps them; each act is undone by its opposite, except
deleting.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.dates import format_date, local_date
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from measures.models import Measure, Milestone
from measures.permissions import can_change_measures
from measures.services.writing import changes_in_words, require, write


@transaction.atomic
def add_milestone(
    *, measure: Measure, values: Mapping[str, Any], now: dt.datetime, by
) -> Milestone:
    """Return a new milestone of `measure`. Raises `NotEntitled`, and `Refused` when it was reached
    after `today`.
    """
    today = local_date(now)
    require(can_change_measures(by))
    _require_past(values, today)
    milestone = Milestone(measure=measure)
    write(milestone, values, by=by, now=now, reason=_("Meilenstein angelegt"))
    return milestone


@transaction.atomic
def change_milestone(
    *, milestone: Milestone, values: Mapping[str, Any], version: str, now: dt.datetime, by
) -> Milestone:
    """Write `values` to `milestone` and return it.

    Raises `NotEntitled`, `Outpaced`, and `Refused` when it was reached after `today`.
    """
    today = local_date(now)
    require(can_change_measures(by))
    _require_past(values, today)
    milestone = _lock(milestone)
    require_unchanged(milestone, version, values)
    if changed := changes_in_words(milestone, values):
        write(
            milestone,
            values,
            by=by,
            now=now,
            reason=_("Geändert: %(fields)s") % {"fields": changed},
        )
    return milestone


@transaction.atomic
def complete_milestone(*, milestone: Milestone, now: dt.datetime, by) -> Milestone:
    """Mark `milestone` as reached `today`. Raises `NotEntitled`, and `Refused` when it was reached
    before.
    """
    today = local_date(now)
    require(can_change_measures(by))
    milestone = _lock(milestone)
    if milestone.done_on:
        raise Refused(_("Dieser Meilenstein ist schon als erreicht eingetragen."))
    milestone.done_on = today
    save_as(milestone, by=by, now=now, reason=_("Meilenstein erreicht"))
    return milestone


@transaction.atomic
def reopen_milestone(*, milestone: Milestone, by, now: dt.datetime) -> Milestone:
    """Take back that `milestone` was reached. Raises `NotEntitled`, and `Refused` when it is open."""
    require(can_change_measures(by))
    milestone = _lock(milestone)
    if milestone.done_on is None:
        raise Refused(_("Dieser Meilenstein ist schon wieder offen."))
    milestone.done_on = None
    save_as(milestone, by=by, now=now, reason=_("Meilenstein wieder offen"))
    return milestone


@transaction.atomic
def delete_milestone(*, milestone: Milestone, by, now: dt.datetime) -> None:
    """Delete `milestone`; its history stays. Raises `NotEntitled`, `Outpaced`."""
    require(can_change_measures(by))
    milestone = _lock(milestone)
    milestone._history_user = by
    milestone._change_reason = _("Meilenstein gelöscht")
    milestone.delete()


def _require_past(values: Mapping[str, Any], today: dt.date) -> None:
    done_on = values.get("done_on")
    if done_on and done_on > today:
        raise Refused(
            _("„erreicht am“ liegt in der Zukunft. Bitte geben Sie höchstens den %(day)s an.")
            % {"day": format_date(today)}
        )


def _lock(milestone: Milestone) -> Milestone:
    """Return the row under lock. Raises `Outpaced` when somebody deleted it meanwhile."""
    try:
        return Milestone.objects.select_for_update().get(pk=milestone.pk)
    except Milestone.DoesNotExist as error:
        raise ChangedMeanwhile(_("Dieser Meilenstein wurde inzwischen gelöscht.")) from error
