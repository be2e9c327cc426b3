"""Reporting rounds: planned, opened (mails every lead), closed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.dates import format_date
from core.errors import ChangedMeanwhile, Refused, violation_as
from core.history import save_as, save_changes_as, save_values_as
from core.states import target_of
from measures.enums import ROUND_MOVES, RoundState
from measures.models import ReportingRound
from measures.permissions import can_run_rounds, require_permission
from measures.queries import awaited_reporters
from outbox.services import enqueue_mails
from outbox.texts import MailDraft, Markdown, escape_markdown
from partners.queries import recipient_of


@transaction.atomic
def create_round(*, values: Mapping[str, Any], by, now: dt.datetime) -> ReportingRound:
    """Return a new, planned round. Raises `NotAllowed`, `Refused`."""
    require_permission(can_run_rounds(by))
    reporting_round = ReportingRound()
    reason = _("Berichtsrunde angelegt")
    save_values_as(reporting_round, values, by=by, now=now, reason=reason)
    return reporting_round


@transaction.atomic
def change_round(
    *,
    reporting_round: ReportingRound,
    values: Mapping[str, Any],
    version: str,
    by,
    now: dt.datetime,
) -> ReportingRound:
    """Save those of `values` that differ.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when the round is closed.
    """
    require_permission(can_run_rounds(by))
    reporting_round = _lock_round(reporting_round)
    # The reports of a closed round refer to its cut-off day and deadline as they were.
    if reporting_round.state == RoundState.CLOSED:
        raise Refused(_("Diese Berichtsrunde ist abgeschlossen und bleibt, wie sie war."))
    require_unchanged(reporting_round, version, values)
    save_changes_as(reporting_round, values, by=by, now=now)
    return reporting_round


@transaction.atomic
def open_round(*, reporting_round: ReportingRound, by, now: dt.datetime) -> ReportingRound:
    """Open a round and mail everybody who may report on a measure in it.

    Raises `NotAllowed`, `Refused`, and `ChangedMeanwhile` when another round of the plan was opened
    at the same moment.
    """
    require_permission(can_run_rounds(by))
    reporting_round = _lock_round(reporting_round)
    target = target_of(ROUND_MOVES, "open", reporting_round)
    open_rounds_of_plan = ReportingRound.objects.filter(
        plan_id=reporting_round.plan_id, state=RoundState.OPEN
    )
    if open_rounds_of_plan.exists():
        raise Refused(_another_round_is_open())
    reporting_round.state = target
    # The lock covers only this round. A constraint catches another round of the plan opened since
    # the check.
    with violation_as(ChangedMeanwhile(_another_round_is_open())):
        save_as(reporting_round, by=by, now=now, reason=_("Berichtsrunde gestartet"))
    enqueue_mails(_report_requests(reporting_round), now=now, by=by)
    return reporting_round


@transaction.atomic
def close_round(*, reporting_round: ReportingRound, by, now: dt.datetime) -> ReportingRound:
    """Close a round. Missing reports are no longer due, so reminders stop.

    Raises `NotAllowed`, `Refused`.
    """
    require_permission(can_run_rounds(by))
    reporting_round = _lock_round(reporting_round)
    reporting_round.state = target_of(ROUND_MOVES, "close", reporting_round)
    save_as(reporting_round, by=by, now=now, reason=_("Berichtsrunde abgeschlossen"))
    return reporting_round


def _lock_round(reporting_round: ReportingRound) -> ReportingRound:
    return ReportingRound.objects.select_for_update().get(pk=reporting_round.pk)


def _another_round_is_open() -> str:
    return _("In diesem Plan läuft schon eine Berichtsrunde. Bitte schließen Sie diese zuerst ab.")


def _report_requests(reporting_round: ReportingRound) -> list[MailDraft]:
    return [
        MailDraft(
            kind="report_requested",
            subject_key=f"round:{reporting_round.pk}",
            # A round opens only once, so this event deduplicates the mail across retries.
            event="opened",
            to=recipient_of(person),
            values={
                "round": reporting_round.title,
                "cut_off": format_date(reporting_round.cut_off_on),
                "due": format_date(reporting_round.due_on),
                "measures": Markdown(
                    "\n".join(f"- {escape_markdown(measure.title)}" for measure in measures)
                ),
            },
            path=reporting_round.get_absolute_url(),
        )
        for person, measures in awaited_reporters(reporting_round)
    ]
