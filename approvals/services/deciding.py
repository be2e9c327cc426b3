"""Decide on a request: one answer, given once, by somebody who may."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import GRANTING, MOVES, Answer, ApprovalState
from approvals.mails import mail_decision, withdraw_asking
from approvals.models import ApprovalRequest, Condition
from approvals.permissions import acts_as_deputy, may_decide, why_not
from approvals.proposals import Proposal
from core.dates import format_date, format_moment, local_date
from core.errors import NotEntitled, Outpaced, Refused
from core.history import save_as
from core.states import target_of

LONGEST_CONDITION = 500


class Decision(NamedTuple):
    """An answer with all that was entered for it, without what this answer does not need."""

    answer: Answer
    comment: str
    chosen: list[int]
    conditions: list[str]
    proposals: list[Proposal]


def lock_request(pk: int) -> ApprovalRequest:
    """Return the request locked until the end of the transaction, so that of two decisions one comes second."""
    return ApprovalRequest.objects.select_for_update(of=("self",)).select_related("decided_by__person").get(pk=pk)


@transaction.atomic
def record_decision(
    *, request: ApprovalRequest, answer: str, comment: str, by, now: dt.datetime, chosen: Iterable[int] | None = None,
    conditions: Iterable[str] = (), proposals: Iterable[Proposal] = (),
) -> ApprovalRequest:  # fmt: skip
    """Write the decision `answer` on `request` and tell the office; returns the locked, saved row.

    `chosen` holds the ids of the ticked options, `conditions` what has to be met (for the answer with a condition),
    `proposals` dates proposed instead (for the answer that none is possible). Raises NotEntitled for anybody who may
    not decide on it, Outpaced when it was decided (with who and when) or is asked no longer, Refused where the answer
    lacks something.
    """
    if not may_decide(by, request):
        raise NotEntitled(why_not(by, local_date(now), request))
    locked = lock_request(request.pk)
    _require_open(locked)
    decision = _decision(Answer(answer), comment, chosen, conditions, proposals)
    _check_words(locked, decision)
    _check_options(locked, decision)
    _check_proposals(locked, decision, now)
    locked.state = target_of(MOVES, decision.answer, locked)
    locked.comment, locked.chosen = decision.comment, decision.chosen
    locked.none_possible = decision.answer == Answer.NONE_POSSIBLE
    locked.proposals = [proposal.as_row() for proposal in decision.proposals]
    locked.decided_at, locked.decided_by, locked.by_deputy = now, by, acts_as_deputy(by, locked.kind)
    save_as(locked, by=by, reason=locked.outcome)
    for text in decision.conditions:
        save_as(Condition(request=locked, text=text), by=by, reason=_("Auflage erteilt"))
    withdraw_asking(locked, now=now, by=by)
    mail_decision(locked, now=now, by=by)
    return locked


def _require_open(locked: ApprovalRequest) -> None:
    if locked.state == ApprovalState.LAPSED and locked.lapsed_at:
        raise Outpaced(
            _("Diese Freigabe ist am %(when)s erloschen (%(reason)s). Ihre Eingabe gilt nicht.")
            % {"when": format_date(locked.lapsed_at), "reason": locked.lapse_reason}
        )
    if locked.decided_at and locked.state != ApprovalState.LAPSED:
        raise Outpaced(
            _("Diese Freigabe hat %(who)s am %(when)s bereits entschieden: %(state)s. Ihre Eingabe gilt nicht.")
            % {"who": locked.decided_by, "when": format_moment(locked.decided_at), "state": locked.outcome}
        )
    if not locked.is_open:
        raise Outpaced(_("Diese Freigabe ist %(state)s.") % {"state": locked.get_state_display()})


def _decision(answer: Answer, comment: str, chosen, conditions, proposals) -> Decision:
    """Return what was entered, trimmed, each thing once, and only what belongs to `answer`."""
    texts = dict.fromkeys(text.strip() for text in conditions)
    return Decision(
        answer,
        comment.strip(),
        sorted(set(chosen or [])) if answer in GRANTING else [],
        [text for text in texts if text] if answer == Answer.CONDITION else [],
        sorted(set(proposals)) if answer == Answer.NONE_POSSIBLE else [],
    )


def _check_words(locked: ApprovalRequest, decision: Decision) -> None:
    if decision.answer in (Answer.RETURN, Answer.REFUSE) and not decision.comment:
        raise Refused(_("Bitte begründen Sie kurz, damit die Geschäftsstelle weiß, was zu tun ist."))
    if decision.answer != Answer.CONDITION:
        return
    if not decision.conditions:
        raise Refused(_("Bitte nennen Sie die Auflage, die zu erfüllen ist."))
    if max(map(len, decision.conditions)) > LONGEST_CONDITION:
        raise Refused(
            _("Bitte fassen Sie eine Auflage kürzer; möglich sind %(count)d Zeichen.") % {"count": LONGEST_CONDITION}
        )


def _check_options(locked: ApprovalRequest, decision: Decision) -> None:
    if unknown := set(decision.chosen) - {option["id"] for option in locked.options}:
        raise Refused(_("Unbekannte Auswahl: %(ids)s.") % {"ids": ", ".join(map(str, sorted(unknown)))})
    if decision.answer in GRANTING and locked.options and not decision.chosen:
        raise Refused(_("Bitte kreuzen Sie mindestens einen Termin an, oder antworten Sie, dass keiner möglich ist."))


def _check_proposals(locked: ApprovalRequest, decision: Decision, now: dt.datetime) -> None:
    if decision.answer != Answer.NONE_POSSIBLE:
        return
    if not locked.options:
        raise Refused(_("„Keiner möglich“ ist nur eine Antwort, wenn nach Terminen gefragt ist."))
    if not decision.proposals and not decision.comment:
        raise Refused(_("Bitte schlagen Sie einen anderen Termin vor, oder schreiben Sie, wann es möglich wäre."))
    for proposal in decision.proposals:
        if proposal.starts_at <= now:
            raise Refused(_("Der vorgeschlagene Termin liegt in der Vergangenheit: %(date)s.") % {"date": proposal})
        if proposal.ends_at and proposal.ends_at <= proposal.starts_at:
            raise Refused(_("Das Ende muss nach dem Beginn liegen: %(date)s.") % {"date": proposal})
