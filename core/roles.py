"""Roles and role predicates. A role is a Django group of the same name.

The user model provides `user.roles`, a frozenset that includes the roles of people the user
represents as a deputy; it is read once per request.
"""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import NotAllowed

OFFICE = "office"
SENATOR_OFFICE = "senator_office"
PARTNER = "partner"
OBSERVER = "observer"

ROLES = (OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER)
OFFICE_ONLY = gettext_lazy("Das ist der Geschäftsstelle vorbehalten.")


# Django's permissions are not used: roles are few, and deputies borrow whole roles.
def has_role(user, *names: str) -> bool:
    """Return whether `user` is signed in, active and has at least one of the roles `names`."""
    return bool(
        user and user.is_authenticated and user.is_active and user.roles.intersection(names)
    )


def is_office(user) -> bool:
    return has_role(user, OFFICE)


def require_office(by, sentence: str | Promise = OFFICE_ONLY) -> None:
    """Raise NotAllowed with `sentence` unless `by` belongs to the office.

    For services; views call `core.views.require_office`.
    """
    if not is_office(by):
        raise NotAllowed(str(sentence))


def is_senator_office(user) -> bool:
    return has_role(user, SENATOR_OFFICE)


def is_inside(user) -> bool:
    """Return whether `user` belongs to the office or the senator's office."""
    return has_role(user, OFFICE, SENATOR_OFFICE)


# For texts made when the code is loaded.
SENATOR_OFFICE_NAME = format_lazy(gettext_lazy("Büro {head}"), head=settings.HEAD_TITLE_GENITIVE)


def senator_office_name() -> str:
    """Return the name of the senator's office, `Büro der Senatorin`."""
    return _("Büro %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE}


def name_or_function(person, organisation_id: int | None, reader) -> str:
    """Return the name of `person`, who acted for an organisation, if `reader` may know it, as both
    offices and those who speak for the organisation do; otherwise the function, which may be "".
    """
    is_colleague = organisation_id in reader.organisation_ids
    return str(person) if is_inside(reader) or is_colleague else person.function


def actor_label(account, reader) -> str:
    """Return who acted, for the *Verlauf* that `reader` sees. The office and the senator's office
    appear by their role, since the log shows which side acted, not which colleague.

    Load the groups of `account` and `person__organisation` first.
    """
    # `account.roles` would cost a query per entry.
    roles = {group.name for group in account.groups.all()}
    if OFFICE in roles:
        return _("Geschäftsstelle")
    if SENATOR_OFFICE in roles:
        return senator_office_name()
    organisation = account.person.organisation
    name = name_or_function(account.person, account.organisation_id, reader)
    if not organisation:
        return name
    return f"{organisation.label} ({name})" if name else organisation.label
