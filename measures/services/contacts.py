"""Contacts of measures and projects, maintained by the office. Nobody is mailed about it."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import lock_present, require_unchanged
from core.errors import Concern, Refused, require_heeded
from core.history import delete_as, save_changes_as, save_values_as
from core.models import Origin
from measures.enums import ContactRole
from measures.models import Contact, Measure, Project
from measures.models.contacts import UndertakingPart
from measures.permissions import can_change_measures, require_permission
from partners.models import Person

Part = TypeVar("Part", bound=UndertakingPart)


@transaction.atomic
def create_contact(
    *,
    owner: Measure | Project,
    values: Mapping[str, Any],
    heeded: Collection[str] = (),
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> Contact:
    """Return a new contact of the measure or project `owner`; `origin` marks invented ones.

    Raises `NotAllowed`, `Warned`; `Refused` if the person is a contact there already.
    """
    require_permission(can_change_measures(by))
    contact = part_of(owner, Contact)
    contact.origin = origin
    _require_close(owner, values["person"], heeded)
    _require_new(contact, values["person"])
    reason = _("%(role)s eingetragen") % {"role": ContactRole(values["role"]).label}
    save_values_as(contact, values, by=by, now=now, reason=reason)
    return contact


@transaction.atomic
def change_contact(
    *,
    contact: Contact,
    values: Mapping[str, Any],
    version: str,
    heeded: Collection[str] = (),
    by,
    now: dt.datetime,
) -> Contact:
    """Save those of `values` that differ; another person replaces the one before.

    Raises `NotAllowed`, `ChangedMeanwhile`, `Warned`, `Refused`.
    """
    require_permission(can_change_measures(by))
    contact = lock_part(contact)
    require_unchanged(contact, version, values)
    # Whoever was accepted before is no question again.
    if values["person"] != contact.person:
        _require_close(contact.owner, values["person"], heeded)
        _require_new(contact, values["person"])
    save_changes_as(contact, values, by=by, now=now)
    return contact


@transaction.atomic
def remove_contact(*, contact: Contact, by, now: dt.datetime) -> None:
    """Remove `contact`; its history stays. Raises `NotAllowed`, `ChangedMeanwhile`."""
    require_permission(can_change_measures(by))
    contact = lock_part(contact)
    reason = _("%(role)s entfernt") % {"role": contact.get_role_display()}
    delete_as(contact, by=by, now=now, reason=reason)


def part_of(owner: Measure | Project, model: type[Part]) -> Part:
    """Return an unsaved `model` of the measure or project `owner`."""
    return model(**{"measure" if isinstance(owner, Measure) else "project": owner})


def lock_part(part: Part) -> Part:
    """Return `part` as it is now, locked, with what it belongs to. Raises `ChangedMeanwhile` when
    it was removed.
    """
    gone = _("Dieser Eintrag wurde inzwischen entfernt.")
    return lock_present(part, gone, "measure", "project")


def _require_close(owner: Measure | Project, person: Person, heeded: Collection[str]) -> None:
    sentence = _("Die Person gehört weder zur Federführung noch zu den unterstützenden Akteuren.")
    require_heeded(_concerns(owner, person), heeded, sentence)


def _concerns(owner: Measure | Project, person: Person) -> list[Concern]:
    """Return a concern if `person` is of another organisation than those that take part."""
    known = {owner.lead_id, *owner.supporters.values_list("pk", flat=True)} - {None}
    # Where no organisation is known, any may be the right one.
    if not known or person.organisation_id is None or person.organisation_id in known:
        return []
    text = _("gehört nicht zu %(lead)s oder den unterstützenden Akteuren") % {
        "lead": owner.lead_label or _("einer Federführung")
    }
    # Another question when the organisation changes meanwhile.
    key = f"contact-{person.pk}-of-{person.organisation_id}"
    return [Concern(key, person.name_with_organisation, person.get_absolute_url(), text)]


def _require_new(contact: Contact, person: Person) -> None:
    others = Contact.objects.filter(person=person).exclude(pk=contact.pk)
    if others.filter(measure=contact.measure, project=contact.project).exists():
        raise Refused(_("%(person)s ist dort schon Kontakt.") % {"person": person})
