"""Requests that are no longer asked, and approvals that no longer hold."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from approvals.enums import IN_FORCE, MOVES
from approvals.mails import mail_lapse, mail_withdrawal, withdraw_asking
from approvals.models import ApprovalRequest
from approvals.versions import Change, reason_of
from core.history import save_as
from core.states import target_of
from partners.models import Person


@transaction.atomic
def withdraw_request(*, kind: str, subject_id: int, by, now: dt.datetime) -> ApprovalRequest | None:
    """Take the open request about a subject back, if there is one, and tell the senator's office."""
    row = _locked(kind, subject_id).open().first()
    if row is None:
        return None
    row.state = target_of(MOVES, "withdraw", row)
    row.withdrawn_at, row.withdrawn_by = now, by
    save_as(row, by=by, reason=row.get_state_display())
    withdraw_asking(row, now=now, by=by)
    mail_withdrawal(row, now=now, by=by)
    return row


@transaction.atomic
def lapse_approval(*, kind: str, subject_id: int, reason: str, by, now: dt.datetime) -> int:
    """Let every open or granted approval of a subject lapse that is put off or called off; returns
    how many.

    The senator's office is told of an open request that it has nothing more to do; that the subject
    is put off is told by the caller, to all who know of it.
    """
    rows = _in_force(kind, subject_id)
    for row in rows:
        was_open = row.is_open
        _lapse(row, reason, by=by, now=now)
        if was_open:
            mail_withdrawal(row, now=now, by=by)
    return len(rows)


@transaction.atomic
def lapse_by_change(
    *,
    kind: str,
    subject_id: int,
    changes: list[Change],
    reason: str = "",
    also: Iterable[Person] = (),
    by,
    now: dt.datetime,
) -> int:
    """Let every open or granted approval of a subject lapse whose essentials changed; returns how
    many.

    All who are concerned are told once what changed: the senator's office with its deputies, the
    office, and `also`. `reason` says why where nothing has changed yet.
    """
    rows = _in_force(kind, subject_id)
    for row in rows:
        _lapse(row, reason or reason_of(changes), by=by, now=now)
    if rows:
        mail_lapse(rows[-1], changes, also, now=now, by=by)
    return len(rows)


def _locked(kind: str, subject_id: int):
    rows = ApprovalRequest.objects.select_for_update(of=("self",)).filter(
        kind=kind, subject_id=subject_id
    )
    return rows.order_by("submitted_at", "pk")


def _in_force(kind: str, subject_id: int) -> list[ApprovalRequest]:
    return list(_locked(kind, subject_id).filter(state__in=IN_FORCE))


def _lapse(row: ApprovalRequest, reason: str, *, by, now: dt.datetime) -> None:
    row.state = target_of(MOVES, "lapse", row)
    row.lapsed_at, row.lapsed_by, row.lapse_reason = now, by, reason[:300]
    save_as(row, by=by, reason=reason)
    withdraw_asking(row, now=now, by=by)
