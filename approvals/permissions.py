"""Who may ask for an approval and who may give it."""

from core.roles import OFFICE, SENATOR_OFFICE, has_role


def can_submit(user) -> bool:
    """The office submits."""
    return has_role(user, OFFICE)


def can_decide(user) -> bool:
    """The senator's office decides, and for the time of a deputyship its deputies."""
    return has_role(user, SENATOR_OFFICE)


def acts_as_deputy(user) -> bool:
    """Say whether `user` decides only *in Vertretung*: the role comes from a principal, not from the own account."""
    return can_decide(user) and SENATOR_OFFICE not in user.own_roles
