"""Permissions for pages that combine several apps."""

from core.roles import OBSERVER, OFFICE, SENATOR_OFFICE, has_role


def can_see_sector_balance(user) -> bool:
    """Allow roles concerned with all sectors; partners represent only their own."""
    return has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER)
