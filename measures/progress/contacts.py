"""What pages say about the contacts of a measure or project, by who reads it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from core.html import draw_badge
from core.roles import PARTNER, has_role, is_inside
from measures.enums import ContactRole
from measures.models import Contact
from measures.permissions import can_change_measures
from measures.progress.measures import link_to
from partners.models import Deputy


class ContactLine(NamedTuple):
    """One contact; `links` are (URL, label) of what the office can do."""

    role: str
    who: str | SafeString
    note: str
    email: str
    phone: str
    deputies: list[str | SafeString]
    left: SafeString
    is_deputy: bool
    links: list[tuple[str, str]]


def contact_lines(
    contacts: Iterable[Contact], deputies: Mapping[int, list[Deputy]], user
) -> list[ContactLine]:
    """Return the lines of `contacts`, whose deputyships of today are `deputies`."""
    return [_line(contact, deputies.get(contact.person_id, []), user) for contact in contacts]


def _line(contact: Contact, deputies: list[Deputy], user) -> ContactLine:
    person = contact.person
    organisation = person.organisation.label if person.organisation else ""
    shown = {
        "role": contact.get_role_display(),
        "is_deputy": contact.role == ContactRole.DEPUTY,
        "left": SafeString(""),
        "deputies": [],
        "links": [],
    }
    # Data protection: outside the two offices a function answers whom to ask; names and addresses
    # are those of people who never agreed to be listed.
    if not is_inside(user):
        is_colleague = has_role(user, PARTNER) and person.organisation_id in user.organisation_ids
        who = link_to(person) if is_colleague else contact.function_label
        parts = [contact.function_label if is_colleague else "", organisation]
        note = ", ".join(filter(None, parts)) if who else ""
        return ContactLine(who=who or organisation, note=note, email="", phone="", **shown)
    if not person.is_active:
        shown["left"] = draw_badge(_("nicht mehr aktiv"), "muted")
    if can_change_measures(user):
        change = _("Ändern") if person.is_active else _("Ersetzen")
        shown["links"] = [
            (reverse("measures:contact_edit", args=[contact.pk]), change),
            (reverse("measures:contact_remove", args=[contact.pk]), _("Entfernen")),
        ]
    return ContactLine(
        who=link_to(person),
        note=", ".join(filter(None, [contact.function_label, organisation])),
        # Whoever has left is not to be written to.
        email=person.email if person.is_active else "",
        phone=person.phone if person.is_active else "",
        **shown | {"deputies": [_stands_in(deputyship) for deputyship in deputies]},
    )


def _stands_in(deputyship: Deputy) -> str:
    name = deputyship.deputy.name
    if deputyship.ends_on is None:
        return _("zurzeit vertreten durch %(name)s") % {"name": name}
    return _("bis %(day)s vertreten durch %(name)s") % {
        "day": format_date(deputyship.ends_on),
        "name": name,
    }
