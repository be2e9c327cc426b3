"""Submit, decide, withdraw and lapse approvals, and meet their conditions.

Deciding also moves the subject, which belongs to an app above. That app's deciding service
(`dialogues.services.decide_topic`, …) calls `record_decision` and moves its subject in the same
transaction; pages reach it through `approvals.registry.decide`.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from approvals.documents import attach_files
from approvals.enums import CONDITION_MOVES, IN_FORCE, MOVES, ApprovalState, Verdict
from approvals.mails import (
    mail_condition_met,
    mail_decision,
    mail_lapse,
    mail_submission,
    mail_withdrawal,
    withdraw_submission_mails,
)
from approvals.models import ApprovalRequest, Condition
from approvals.permissions import (
    OFFICE_MEETS_CONDITIONS,
    can_decide,
    is_deputy_for,
    refusal_reason,
    refusal_reason_when_closed,
)
from approvals.queries import approval_to_compare
from approvals.registry import Briefing, Change, Decision, Subject, lapse_reason_for
from core.dates import format_moment, local_date
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.history import save_as
from core.roles import require_office
from core.states import target_of
from core.texts import shorten
from partners.models import Person

MAX_LAPSE_REASON_LENGTH = 300


@transaction.atomic
def request_approval(
    *, subject: Subject, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Ask the senator's office to decide about `subject` by `due_on`; mails its deciders.

    Raises NotAllowed for anyone but the office, Refused when the deadline has passed, the vote is
    missing or an attachment is not accepted, ChangedMeanwhile when an approval of the subject is
    already open.
    """
    require_office(by, _("Freigaben beantragt die Geschäftsstelle."))
    if due_on < local_date(now):
        raise Refused(
            _(
                "Die Frist für die Entscheidung liegt in der Vergangenheit. Bitte wählen Sie einen "
                "späteren Tag."
            )
        )
    if not briefing.vote.strip():
        raise Refused(_("Bitte nennen Sie das Votum, um das Sie bitten."))
    approval = ApprovalRequest(
        kind=subject.kind,
        subject_id=subject.pk,
        title=subject.title,
        path=subject.path,
        origin=subject.origin,
        snapshot=subject.snapshot,
        options=subject.options,
        due_on=due_on,
        submitted_at=now,
        submitted_by=by,
        former=approval_to_compare(subject.kind, subject.pk),
        **briefing.texts,
    )
    _save_submission(approval, by=by, now=now)
    attach_files(approval, briefing.attachments, by=by, now=now)
    mail_submission(approval, now=now, by=by)
    return approval


def _save_submission(approval: ApprovalRequest, *, by, now: dt.datetime) -> None:
    # There is no row to lock before the first submission. Of two at the same time, the constraint
    # `approval_open_once_per_subject` stops the second; the savepoint keeps the caller's
    # transaction usable on PostgreSQL.
    try:
        with transaction.atomic():
            save_as(approval, by=by, now=now, reason=_("Freigabe beantragt"))
    except IntegrityError as error:
        raise ChangedMeanwhile(
            _("Für diesen Gegenstand ist bereits eine Freigabe beantragt.")
        ) from error


def _lock_approval(pk: int) -> ApprovalRequest:
    """Return the approval locked until the end of the transaction.

    Of two decisions at the same time, the second one waits here and then sees the first.
    """
    # `of`: PostgreSQL cannot lock the nullable side of the joins that select_related adds.
    approvals = ApprovalRequest.objects.select_for_update(of=("self",))
    return approvals.select_related("decided_by__person", "withdrawn_by__person").get(pk=pk)


@transaction.atomic
def record_decision(
    *, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime
) -> ApprovalRequest:
    """Write `decision` on `approval`, mail the office, and return the locked, saved approval.

    The caller moves the subject. Raises NotAllowed for users who may not decide it,
    ChangedMeanwhile when it is no longer open (the sentence says who was first), Refused when the
    decision is incomplete or does not fit the approval.
    """
    if not can_decide(by, approval):
        raise NotAllowed(refusal_reason(by, local_date(now), approval))
    # The approval in hand may be stale: only the locked one says whether it is still open.
    locked = _lock_approval(approval.pk)
    if not locked.is_open:
        raise ChangedMeanwhile(refusal_reason_when_closed(locked))
    _require_complete(locked, decision, now)
    _require_known_options(locked, decision)
    locked.state = target_of(MOVES, decision.verdict, locked)
    locked.comment, locked.chosen = decision.comment, list(decision.chosen)
    locked.none_possible = decision.verdict == Verdict.NONE_POSSIBLE
    locked.counter_dates = [date.as_json() for date in decision.counter_dates]
    locked.decided_at, locked.decided_by = now, by
    # Deciding as oneself takes precedence over a deputyship for a colleague.
    locked.by_deputy = is_deputy_for(by, locked.kind)
    save_as(locked, by=by, now=now, reason=locked.outcome)
    for text in decision.conditions:
        save_as(Condition(approval=locked, text=text), by=by, now=now, reason=_("Auflage erteilt"))
    # Withdraw the mails that ask for a decision before announcing it.
    withdraw_submission_mails(locked, now=now, by=by)
    mail_decision(locked, now=now, by=by)
    return locked


def is_same_decision(approval: ApprovalRequest, decision: Decision, *, by) -> bool:
    """Return whether `by` already made this very decision, as when a form is sent twice."""
    return (
        approval.decided_by_id == by.pk
        and approval.state == MOVES[decision.verdict].target
        and approval.none_possible == (decision.verdict == Verdict.NONE_POSSIBLE)
        and (approval.comment, approval.chosen) == (decision.comment, list(decision.chosen))
        and approval.counter_dates == [date.as_json() for date in decision.counter_dates]
        and sorted(map(str, approval.conditions.all())) == sorted(decision.conditions)
    )


def _require_complete(locked: ApprovalRequest, decision: Decision, now: dt.datetime) -> None:
    for sentence in decision.missing(has_options=bool(locked.options)).values():
        raise Refused(str(sentence))
    for sentence in decision.impossible(now).values():
        raise Refused(sentence)


def _require_known_options(locked: ApprovalRequest, decision: Decision) -> None:
    if unknown := set(decision.chosen) - {option["id"] for option in locked.options}:
        raise Refused(
            _("Unbekannte Auswahl: %(ids)s.") % {"ids": ", ".join(map(str, sorted(unknown)))}
        )
    if decision.verdict == Verdict.NONE_POSSIBLE and not locked.options:
        raise Refused(_("„Keiner möglich“ ist nur eine Antwort, wenn nach Terminen gefragt ist."))


@transaction.atomic
def meet_condition(
    *, condition: Condition, note: str, by, now: dt.datetime, notify: bool = True
) -> Condition:
    """Record that the office met `condition`; with `notify` it mails the senator's office and its
    deputies.

    Raises NotAllowed for anyone but the office, ChangedMeanwhile when it is already met (the
    sentence says by whom and when), Refused when the approval lapsed and its conditions with it.
    """
    require_office(by, str(OFFICE_MEETS_CONDITIONS))
    # Lock the approval first, like every other service: different lock orders could deadlock.
    approval = _lock_approval(condition.approval_id)
    conditions = Condition.objects.select_for_update(of=("self",)).select_related("met_by__person")
    locked = conditions.get(pk=condition.pk)
    if locked.met_at:
        raise ChangedMeanwhile(
            _("Diese Auflage ist bereits als erfüllt vermerkt (am %(when)s, von: %(who)s).")
            % {"who": locked.met_by, "when": format_moment(locked.met_at)}
        )
    if approval.state != ApprovalState.CONDITIONAL:
        raise Refused(
            _("Die Freigabe ist %(state)s; ihre Auflagen gelten nicht mehr.")
            % {"state": approval.outcome}
        )
    locked.state = target_of(CONDITION_MOVES, "meet", locked)
    locked.met_at, locked.met_by, locked.note = now, by, note.strip()
    save_as(locked, by=by, now=now, reason=_("Auflage erfüllt"))
    if notify:
        mail_condition_met(approval, locked, now=now, by=by)
    return locked


@transaction.atomic
def withdraw_approval(
    *, kind: str, subject_id: int, by, now: dt.datetime
) -> ApprovalRequest | None:
    """Withdraw the open approval of a subject, if there is one; mails the deciders."""
    approval = _locked_approvals(kind, subject_id).open().first()
    if approval is None:
        return None
    approval.state = target_of(MOVES, "withdraw", approval)
    approval.withdrawn_at, approval.withdrawn_by = now, by
    save_as(approval, by=by, now=now, reason=approval.get_state_display())
    withdraw_submission_mails(approval, now=now, by=by)
    mail_withdrawal(approval, now=now, by=by)
    return approval


@transaction.atomic
def lapse_approvals(*, kind: str, subject_id: int, reason: str, by, now: dt.datetime) -> int:
    """Let every open or granted approval of a postponed or cancelled subject lapse.

    Returns how many lapsed. Mails the deciders of an open one that there is nothing left to decide;
    the caller mails everyone else about the subject itself.
    """
    approvals = _approvals_in_force(kind, subject_id)
    for approval in approvals:
        was_open = approval.is_open
        _lapse(approval, reason, by=by, now=now)
        if was_open:
            mail_withdrawal(approval, now=now, by=by)
    return len(approvals)


@transaction.atomic
def lapse_changed_approvals(
    *,
    kind: str,
    subject_id: int,
    changes: list[Change],
    reason: str = "",
    further_recipients: Iterable[Person] = (),
    by,
    now: dt.datetime,
) -> int:
    """Let every open or granted approval of a subject lapse after a change that it is bound to.

    Returns how many lapsed. Mails the changes to the deciders, the office and `further_recipients`.
    `reason` replaces the list of changes if nothing has changed yet.
    """
    approvals = _approvals_in_force(kind, subject_id)
    for approval in approvals:
        _lapse(approval, reason or lapse_reason_for(changes), by=by, now=now)
    # One mail for all of them: the change is the same, and the latest approval is the one to open.
    if approvals:
        mail_lapse(approvals[-1], changes, further_recipients, now=now, by=by)
    return len(approvals)


def _locked_approvals(kind: str, subject_id: int):
    approvals = ApprovalRequest.objects.select_for_update(of=("self",)).filter(
        kind=kind, subject_id=subject_id
    )
    # Always locked in the same order, so that two services cannot deadlock.
    return approvals.order_by("submitted_at", "pk")


def _approvals_in_force(kind: str, subject_id: int) -> list[ApprovalRequest]:
    return list(_locked_approvals(kind, subject_id).filter(state__in=IN_FORCE))


def _lapse(approval: ApprovalRequest, reason: str, *, by, now: dt.datetime) -> None:
    approval.state = target_of(MOVES, "lapse", approval)
    approval.lapsed_at, approval.lapsed_by = now, by
    approval.lapse_reason = shorten(reason, MAX_LAPSE_REASON_LENGTH)
    save_as(approval, by=by, now=now, reason=reason)
    withdraw_submission_mails(approval, now=now, by=by)
