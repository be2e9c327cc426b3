from functools import partial

import pytest

from approvals.enums import CONDITION_MOVES, MOVES, ApprovalKind, ApprovalState, Verdict
from approvals.services import lapse_approvals, withdraw_approval
from core.errors import ChangedMeanwhile
from tests.approvals.builders import (
    NOW,
    decide,
    details_of,
    make_approval,
    make_subject,
)
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
CLOSED = r"^Diese Freigabe ist .+\. Ihre Eingabe gilt nicht\.$"

OPTIONS = [{"id": 7, "label": "Mo", "hint": ""}, {"id": 9, "label": "Di", "hint": ""}]
# A literal copy: action → (states it starts from, state it leads to).
EXPECTED_MOVES = {
    "approve": (("open",), "approved"),
    "condition": (("open",), "conditional"),
    "none_possible": (("open",), "returned"),
    "return": (("open",), "returned"),
    "refuse": (("open",), "refused"),
    "withdraw": (("open",), "withdrawn"),
    "lapse": (("open", "approved", "conditional"), "lapsed"),
}

ACTIONS = {
    **{
        verdict: lambda approval, office, senator, verdict=verdict: decide(
            approval, senator, verdict=verdict, **details_of(verdict, chosen=[7])
        )
        for verdict in Verdict
    },
    "withdraw": lambda approval, office, senator: withdraw_approval(
        kind=approval.kind, subject_id=approval.subject_id, by=office, now=NOW
    ),
    "lapse": lambda approval, office, senator: lapse_approvals(
        kind=approval.kind,
        subject_id=approval.subject_id,
        reason="Gegenstand geändert",
        by=office,
        now=NOW,
    ),
}


def test_approval_moves_are_as_listed():
    assert {action: (move.sources, move.target) for action, move in MOVES.items()} == EXPECTED_MOVES


def test_condition_moves_are_as_listed():
    moves = {action: (move.sources, move.target) for action, move in CONDITION_MOVES.items()}

    assert moves == {"meet": (("open",), "met")}


def test_every_action_of_the_table_is_tested():
    assert set(ACTIONS) == set(EXPECTED_MOVES)


@pytest.mark.parametrize("state", ApprovalState)
@pytest.mark.parametrize("action", ACTIONS)
def test_services_follow_the_table(state, action, office, senator):
    subject = make_subject(ApprovalKind.DATES, options=OPTIONS)
    approval = make_approval(state, by=office, decided_by=senator, subject=subject)
    act = partial(ACTIONS[action], approval, office, senator)

    sources, target = EXPECTED_MOVES[action]
    if state in sources:
        act()
        approval.refresh_from_db()
        assert approval.state == target
        assert approval.history.count() == 2
    elif action in ("withdraw", "lapse"):
        with nothing_changes(approval):
            assert not act()
    else:
        # `test_services_decision` has the sentence of each state.
        with nothing_changes(approval), pytest.raises(ChangedMeanwhile, match=CLOSED):
            act()
