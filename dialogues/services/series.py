"""Services for series: proposed, affirmed by the partners, then submitted for consent."""

import datetime as dt
from collections.abc import Mapping
from copy import copy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.registry import (
    Briefing,
    Decision,
    Subject,
    binding_changes,
    deadline_error,
    lapse_reason_for,
    snapshot_of,
)
from approvals.services import (
    lapse_changed_approvals,
    record_decision,
    request_approval,
    withdraw_approval,
)
from core.conflicts import apply_values
from core.dates import local_date
from core.errors import Refused
from core.history import save_as
from core.roles import require_office
from core.states import target_of
from dialogues.enums import (
    CONSENT_LABELS,
    CONSENT_LAPSED,
    CONSENT_REQUESTED,
    SERIES_MOVES,
    SeriesState,
)
from dialogues.facts import SERIES_FACTS
from dialogues.models import Dialogue, DialogueSeries
from dialogues.queries import first_fixed_start
from partners.queries import default_responsible


def lock_series(pk: int) -> DialogueSeries:
    # Of two concurrent transitions, the second waits here and then sees the first one's result.
    return DialogueSeries.objects.select_for_update().get(pk=pk)


@transaction.atomic
def create_series(*, values: Mapping[str, Any], by, now: dt.datetime) -> DialogueSeries:
    require_office(by, _("Reihen legt die Geschäftsstelle an."))
    series = DialogueSeries(
        **values, state=SeriesState.PROPOSED, responsible=default_responsible(by)
    )
    save_as(series, by=by, now=now, reason=_("Reihe vorgeschlagen"))
    return series


@transaction.atomic
def change_series(
    *,
    series: DialogueSeries,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    version: str | None = None,
) -> DialogueSeries:
    """Update a series; a change to a fact that consent is bound to makes the consent lapse.

    Of a refused series, only the internal note can change. Raises ChangedMeanwhile if somebody
    else saved after the form showed `version`.
    """
    require_office(by, _("Reihen bearbeitet die Geschäftsstelle."))
    series = lock_series(series.pk)
    # Compare with the locked record, not with what the form showed: the approval is bound to the
    # stored values.
    before, changed = copy(series), copy(series)
    apply_values(changed, values)
    changes = binding_changes(SERIES_FACTS, before, changed)
    # Before the versions are compared: the page offers to save again only what may be saved.
    if changes and series.state == SeriesState.REFUSED:
        raise Refused(
            _("Die Reihe ist abgelehnt und bleibt, wie sie zur Entscheidung vorgelegt wurde.")
        )
    apply_values(series, values, version)
    if changes and series.state in SERIES_MOVES["lapse"].sources:
        return _lapse(series, changes, by=by, now=now)
    save_as(series, by=by, now=now, reason=_("Angaben geändert"))
    return series


def _lapse(series: DialogueSeries, changes, *, by, now: dt.datetime) -> DialogueSeries:
    series.state = target_of(SERIES_MOVES, "lapse", series)
    save_as(
        series,
        by=by,
        now=now,
        reason=f"{CONSENT_LAPSED}, {lapse_reason_for(changes)}",
    )
    lapse_changed_approvals(
        kind=ApprovalKind.SERIES, subject_id=series.pk, changes=changes, by=by, now=now
    )
    return series


@transaction.atomic
def affirm_series(*, series: DialogueSeries, by, now: dt.datetime) -> DialogueSeries:
    """Record that administration and partners have affirmed that they want these dialogues."""
    require_office(by, _("Das vermerkt die Geschäftsstelle."))
    series = lock_series(series.pk)
    series.state = target_of(SERIES_MOVES, "affirm", series)
    save_as(series, by=by, now=now, reason=_("Von Verwaltung und Partnern bekräftigt"))
    return series


@transaction.atomic
def request_consent(
    *, series: DialogueSeries, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Ask for the senator's consent; mails the senator's office.

    Raises Refused if `due_on` is not before the day of the first dialogue in the series.
    """
    require_office(by, _("Die Zustimmung beantragt die Geschäftsstelle."))
    series = lock_series(series.pk)
    series.state = target_of(SERIES_MOVES, "request", series)
    dialogues = Dialogue.objects.filter(topic__series=series)
    today = local_date(now)
    if sentence := deadline_error(due_on, first_fixed_start(dialogues, today), today):
        raise Refused(sentence)
    save_as(series, by=by, now=now, reason=CONSENT_REQUESTED)
    subject = Subject(
        kind=ApprovalKind.SERIES,
        pk=series.pk,
        title=series.title,
        path=series.get_absolute_url(),
        # The senator's office decides on the facts it was shown, so the request keeps a copy.
        snapshot=snapshot_of(SERIES_FACTS, series),
        origin=series.origin,
    )
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


@transaction.atomic
def withdraw_series(*, series: DialogueSeries, by, now: dt.datetime) -> DialogueSeries:
    """Withdraw the request for consent; mails the senator's office."""
    require_office(by, _("Den Antrag zieht die Geschäftsstelle zurück."))
    series = lock_series(series.pk)
    # Checked first: the state table refuses a series whose request was decided meanwhile.
    series.state = target_of(SERIES_MOVES, "withdraw", series)
    save_as(series, by=by, now=now, reason=_("Antrag auf Zustimmung zurückgezogen"))
    withdraw_approval(kind=ApprovalKind.SERIES, subject_id=series.pk, by=by, now=now)
    return series


@transaction.atomic
def decide_series(
    *, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime
) -> DialogueSeries:
    """Record the decision on a request for consent; mails the office."""
    # Locked before the approval, in the same order as elsewhere, so that services cannot deadlock.
    series = lock_series(approval.subject_id)
    record_decision(approval=approval, decision=decision, by=by, now=now)
    series.state = target_of(SERIES_MOVES, decision.verdict, series)
    save_as(series, by=by, now=now, reason=CONSENT_LABELS[decision.verdict])
    return series
