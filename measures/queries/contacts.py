"""Contacts, documents and links of measures and projects, and who stands in for them today."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.roles import is_inside
from measures.models import Contact, Document, Link, Measure, Project
from partners.models import Deputy


def contacts_of(owner: Measure | Project, user) -> QuerySet[Contact]:
    """Return the contacts of a measure or project that `user` may see, in their order."""
    contacts = Contact.objects.visible_to(user).filter(belonging_to(owner)).in_order()
    return contacts.select_related("person__organisation")


def materials_of(owner: Measure | Project, user) -> list[Document | Link]:
    """Return the documents, then the links of a measure or project that `user` may see."""
    documents = Document.objects.visible_to(user).filter(belonging_to(owner)).in_order()
    links = Link.objects.visible_to(user).filter(belonging_to(owner)).in_order()
    return [*documents.select_related("uploaded_by__person"), *links]


def belonging_to(owner: Measure | Project) -> Q:
    return Q(measure=owner) if isinstance(owner, Measure) else Q(project=owner)


def deputies_today(contacts: Iterable[Contact], user, today: dt.date) -> dict[int, list[Deputy]]:
    """Return person id → the deputyships in which others act for them today; only the two offices
    see them here.
    """
    people = {contact.person_id for contact in contacts}
    found: dict[int, list[Deputy]] = {}
    if people and is_inside(user):
        valid = Deputy.objects.valid_on(today).filter(principal__in=people, deputy__is_active=True)
        for deputyship in valid.select_related("deputy").order_by("starts_on", "pk"):
            found.setdefault(deputyship.principal_id, []).append(deputyship)
    return found


def organisations_of(owner: Measure | Project) -> list[int]:
    """Return the keys of lead and supporters."""
    keys = [owner.lead_id, *owner.supporters.values_list("pk", flat=True)]
    return [key for key in keys if key]


def contacts_to_ask(plan: int | None, leads: Iterable[int]) -> list[int]:
    """Return the keys of the people to suggest when nobody of `leads` has an account: the contacts
    of their measures in the plan of this key, those named most often first, and last whoever is
    away today.
    """
    contacts = Contact.objects.filter(
        measure__plan=plan, measure__lead__in=leads, person__is_active=True
    ).exclude(person__email="")
    found = Counter(contacts.in_order().values_list("person", flat=True))
    away = Deputy.objects.valid_on(timezone.localdate()).filter(principal__in=list(found))
    away_today = set(away.values_list("principal", flat=True))
    # Sorting is stable: of two named equally often, the first contact stays first.
    return sorted(found, key=lambda person: (person in away_today, -found[person]))
