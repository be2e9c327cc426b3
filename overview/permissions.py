"""Who sees what on the pages that combine apps."""

from core.roles import OBSERVER, OFFICE, SENATOR_OFFICE, has_role


def can_see_sector_balance(user) -> bool:
    """Those who look after all sectors do; partners, who stand for one, do not."""
    return has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER)
