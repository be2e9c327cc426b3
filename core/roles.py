"""Role names and role predicates. A role is a group of the same name; deputies act with their
principal's roles.

The user model offers `user.roles`, a frozenset of role names read once per request.
"""

from django.conf import settings
from django.utils.translation import gettext as _

OFFICE = "office"
SENATOR_OFFICE = "senator_office"
PARTNER = "partner"
OBSERVER = "observer"

ROLES = (OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER)


def has_role(user, *names: str) -> bool:
    """Say whether `user` is signed in, active and has at least one of the roles `names`."""
    return bool(
        user and user.is_authenticated and user.is_active and user.roles.intersection(names)
    )


def is_office(user) -> bool:
    return has_role(user, OFFICE)


def is_senator_office(user) -> bool:
    return has_role(user, SENATOR_OFFICE)


def is_inside(user) -> bool:
    """Say whether `user` belongs to the office or to the senator's office."""
    return has_role(user, OFFICE, SENATOR_OFFICE)


def senator_office_name() -> str:
    """Return how the office of the head of the house is called, `Büro der Senatorin`."""
    return _("Büro %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE}
