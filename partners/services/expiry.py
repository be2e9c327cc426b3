"""Who is no longer needed, and since when."""

import datetime as dt
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Max, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import add_months, local_date
from outbox.enums import FINAL_STATES
from outbox.models import Mail
from partners.models import Deputy, Person
from partners.registry import Need, person_data


class Expiry(NamedTuple):
    """When the data of `person` is deleted, and what it was last needed for."""

    person: Person
    due_on: dt.date
    last_need: Need


def people_without_function() -> QuerySet[Person]:
    """Return the people who have neither an account nor a place on a distribution list."""
    people = Person.objects.filter(user__isnull=True, anonymised_at__isnull=True)
    # The office keeps contacts without a matter by putting them on a list (ADR 22).
    return people.filter(distribution_lists__isnull=True)


def needs_of(people: QuerySet[Person]) -> dict[int, list[Need]]:
    """Return what the portal needs `people` for, by key."""
    needs: dict[int, list[Need]] = {}
    for data in person_data():
        for need in data.needs(people):
            needs.setdefault(need.person, []).append(need)
    return needs


def running_needs(person: Person, today: dt.date) -> list[Need]:
    """Return what still goes on, so that the data of `person` cannot be deleted yet."""
    needs = needs_of(Person.objects.filter(pk=person.pk)).get(person.pk, [])
    return [need for need in needs if need.until is None or need.until > today]


def reasons_against_erasure(person: Person, today: dt.date) -> list[Need]:
    """Return what has to end before the data of `person`, who has no account, can be deleted."""
    if hasattr(person, "user") or person.anonymised_at:
        return []
    return list(dict.fromkeys(running_needs(person, today)))


def expiries(by_day: dt.date, people: QuerySet[Person] | None = None) -> list[Expiry]:
    """Return the people whose data is due for deletion by `by_day`, earliest first."""
    people = people_without_function() if people is None else people
    needs = needs_of(people)
    found = []
    for person in people.select_related("organisation").order_by("pk"):
        wanted = needs.get(person.pk, [])
        ends = [(need.until, need) for need in wanted if need.until is not None]
        # A need without a last day goes on; without any need, nothing says since when to count.
        if not ends or len(ends) < len(wanted):
            continue
        until, last = max(ends, key=itemgetter(0))
        due_on = add_months(until, settings.PERSONAL_DATA_MONTHS)
        if person.kept_until and person.kept_until >= due_on:
            due_on = person.kept_until + dt.timedelta(days=1)
        if due_on <= by_day:
            found.append(Expiry(person, due_on, last))
    return sorted(found, key=lambda expiry: (expiry.due_on, expiry.person.pk))


def kept_people() -> QuerySet[Person]:
    """Return the people whom the office keeps longer, the earliest end first."""
    people = Person.objects.filter(kept_until__isnull=False, anonymised_at__isnull=True)
    return people.select_related("organisation").order_by("kept_until", "pk")


def needs_in_partners(people: QuerySet[Person]) -> Iterable[Need]:
    """Return the last change of each entry, deputyships, and mails not sent yet
    (`partners.registry.FindNeeds`).
    """
    # Whoever is entered or corrected is needed, even if nothing came of it.
    changes = Person.history.filter(id__in=people.values("pk")).order_by().values_list("id")
    for person, changed_at in changes.annotate(last=Max("history_date")):
        yield Need(person, _("Eintrag angelegt oder geändert"), local_date(changed_at))
    for name in ("principal", "deputy"):
        deputyships = Deputy.objects.filter(**{f"{name}__in": people})
        for person, ends_on in deputyships.values_list(name, "ends_on"):
            url = reverse("partners:person", args=[person])
            yield Need(person, _("Vertretung"), ends_on, _("Beenden Sie die Vertretung."), url)
    unsent = Mail.objects.exclude(state__in=FINAL_STATES).values("recipient")
    waiting = people.annotate(address=Lower("email")).filter(address__in=unsent)
    advice = _("Warten Sie, bis sie versandt ist, oder ziehen Sie sie zurück.")
    for person, email in waiting.values_list("pk", "email"):
        url = f"{reverse('outbox:list')}?{urlencode({'q': email})}"
        yield Need(person, _("E-Mail, die noch nicht versandt ist"), advice=advice, url=url)
