"""Reporting rounds: planned, opened (mails every lead), closed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged, require_version
from core.dates import local_date
from core.errors import ChangedMeanwhile, Refused, violation_as
from core.history import save_as, save_changes_as, save_values_as
from core.states import target_of
from measures.enums import ROUND_MAILS, ROUND_MOVES, RoundState
from measures.mails import change_notices, lead_reminder, report_requests
from measures.models import ReportingRound
from measures.permissions import can_run_rounds, require_permission
from measures.queries import AwaitedReporter, OwingReporter, awaited_leads, round_version
from measures.reminders import OwingLead, owing_leads, reminder_of
from measures.services.entries import freeze_plan
from outbox.services import enqueue_mails, withdraw_pending
from partners.models import Organisation
from partners.queries import recipient_of
from reminders.registry import ReminderMail
from reminders.schedules import manual_step
from reminders.services import enqueue_reminders


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
    """Save those of `values` that differ. New days of an open round are mailed to everybody who has
    yet to report.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` when the round is closed.
    """
    require_permission(can_run_rounds(by))
    reporting_round = _lock_round(reporting_round)
    require_changeable(reporting_round)
    if reporting_round.is_open and values.get("plan", reporting_round.plan) != reporting_round.plan:
        raise Refused(_("Eine laufende Berichtsrunde bleibt in ihrem Plan."))
    # With the state: new days of a round that was opened meanwhile would be mailed unseen.
    require_unchanged(reporting_round, version, [*values, "state"])
    days = reporting_round.cut_off_on, reporting_round.due_on
    if reporting_round.is_open and values.get("due_on", reporting_round.due_on) != days[1]:
        # Only a new deadline: the office must be able to correct the title of a round that is
        # overdue.
        _require_due_ahead(values["due_on"], local_date(now))
    save_changes_as(reporting_round, values, by=by, now=now)
    if reporting_round.is_open and days != (reporting_round.cut_off_on, reporting_round.due_on):
        enqueue_mails(change_notices(reporting_round, now=now), now=now, by=by)
    return reporting_round


def require_changeable(reporting_round: ReportingRound) -> None:
    """Raise `Refused` when the round is closed: its reports refer to its days as they were."""
    if reporting_round.state == RoundState.CLOSED:
        raise Refused(_("Diese Berichtsrunde ist abgeschlossen und bleibt, wie sie war."))


@transaction.atomic
def open_round(
    *, reporting_round: ReportingRound, shown: str | None = None, by, now: dt.datetime
) -> ReportingRound:
    """Open a round and mail everybody who may report on a measure in it.

    `shown` is the `round_version` that the office confirmed; None compares nothing. Raises
    `NotAllowed`, `Refused`, and `ChangedMeanwhile` when that is no longer true or another round of
    the plan was opened at the same moment.
    """
    require_permission(can_run_rounds(by))
    reporting_round = _lock_round(reporting_round)
    require_openable(reporting_round, today=local_date(now))
    _require_as_shown(reporting_round, shown)
    reporting_round.state = target_of(ROUND_MOVES, "open", reporting_round)
    # The lock covers only this round. A constraint catches another round of the plan opened since
    # the check.
    with violation_as(ChangedMeanwhile(_another_round_is_open())):
        save_as(reporting_round, by=by, now=now, reason=_("Berichtsrunde gestartet"))
    enqueue_mails(report_requests(reporting_round), now=now, by=by)
    return reporting_round


def require_openable(reporting_round: ReportingRound, *, today: dt.date) -> None:
    """Raise `Refused` unless the state and the deadline of the round and the other rounds of its
    plan allow it to open.
    """
    target_of(ROUND_MOVES, "open", reporting_round)
    others = ReportingRound.objects.filter(plan_id=reporting_round.plan_id, state=RoundState.OPEN)
    if others.exists():
        raise Refused(_another_round_is_open())
    _require_due_ahead(reporting_round.due_on, today)
    plan = reporting_round.plan
    # Its leads would be asked about measures that they may not see yet.
    if plan.predecessor_id and not plan.is_published:
        text = _(
            "%(plan)s ist noch nicht veröffentlicht; bis dahin sehen Federführungen ihn nicht."
        )
        raise Refused(text % {"plan": plan})


@transaction.atomic
def close_round(
    *, reporting_round: ReportingRound, shown: str | None = None, by, now: dt.datetime
) -> ReportingRound:
    """Close a round and keep the plan as it stands. Missing reports are no longer due, so reminders
    stop and mails that still ask for a report are withdrawn.

    `shown` as in `open_round`. Raises `NotAllowed`, `Refused`, `ChangedMeanwhile`.
    """
    require_permission(can_run_rounds(by))
    reporting_round = _lock_round(reporting_round)
    target = target_of(ROUND_MOVES, "close", reporting_round)
    _require_as_shown(reporting_round, shown)
    reporting_round.state = target
    save_as(reporting_round, by=by, now=now, reason=_("Berichtsrunde abgeschlossen"))
    # In the transaction of the state, so that nobody sees a closed round without what it keeps.
    freeze_plan(reporting_round, today=local_date(now))
    withdraw_pending(
        subject_keys=[reporting_round.mail_key],
        kinds=ROUND_MAILS,
        note=_("Die Berichtsrunde ist abgeschlossen."),
        now=now,
        by=by,
    )
    return reporting_round


@transaction.atomic
def remind_leads(
    *, reporting_round: ReportingRound, lead: Organisation | None = None, by, now: dt.datetime
) -> int:
    """Remind everybody who may report for the organisations that owe reports, or for `lead`, of all
    reports they owe; return how many were mailed.

    Leaves out whom `owing_leads` leaves out. Raises `NotAllowed`, and `Refused` if nobody is left
    or the round is not open.
    """
    require_permission(can_run_rounds(by))
    reporting_round, today = _lock_round(reporting_round), local_date(now)
    if not reporting_round.is_open:
        raise Refused(_("Erinnert wird nur, solange die Berichtsrunde läuft."))
    owing = owing_leads(reporting_round, awaited_leads(reporting_round, lead=lead), today)
    _require_somebody_to_remind(owing)
    # By organisation, not by person: the log serves traceability, and addressees may leave.
    names = ", ".join(entry.awaited.lead.label for entry in owing if entry.to_remind)
    reason = _("An Berichte erinnert: %(leads)s") % {"leads": names}
    save_as(reporting_round, by=by, now=now, reason=reason)
    # The step contains the day, so the log keeps the automatic reminders of the day from following.
    step = manual_step(today)
    mails = []
    for entry in owing:
        awaited = entry.awaited
        for person in entry.to_remind:
            request = awaited.requests.get(person.pk)
            asked = AwaitedReporter(person, awaited.measures, request)
            reminder = reminder_of(reporting_round, OwingReporter.of(awaited, person), step, today)
            draft = lead_reminder(reporting_round, asked, now=now)
            mails.append(ReminderMail(recipient_of(person), [reminder], draft))
    return enqueue_reminders(mails, day=today, now=now, by=by)


def _require_somebody_to_remind(owing: list[OwingLead]) -> None:
    if not owing:
        raise Refused(_("Hier steht kein Bericht mehr aus."))
    if not any(entry.awaited.reporters for entry in owing):
        raise Refused(_("Nicht erreichbar: Dort hat niemand ein Konto als Partner."))
    if not any(entry.to_remind for entry in owing):
        raise Refused(
            _(
                "Wer noch berichten soll, hat heute schon eine E-Mail dazu bekommen oder ist "
                "pausiert."
            )
        )


def _require_due_ahead(due_on: dt.date, today: dt.date) -> None:
    if due_on < today:
        raise Refused(
            _(
                "Die Frist der Berichtsrunde liegt in der Vergangenheit. Bitte wählen Sie eine "
                "spätere."
            )
        )


def _require_as_shown(reporting_round: ReportingRound, shown: str | None) -> None:
    changed = _(
        "Inzwischen hat sich geändert, wer berichten soll oder bis wann. Es ist nichts geschehen; "
        "bitte prüfen Sie die neuen Angaben und bestätigen Sie noch einmal."
    )
    # Without a version to compare, the queries behind it are not worth their while.
    if shown is not None:
        require_version(shown, round_version(reporting_round), changed)


def _lock_round(reporting_round: ReportingRound) -> ReportingRound:
    return ReportingRound.objects.select_for_update().get(pk=reporting_round.pk)


def _another_round_is_open() -> str:
    return _("In diesem Plan läuft schon eine Berichtsrunde. Bitte schließen Sie diese zuerst ab.")
