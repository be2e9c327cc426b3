"""People, and entries that may be the same person."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from core.folding import fold
from core.queries import in_batches
from core.roles import OFFICE
from outbox.registry import Addressed
from outbox.rendering.headers import address_key, spellings_of
from outbox.texts import Recipient
from partners.models import (
    Assignable,
    FormerPerson,
    Organisation,
    Person,
    User,
    at_address,
)


def people_with_role(role: str) -> QuerySet[Person]:
    """Return the people who hold `role` themselves, with their accounts, oldest account first.

    Deputies to whom the role is only lent are not included.
    """
    people = Person.objects.filter(user__groups__name=role, user__is_active=True, is_active=True)
    return people.select_related("user", "organisation").order_by("user__pk")


def office_heads() -> list[Person]:
    """Return the heads of the office, or everyone in the office when no head is marked."""
    # Notices of overdue approvals must reach somebody even if no head is marked.
    people = list(people_with_role(OFFICE))
    return [person for person in people if person.user.is_office_head] or people


def people_to_remind(records: Iterable[Assignable]) -> dict[int, list[Person]]:
    """Return whom of the office to remind of each record, by its key: who is in charge, or everyone
    if nobody is who can act. One query.
    """
    office = list(people_with_role(OFFICE))
    by_account = {person.user.pk: [person] for person in office}
    return {record.pk: by_account.get(record.responsible_id, office) for record in records}


def people_of(organisation: Organisation | int) -> QuerySet[Person]:
    """Return the active contacts of an organisation, given as object or primary key, by name."""
    people = Person.objects.filter(organisation=organisation, is_active=True)
    return people.select_related("organisation", "user").order_by("sort_name", "search", "pk")


def similar_people(person: Person, *, email: str = "") -> list[Person]:
    """Return other people with the address of `person`, or with its name and organisation.

    `person` need not be saved. `email` is one more address to compare.
    """
    addresses = spellings_of(person.email, email)
    name = folded_name(f"{person.given_name} {person.family_name}")
    # The database narrows the choice, because `search` starts with the name but goes on.
    condition = Q(organisation=person.organisation, search__startswith=name)
    condition |= at_address(*addresses)
    # An entry that was merged but keeps its closed account is not a double any more, and people
    # whose data was deleted all have the same name.
    merged = FormerPerson.objects.values("number")
    others = Person.objects.exclude(pk=person.pk).exclude(pk__in=merged).filter(condition)
    others = others.filter(anonymised_at__isnull=True)
    return [
        other
        for other in others.select_related("organisation", "user").order_by("sort_name", "pk")
        if shares_address(other, addresses)
        or name == folded_name(f"{other.given_name} {other.family_name}")
    ]


def shares_address(person: Person, addresses: Collection[str]) -> bool:
    """Return whether contact or account of `person` has one of `addresses` (`spellings_of`)."""
    account = getattr(person, "user", None)
    return person.email.lower() in addresses or bool(account and account.email in addresses)


def folded_name(name: str) -> str:
    return " ".join(fold(name).split())


def visible_people(user) -> QuerySet[Person]:
    """Return the people with organisation, account and roles."""
    people = Person.objects.visible_to(user).select_related("organisation", "user")
    return people.prefetch_related("user__groups")


def visible_people_of(organisation: Organisation, user) -> QuerySet[Person]:
    """Return the contacts of an organisation, active ones first."""
    people = visible_people(user).known().filter(organisation=organisation)
    return people.order_by("-is_active", "sort_name", "search", "pk")


def recipient_of(person: Person) -> Recipient:
    """Return the address, name and greeting with which the portal writes to `person`, and whether
    they have left.
    """
    # People sign in with the address of their account, so it is more likely to be current.
    account = getattr(person, "user", None)
    email = account.email if account and account.is_active else person.email
    # In the spelling that pauses and mails have, so that addresses can be compared.
    return Recipient(
        email=address_key(email),
        name=person.name,
        greeting=person.greeting,
        has_left=not person.is_active,
    )


def former_recipients(person: Person) -> list[Recipient]:
    """Return under which addresses mails may still wait for `person`, who has left.

    An address that other active people use comes with the name, so that theirs stay.
    """
    account = getattr(person, "user", None)
    addresses = {address_key(person.email), address_key(account.email if account else "")} - {""}
    others = Person.objects.filter(is_active=True).exclude(pk=person.pk)
    return [
        Recipient(email, person.name if _is_used_by(others, email) else "")
        for email in sorted(addresses)
    ]


def addresses_ever(person: Person) -> frozenset[str]:
    """Return every address of `person`, their account and the entries merged into theirs, in every
    spelling.
    """
    numbers = [person.pk, *person.former_entries.values_list("number", flat=True)]
    contacts = Person.history.filter(id__in=numbers).values_list("email", flat=True)
    accounts = User.history.filter(person_id__in=numbers).values_list("email", flat=True)
    return spellings_of(*contacts, *accounts)


def _is_used_by(people: QuerySet[Person], email: str) -> bool:
    return people.filter(at_address(email)).exists()


def current_recipients(addressed: Iterable[Addressed]) -> dict[Addressed, Recipient]:
    """Return those of `addressed` who are written to at another address now.

    They are recognised by an address and a name that both were theirs, so that nobody gets what was
    written to somebody else at the same mailbox. People who may be meant no more are left out: they
    are inactive, or several have that name.
    """
    wanted = set(addressed)
    holders = _former_holders({one.email for one in wanted})
    people = _people_by_number({number for _email, number in holders})
    names = _names_by_number(set(people))
    found: dict[Addressed, set[Recipient]] = defaultdict(set)
    for email, number in holders:
        for one in wanted & {Addressed(email, name) for name in names[number]}:
            found[one].add(recipient_of(people[number]))
    return {
        one: to
        for one, recipients in found.items()
        for to in recipients
        if len(recipients) == 1 and to.email not in ("", one.email)
    }


def _former_holders(addresses: set[str]) -> set[tuple[str, int]]:
    """Return (address, number of the person) of everybody who ever had one of `addresses`, which
    are those of mails.
    """
    holders: set[tuple[str, int]] = set()
    for some in in_batches(sorted(spellings_of(*addresses))):
        contacts = Person.history.annotate(address=Lower("email")).filter(address__in=some)
        known = [*contacts.values_list("address", "id")]
        accounts = User.history.filter(email__in=some)
        known += accounts.values_list("email", "person_id")
        holders.update((address_key(email), number) for email, number in known)
    return holders


def _people_by_number(numbers: set[int]) -> dict[int, Person]:
    """Return active people by their number, merged ones also by the number of a former entry."""
    people: dict[int, Person] = {}
    for some in in_batches(sorted(numbers)):
        former = FormerPerson.objects.filter(number__in=some).values_list("number", "person")
        merged = dict(former)
        found = Person.objects.filter(is_active=True).select_related("user")
        found = found.in_bulk([*some, *merged.values()])
        people |= {pk: person for pk, person in found.items() if pk not in merged}
        people |= {number: found[pk] for number, pk in merged.items() if pk in found}
    return people


def _names_by_number(numbers: set[int]) -> dict[int, set[str]]:
    """Return all names that the people have ever had."""
    names: dict[int, set[str]] = defaultdict(set)
    for some in in_batches(sorted(numbers)):
        versions = Person.history.filter(id__in=some)
        for number, *parts in versions.values_list("id", "title", "given_name", "family_name"):
            names[number].add(" ".join(filter(None, parts)))
    return names
