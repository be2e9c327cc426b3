"""Who may do what with reported barriers."""

from accessibility.enums import BARRIER_MOVES
from core.roles import is_office
from core.states import allowed_actions


def can_answer(user) -> bool:
    """The office answers reports and notes that it did."""
    return is_office(user)


def open_actions(user, report) -> list[str]:
    """Return the actions that both the state of `report` and the role of `user` allow."""
    # What was written is gone, so there is nothing left to answer.
    if report.is_removed or not can_answer(user):
        return []
    return allowed_actions(BARRIER_MOVES, report)
