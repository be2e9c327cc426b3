"""Decide on a request: one answer, given once, by somebody who may."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.answers import Decision, decision_of, why_settled
from approvals.enums import GRANTING, MOVES, Answer
from approvals.mails import mail_decision, withdraw_asking
from approvals.models import ApprovalRequest, Condition
from approvals.permissions import acts_as_deputy, may_decide, why_not
from approvals.proposals import Proposal
from core.dates import local_date
from core.errors import NotEntitled, Outpaced, Refused
from core.history import save_as
from core.states import target_of

LONGEST_CONDITION = 500


def lock_request(pk: int) -> ApprovalRequest:
    """Return the request locked until the end of the transaction, so that of two decisions one
    comes second.
    """
    rows = ApprovalRequest.objects.select_for_update(of=("self",))
    return rows.select_related("decided_by__person", "withdrawn_by__person").get(pk=pk)


@transaction.atomic
def record_decision(
    *,
    request: ApprovalRequest,
    answer: str,
    comment: str,
    by,
    now: dt.datetime,
    chosen: Iterable[int] | None = None,
    conditions: Iterable[str] = (),
    proposals: Iterable[Proposal] = (),
) -> ApprovalRequest:
    """Write the decision `answer` on `request` and tell the office; returns the locked, saved row.

    `chosen` holds the ids of the ticked options, `conditions` what has to be met (for the answer
    with a condition), `proposals` dates proposed instead (for the answer that none is possible).
    Raises NotEntitled for anybody who may not decide on it, Outpaced when it was decided (with who
    and when) or is asked no longer, Refused where the answer lacks something.
    """
    if not may_decide(by, request):
        raise NotEntitled(why_not(by, local_date(now), request))
    locked = lock_request(request.pk)
    if not locked.is_open:
        raise Outpaced(why_settled(locked))
    decision = decision_of(answer, comment, chosen, conditions, proposals)
    _check_words(locked, decision)
    _check_options(locked, decision)
    _check_proposals(locked, decision, now)
    locked.state = target_of(MOVES, decision.answer, locked)
    locked.comment, locked.chosen = decision.comment, decision.chosen
    locked.none_possible = decision.answer == Answer.NONE_POSSIBLE
    locked.proposals = [proposal.as_row() for proposal in decision.proposals]
    locked.decided_at, locked.decided_by, locked.by_deputy = (
        now,
        by,
        acts_as_deputy(by, locked.kind),
    )
    save_as(locked, by=by, reason=locked.outcome)
    for text in decision.conditions:
        save_as(Condition(request=locked, text=text), by=by, reason=_("Auflage erteilt"))
    withdraw_asking(locked, now=now, by=by)
    mail_decision(locked, now=now, by=by)
    return locked


def _check_words(locked: ApprovalRequest, decision: Decision) -> None:
    if decision.answer in (Answer.RETURN, Answer.REFUSE) and not decision.comment:
        raise Refused(
            _("Bitte begründen Sie kurz, damit die Geschäftsstelle weiß, was zu tun ist.")
        )
    if decision.answer != Answer.CONDITION:
        return
    if not decision.conditions:
        raise Refused(_("Bitte nennen Sie die Auflage, die zu erfüllen ist."))
    if max(map(len, decision.conditions)) > LONGEST_CONDITION:
        raise Refused(
            _("Bitte fassen Sie eine Auflage kürzer; möglich sind %(count)d Zeichen.")
            % {"count": LONGEST_CONDITION}
        )


def _check_options(locked: ApprovalRequest, decision: Decision) -> None:
    if unknown := set(decision.chosen) - {option["id"] for option in locked.options}:
        raise Refused(
            _("Unbekannte Auswahl: %(ids)s.") % {"ids": ", ".join(map(str, sorted(unknown)))}
        )
    if decision.answer in GRANTING and locked.options and not decision.chosen:
        raise Refused(
            _(
                "Bitte kreuzen Sie mindestens einen Termin an, oder antworten Sie, dass keiner "
                "möglich ist."
            )
        )


def _check_proposals(locked: ApprovalRequest, decision: Decision, now: dt.datetime) -> None:
    if decision.answer != Answer.NONE_POSSIBLE:
        return
    if not locked.options:
        raise Refused(_("„Keiner möglich“ ist nur eine Antwort, wenn nach Terminen gefragt ist."))
    if not decision.proposals and not decision.comment:
        raise Refused(
            _(
                "Bitte schlagen Sie einen anderen Termin vor, oder schreiben Sie, wann es möglich "
                "wäre."
            )
        )
    for proposal in decision.proposals:
        if proposal.starts_at <= now:
            raise Refused(
                _("Der vorgeschlagene Termin liegt in der Vergangenheit: %(date)s.")
                % {"date": proposal}
            )
        if proposal.ends_at and proposal.ends_at <= proposal.starts_at:
            raise Refused(_("Das Ende muss nach dem Beginn liegen: %(date)s.") % {"date": proposal})
