"""Series: proposed, affirmed by the partners, then put before the senator for consent."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import VERDICT_LABELS, ApprovalKind, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import (
    Briefing,
    Decision,
    Subject,
    binding_changes,
    lapse_reason_for,
    snapshot_of,
)
from approvals.services import (
    lapse_changed_approvals,
    record_decision,
    request_approval,
    withdraw_approval,
)
from core.errors import NotAllowed, Refused
from core.history import save_as
from core.states import target_of
from dialogues.enums import SERIES_MOVES, SeriesState
from dialogues.models import DialogueSeries
from dialogues.permissions import can_manage
from dialogues.registry import SERIES_FACTS
from dialogues.services.editing import take_over_form

CONSENT = {
    Verdict.APPROVE: gettext_lazy("Zugestimmt"),
    Verdict.CONDITION: gettext_lazy("Mit Auflage zugestimmt"),
}


def lock_series(pk: int) -> DialogueSeries:
    """Return the series locked until the end of the transaction."""
    return DialogueSeries.objects.select_for_update().get(pk=pk)


@transaction.atomic
def save_series(
    *, series: DialogueSeries, by, now: dt.datetime, version: str = "", fields: Iterable[str] = ()
) -> DialogueSeries:
    """Write a new or changed series; the office's right alone.

    Once it was put before the senator, a change of what it says lets the consent lapse and takes the series back to
    *bekräftigt*. What was refused stays as it was, but for the internal note. `version` and `fields` come from the
    form: Outpaced is raised when somebody else saved meanwhile.
    """
    if not can_manage(by):
        raise NotAllowed(_("Reihen legt die Geschäftsstelle an."))
    if series.pk is None:
        series.state = SeriesState.PROPOSED
        save_as(series, by=by, now=now, reason=_("Reihe vorgeschlagen"))
        return series
    present = lock_series(series.pk)
    take_over_form(series, present, version=version, fields=fields)
    changes = binding_changes(SERIES_FACTS, present, series)
    if changes and present.state == SeriesState.REFUSED:
        raise Refused(
            _("Die Reihe ist abgelehnt und bleibt, wie sie der Leitung des Hauses vorgelegt wurde.")
        )
    if changes and present.state in SERIES_MOVES["lapse"].sources:
        return _lapse(series, changes, by=by, now=now)
    save_as(series, by=by, now=now, reason=_("Angaben geändert"))
    return series


def _lapse(series: DialogueSeries, changes, *, by, now: dt.datetime) -> DialogueSeries:
    series.state = target_of(SERIES_MOVES, "lapse", series)
    save_as(
        series,
        by=by,
        now=now,
        reason=_("Zustimmung erloschen, %(why)s") % {"why": lapse_reason_for(changes)},
    )
    lapse_changed_approvals(
        kind=ApprovalKind.SERIES, subject_id=series.pk, changes=changes, by=by, now=now
    )
    return series


@transaction.atomic
def affirm_series(*, series: DialogueSeries, by, now: dt.datetime) -> DialogueSeries:
    """Record that department and partners affirmed the wish to hold these dialogues."""
    if not can_manage(by):
        raise NotAllowed(_("Das vermerkt die Geschäftsstelle."))
    series = lock_series(series.pk)
    series.state = target_of(SERIES_MOVES, "affirm", series)
    save_as(series, by=by, now=now, reason=_("Von Verwaltung und Partnern bekräftigt"))
    return series


@transaction.atomic
def request_consent(
    *, series: DialogueSeries, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Ask for the senator's consent to a series; without it no topic goes to approval."""
    if not can_manage(by):
        raise NotAllowed(_("Die Zustimmung beantragt die Geschäftsstelle."))
    series = lock_series(series.pk)
    series.state = target_of(SERIES_MOVES, "request", series)
    save_as(series, by=by, now=now, reason=_("Zustimmung beantragt"))
    subject = Subject(
        kind=ApprovalKind.SERIES,
        pk=series.pk,
        title=series.title,
        path=series.get_absolute_url(),
        snapshot=snapshot_of(SERIES_FACTS, series),
        origin=series.origin,
    )
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


@transaction.atomic
def withdraw_series(*, series: DialogueSeries, by, now: dt.datetime) -> DialogueSeries:
    """Take the request for consent back to work on the series; who was asked is told."""
    if not can_manage(by):
        raise NotAllowed(_("Den Antrag zieht die Geschäftsstelle zurück."))
    series = lock_series(series.pk)
    series.state = target_of(SERIES_MOVES, "withdraw", series)
    save_as(series, by=by, now=now, reason=_("Antrag auf Zustimmung zurückgezogen"))
    withdraw_approval(kind=ApprovalKind.SERIES, subject_id=series.pk, by=by, now=now)
    return series


@transaction.atomic
def decide_series(
    *, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime
) -> DialogueSeries:
    """Record the answer to a request for consent, with the `details` of it, and move the series
    with it.
    """
    series = lock_series(approval.subject_id)
    record_decision(approval=approval, decision=decision, by=by, now=now)
    series.state = target_of(SERIES_MOVES, decision.verdict, series)
    save_as(
        series,
        by=by,
        now=now,
        reason=CONSENT.get(decision.verdict, VERDICT_LABELS[decision.verdict]),
    )
    return series
