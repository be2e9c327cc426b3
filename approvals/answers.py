"""What an answer consists of, and what somebody is told whose answer comes too late."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from approvals.enums import GRANTING, MOVES, Answer, ApprovalState
from approvals.models import ApprovalRequest
from approvals.proposals import Proposal
from core.dates import format_date, format_moment


class Decision(NamedTuple):
    """An answer with all that was entered for it, without what this answer does not need."""

    answer: Answer
    comment: str
    chosen: list[int]
    conditions: list[str]
    proposals: list[Proposal]


def decision_of(
    answer: str,
    comment: str,
    chosen: Iterable[int] | None = None,
    conditions: Iterable[str] = (),
    proposals: Iterable[Proposal] = (),
) -> Decision:
    """Return what was entered, trimmed, each thing once, and only what belongs to `answer`."""
    texts = dict.fromkeys(text.strip() for text in conditions)
    return Decision(
        Answer(answer),
        comment.strip(),
        sorted(set(chosen or [])) if answer in GRANTING else [],
        [text for text in texts if text] if answer == Answer.CONDITION else [],
        sorted(set(proposals)) if answer == Answer.NONE_POSSIBLE else [],
    )


def was_given(request: ApprovalRequest, decision: Decision, *, by) -> bool:
    """Say whether `by` decided exactly so on `request` before: a tap that was sent twice on a bad
    connection.
    """
    return (
        request.decided_by_id == by.pk
        and request.state == MOVES[decision.answer].target
        and request.none_possible == (decision.answer == Answer.NONE_POSSIBLE)
        and (request.comment, request.chosen) == (decision.comment, decision.chosen)
        and request.proposals == [proposal.as_row() for proposal in decision.proposals]
        and sorted(map(str, request.conditions.all())) == sorted(decision.conditions)
    )


def why_settled(request: ApprovalRequest) -> str:
    """Return the sentence for who answers a request that is no longer open: who was faster, or why
    it is not asked.
    """
    if request.state == ApprovalState.LAPSED and request.lapsed_at:
        return _(
            "Diese Freigabe ist am %(when)s erloschen (%(reason)s). Ihre Eingabe gilt nicht."
        ) % {
            "when": format_date(request.lapsed_at),
            "reason": request.lapse_reason,
        }
    if request.decided_at and request.state != ApprovalState.LAPSED:
        sentence = _(
            "Diese Freigabe ist bereits entschieden: %(state)s (am %(when)s, von: %(who)s). Ihre "
            "Eingabe gilt nicht."
        )
        return sentence % {
            "who": request.decided_by,
            "when": format_moment(request.decided_at),
            "state": request.outcome,
        }
    if request.withdrawn_at:
        return _(
            "Diese Freigabe ist zurückgezogen (am %(when)s, von: %(who)s). Ihre Eingabe gilt nicht."
        ) % {
            "who": request.withdrawn_by,
            "when": format_moment(request.withdrawn_at),
        }
    return _("Diese Freigabe ist %(state)s. Ihre Eingabe gilt nicht.") % {
        "state": request.get_state_display()
    }
