"""Who may do what with visits, press slots and press coverage."""

from approvals import permissions as approvals
from approvals.enums import ApprovalKind
from core.roles import is_inside, is_office
from core.states import allowed_actions
from media_visits.enums import VISIT_MOVES

DECISIONS = ("approve", "condition", "return", "refuse")
# Side effects of other changes, which never have a button.
AUTOMATIC_ACTIONS = ("lapse",)


def can_manage(user) -> bool:
    """The office plans visits, keeps press slots and coverage, and sees internal notes."""
    return is_office(user)


def can_decide(user) -> bool:
    """The senator's office decides, and so do current deputies whose deputyship covers visits."""
    return approvals.can_decide_kind(user, ApprovalKind.VISIT)


def can_see_internals(user) -> bool:
    """History, briefing and press tone are for the office and the senator's office only."""
    return is_inside(user)


def can_act(user, action: str) -> bool:
    """Whether the role of `user` allows `action`, regardless of the state of the visit."""
    return can_decide(user) if action in DECISIONS else can_manage(user)


def open_actions(user, visit) -> list[str]:
    """Return the actions that both the state of `visit` and the role of `user` allow."""
    return [
        action
        for action in allowed_actions(VISIT_MOVES, visit)
        if action not in AUTOMATIC_ACTIONS and can_act(user, action)
    ]
