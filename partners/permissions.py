"""Who may sign in, and who may see and change organisations, people and accounts."""

from django.conf import settings
from django.utils.translation import gettext as _

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role, require_office

# Whoever has one of these roles reads contacts, mails and internal notes.
INSIDE_ROLES = frozenset({OFFICE, SENATOR_OFFICE})


def may_sign_in(user) -> bool:
    # The password of demo accounts is public, so they must not work in a real portal.
    return user.is_active and (settings.DEMO or not user.is_demo)


def can_manage_partners(user) -> bool:
    """The office maintains organisations, people, accounts and distribution lists."""
    return has_role(user, OFFICE)


def require_can_manage_partners(user) -> None:
    """Raise NotAllowed unless `user` may change organisations, people, accounts and lists."""
    require_office(user, _("Organisationen, Personen und Konten pflegt die Geschäftsstelle."))


def can_see_organisations(user) -> bool:
    return has_role(user, OFFICE, SENATOR_OFFICE, OBSERVER, PARTNER)


def can_see_people(user) -> bool:
    # Contacts are personal data that the steering committee does not need.
    return has_role(user, OFFICE, SENATOR_OFFICE, PARTNER)


def can_see_lists(user) -> bool:
    # Partners must not see each other's contacts, which distribution lists combine.
    return has_role(user, OFFICE, SENATOR_OFFICE)


def can_see_responsible(user) -> bool:
    """Who in the office is in charge of a record is internal to both offices."""
    return has_role(user, OFFICE, SENATOR_OFFICE)


def can_assign(user) -> bool:
    """The office decides who is in charge of a record, and hands records over."""
    return has_role(user, OFFICE)


def can_see_accounts(user) -> bool:
    return has_role(user, OFFICE, SENATOR_OFFICE)


def can_see_notes(user) -> bool:
    # The office writes these notes for itself only.
    return has_role(user, OFFICE)


def can_arrange_deputy(user, principal) -> bool:
    """The office arranges deputies for everyone, others only for themselves."""
    return can_manage_partners(user) or (user.is_active and user.person_id == principal.pk)


def borrowed_roles(deputy, principal) -> frozenset[str]:
    """Return the roles of the two offices that the person `deputy` gets only by acting for
    `principal`.
    """
    lent = principal.user.own_roles & INSIDE_ROLES
    return frozenset(lent - deputy.user.own_roles)


def can_act_for(deputy, principal) -> bool:
    """Whether the person `deputy` may be made a deputy of the person `principal`.

    A deputy gets all rights of the principal, so the two offices may only lend them to their own
    house, or to somebody who has the same role already. Both people must have an account.
    """
    if not borrowed_roles(deputy, principal):
        return True
    # Whoever submits must not decide as well, and the office's notes are for itself only.
    if deputy.user.own_roles & INSIDE_ROLES:
        return False
    return bool(principal.organisation_id and deputy.organisation_id == principal.organisation_id)
