"""The doors of approvals. Deciding moves the subject too: that is the caller's part.

The subject's app owns the door (`dialogues.services.decide_topic`, …): it calls `record_decision`
and moves its subject in the same transaction.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from approvals.documents import attach_files
from approvals.enums import (
    CONDITION_MOVES,
    IN_FORCE,
    MOVES,
    ApprovalState,
    Verdict,
)
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
    can_decide,
    can_submit,
    is_deputy_for,
    refusal_reason,
    refusal_reason_when_closed,
)
from approvals.queries import approval_to_compare
from approvals.registry import Briefing, Change, Decision, Subject, lapse_reason_for
from core.dates import format_moment, local_date
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.history import save_as
from core.states import target_of
from partners.models import Person

__all__ = [
    "lapse_approvals",
    "lapse_changed_approvals",
    "lock_approval",
    "meet_condition",
    "record_decision",
    "request_approval",
    "withdraw_approval",
]


@transaction.atomic
def request_approval(
    *, subject: Subject, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Ask the senator's office about `subject` until `due_on` and tell it by mail.

    The request remembers which earlier one it differs from. Raises NotEntitled for anybody but the
    office, Refused when the day lies in the past, the vote is missing or an attachment cannot be
    taken, Outpaced when a request about the same subject is open.
    """
    if not can_submit(by):
        raise NotAllowed(_("Freigaben beantragt die Geschäftsstelle."))
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
    try:
        with transaction.atomic():
            save_as(approval, by=by, now=now, reason=_("Freigabe beantragt"))
    except IntegrityError as error:
        raise ChangedMeanwhile(
            _("Für diesen Gegenstand ist bereits eine Freigabe beantragt.")
        ) from error
    attach_files(approval, briefing.attachments, by=by, now=now)
    mail_submission(approval, now=now, by=by)
    return approval


MAX_CONDITION_LENGTH = 500


def lock_approval(pk: int) -> ApprovalRequest:
    """Return the request locked until the end of the transaction, so that of two decisions one
    comes second.
    """
    rows = ApprovalRequest.objects.select_for_update(of=("self",))
    return rows.select_related("decided_by__person", "withdrawn_by__person").get(pk=pk)


@transaction.atomic
def record_decision(
    *, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime
) -> ApprovalRequest:
    """Write `decision` on `approval`, mail the office, and return the locked, saved approval.

    Moving the subject is the caller's part. Raises NotAllowed for anyone who may not decide it,
    ChangedMeanwhile when it is no longer open (the sentence says who was faster), Refused when the
    decision lacks something.
    """
    if not can_decide(by, approval):
        raise NotAllowed(refusal_reason(by, local_date(now), approval))
    locked = lock_approval(approval.pk)
    if not locked.is_open:
        raise ChangedMeanwhile(refusal_reason_when_closed(locked))
    _check_words(decision)
    _check_options(locked, decision)
    _check_counter_dates(locked, decision, now)
    locked.state = target_of(MOVES, decision.verdict, locked)
    locked.comment, locked.chosen = decision.comment, list(decision.chosen)
    locked.none_possible = decision.verdict == Verdict.NONE_POSSIBLE
    locked.counter_dates = [date.as_json() for date in decision.counter_dates]
    locked.decided_at, locked.decided_by = now, by
    locked.by_deputy = is_deputy_for(by, locked.kind)
    save_as(locked, by=by, now=now, reason=locked.outcome)
    for text in decision.conditions:
        save_as(Condition(approval=locked, text=text), by=by, now=now, reason=_("Auflage erteilt"))
    withdraw_submission_mails(locked, now=now, by=by)
    mail_decision(locked, now=now, by=by)
    return locked


def is_same_decision(approval: ApprovalRequest, decision: Decision, *, by) -> bool:
    """Return whether `by` already decided `approval` exactly so, as after a form sent twice over a
    bad connection.
    """
    return (
        approval.decided_by_id == by.pk
        and approval.state == MOVES[decision.verdict].target
        and approval.none_possible == (decision.verdict == Verdict.NONE_POSSIBLE)
        and (approval.comment, approval.chosen) == (decision.comment, list(decision.chosen))
        and approval.counter_dates == [date.as_json() for date in decision.counter_dates]
        and sorted(map(str, approval.conditions.all())) == sorted(decision.conditions)
    )


def _check_words(decision: Decision) -> None:
    if decision.verdict in (Verdict.RETURN, Verdict.REFUSE) and not decision.comment:
        raise Refused(
            _("Bitte begründen Sie kurz, damit die Geschäftsstelle weiß, was zu tun ist.")
        )
    if decision.verdict != Verdict.CONDITION:
        return
    if not decision.conditions:
        raise Refused(_("Bitte nennen Sie die Auflage, die zu erfüllen ist."))
    if max(map(len, decision.conditions)) > MAX_CONDITION_LENGTH:
        raise Refused(
            _("Bitte fassen Sie eine Auflage kürzer; möglich sind %(count)d Zeichen.")
            % {"count": MAX_CONDITION_LENGTH}
        )


def _check_options(locked: ApprovalRequest, decision: Decision) -> None:
    if unknown := set(decision.chosen) - {option["id"] for option in locked.options}:
        raise Refused(
            _("Unbekannte Auswahl: %(ids)s.") % {"ids": ", ".join(map(str, sorted(unknown)))}
        )
    if decision.is_granting and locked.options and not decision.chosen:
        raise Refused(
            _(
                "Bitte kreuzen Sie mindestens einen Termin an, oder antworten Sie, dass keiner "
                "möglich ist."
            )
        )


def _check_counter_dates(locked: ApprovalRequest, decision: Decision, now: dt.datetime) -> None:
    if decision.verdict != Verdict.NONE_POSSIBLE:
        return
    if not locked.options:
        raise Refused(_("„Keiner möglich“ ist nur eine Antwort, wenn nach Terminen gefragt ist."))
    if not decision.counter_dates and not decision.comment:
        raise Refused(
            _(
                "Bitte schlagen Sie einen anderen Termin vor, oder schreiben Sie, wann es möglich "
                "wäre."
            )
        )
    for counter_date in decision.counter_dates:
        if counter_date.starts_at <= now:
            raise Refused(
                _("Der vorgeschlagene Termin liegt in der Vergangenheit: %(date)s.")
                % {"date": counter_date}
            )
        if counter_date.ends_at and counter_date.ends_at <= counter_date.starts_at:
            raise Refused(
                _("Das Ende muss nach dem Beginn liegen: %(date)s.") % {"date": counter_date}
            )


@transaction.atomic
def meet_condition(*, condition: Condition, note: str, by, now: dt.datetime) -> Condition:
    """Note that a condition was met and tell the senator's office.

    Raises NotEntitled for anybody but the office, Outpaced when somebody noted it before (with who
    and when), Refused when the approval lapsed meanwhile, since its conditions went with it.
    """
    if not can_submit(by):
        raise NotAllowed(_("Auflagen vermerkt die Geschäftsstelle als erfüllt."))
    approval = lock_approval(condition.approval_id)
    rows = Condition.objects.select_for_update(of=("self",)).select_related("met_by__person")
    locked = rows.get(pk=condition.pk)
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
    mail_condition_met(approval, locked, now=now, by=by)
    return locked


@transaction.atomic
def withdraw_approval(
    *, kind: str, subject_id: int, by, now: dt.datetime
) -> ApprovalRequest | None:
    """Take the open request about a subject back, if there is one, and tell the senator's office."""
    row = _locked(kind, subject_id).open().first()
    if row is None:
        return None
    row.state = target_of(MOVES, "withdraw", row)
    row.withdrawn_at, row.withdrawn_by = now, by
    save_as(row, by=by, now=now, reason=row.get_state_display())
    withdraw_submission_mails(row, now=now, by=by)
    mail_withdrawal(row, now=now, by=by)
    return row


@transaction.atomic
def lapse_approvals(*, kind: str, subject_id: int, reason: str, by, now: dt.datetime) -> int:
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
    """Let every open or granted approval of a subject lapse whose essentials changed; returns how
    many.

    All who are concerned are told once what changed: the senator's office with its deputies, the
    office, and `further_recipients`. `reason` says why where nothing has changed yet.
    """
    rows = _in_force(kind, subject_id)
    for row in rows:
        _lapse(row, reason or lapse_reason_for(changes), by=by, now=now)
    if rows:
        mail_lapse(rows[-1], changes, further_recipients, now=now, by=by)
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
    save_as(row, by=by, now=now, reason=reason)
    withdraw_submission_mails(row, now=now, by=by)
