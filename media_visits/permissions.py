"""Who may do what with visits, press slots and clippings."""

from approvals import permissions as approvals
from approvals.enums import ApprovalKind
from core.roles import OFFICE, SENATOR_OFFICE, has_role
from core.states import allowed_actions
from media_visits.enums import VISIT_MOVES

DECISIONS = ("approve", "condition", "return", "refuse")
# What happens by itself when a submitted or approved visit is changed; never a button.
CONSEQUENCES = ("lapse",)


def can_manage(user) -> bool:
    """The office plans visits, keeps press slots and clippings, and sees internal notes."""
    return has_role(user, OFFICE)


def can_decide(user) -> bool:
    """The senator's office decides, and for the time of a deputyship its deputies for visits."""
    return approvals.can_decide_kind(user, ApprovalKind.VISIT)


def can_see_course(user) -> bool:
    """The change log and the brief for the head of the house stay inside the house."""
    return has_role(user, OFFICE, SENATOR_OFFICE)


def can_act(user, action: str) -> bool:
    """Say whether the role of `user` allows `action` of the state table at all, whatever the
    visit's state.
    """
    return can_decide(user) if action in DECISIONS else can_manage(user)


def open_actions(user, visit) -> list[str]:
    """Return the actions that state and role allow `user` on `visit`."""
    return [
        action
        for action in allowed_actions(VISIT_MOVES, visit)
        if action not in CONSEQUENCES and can_act(user, action)
    ]
