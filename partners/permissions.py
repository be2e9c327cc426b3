"""Who may see and change what about organisations, people and accounts; and who may sign in at all."""

from django.conf import settings

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role


def may_sign_in(user) -> bool:
    """Active accounts sign in; those of the demo only in a demo, whatever way they choose."""
    return user.is_active and (settings.DEMO or not user.is_demo)


def can_manage_partners(user) -> bool:
    """The office adds and edits organisations, people, accounts and distribution lists."""
    return has_role(user, OFFICE)


def can_see_organisations(user) -> bool:
    return has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER, PARTNER)


def can_see_people(user) -> bool:
    """People are personal data: not for those who only observe."""
    return has_role(user, OFFICE, SENATOR_OFFICE, PARTNER)


def can_see_lists(user) -> bool:
    return has_role(user, OFFICE, SENATOR_OFFICE)


def can_see_notes(user) -> bool:
    """Internal notes are the office's alone."""
    return has_role(user, OFFICE)


def can_arrange_deputy(user, principal) -> bool:
    """The office arranges deputies for others, everybody for oneself."""
    return can_manage_partners(user) or (user.is_active and user.person_id == principal.pk)
