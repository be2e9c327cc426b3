"""Organisations, people, accounts and deputyships for pages and other apps."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower

from core.folding import fold
from core.progress import HistoryEntry
from core.queries import fetch_all, in_batches, written_once
from core.roles import OFFICE, has_role
from outbox.registry import Addressed
from outbox.rendering.headers import address_key, spellings_of
from outbox.texts import Recipient
from partners.enums import RESPONSIBLE_REASON
from partners.models import (
    Assignable,
    Deputy,
    DistributionList,
    FormerPerson,
    Organisation,
    Person,
    User,
    at_address,
)
from partners.permissions import can_see_responsible
from partners.registry import AssignableKind, assignable_kinds


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
    name = _folded(f"{person.given_name} {person.family_name}")
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
        or name == _folded(f"{other.given_name} {other.family_name}")
    ]


def shares_address(person: Person, addresses: Collection[str]) -> bool:
    """Return whether contact or account of `person` has one of `addresses` (`spellings_of`)."""
    account = getattr(person, "user", None)
    return person.email.lower() in addresses or bool(account and account.email in addresses)


def similar_organisations(organisation: Organisation) -> list[Organisation]:
    """Return other organisations that have the name or the short name of `organisation`.

    `organisation` need not be saved.
    """
    names = {_folded(name) for name in (organisation.name, organisation.short_name)} - {""}
    condition = reduce(or_, (Q(search__contains=name) for name in names), Q(pk__in=[]))
    others = Organisation.objects.exclude(pk=organisation.pk).filter(condition)
    return [
        other
        for other in others.order_by("search", "pk")
        if names & {_folded(other.name), _folded(other.short_name)}
    ]


def _folded(name: str) -> str:
    return " ".join(fold(name).split())


def visible_organisations(user) -> QuerySet[Organisation]:
    """Return the organisations with sectors and `people_count`, their number of active contacts."""
    # `distinct`, as the filter by sector joins a second table and would multiply the contacts.
    count = Count("people", filter=Q(people__is_active=True), distinct=True)
    organisations = Organisation.objects.visible_to(user).annotate(people_count=count)
    return organisations.prefetch_related("sectors")


def visible_people(user) -> QuerySet[Person]:
    """Return the people with organisation, account and roles."""
    people = Person.objects.visible_to(user).select_related("organisation", "user")
    return people.prefetch_related("user__groups")


def visible_people_of(organisation: Organisation, user) -> QuerySet[Person]:
    """Return the contacts of an organisation, active ones first."""
    people = visible_people(user).known().filter(organisation=organisation)
    return people.order_by("-is_active", "sort_name", "search", "pk")


def visible_lists(user) -> QuerySet[DistributionList]:
    """Return the distribution lists with `member_count`, the members whom mails reach, and
    `former_count`, those who are no longer active.
    """
    return DistributionList.objects.visible_to(user).annotate(
        member_count=Count("members", filter=Q(members__is_active=True)),
        former_count=Count("members", filter=Q(members__is_active=False)),
    )


def deputyships_for(principal: Person) -> QuerySet[Deputy]:
    """Return all deputyships in which others act for `principal`, the latest first."""
    deputyships = Deputy.objects.filter(principal=principal)
    return deputyships.select_related("deputy__organisation").order_by("-starts_on", "-pk")


def deputyships_held_by(deputy: Person, day: dt.date) -> QuerySet[Deputy]:
    """Return the deputyships in which `deputy` acts for others on `day`."""
    deputyships = Deputy.objects.valid_on(day).filter(deputy=deputy)
    return deputyships.select_related("principal").order_by("pk")


def deputyships_between(
    people: Iterable[Person], first: dt.date, last: dt.date
) -> QuerySet[Deputy]:
    """Return the deputyships for `people` that are valid on some day from `first` to `last`.

    Those of deputies whose account is closed are left out.
    """
    deputyships = Deputy.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first),
        starts_on__lte=last,
        principal__in=[person.pk for person in people],
        deputy__user__is_active=True,
    )
    return deputyships.select_related("deputy__user").order_by("deputy", "pk")


def last_deputyship(account: User, role: str, day: dt.date, kind: str = "") -> Deputy | None:
    """Return the latest deputyship of `account` for a holder of `role` that ended before `day`.

    With `kind`, only deputyships that cover this kind of approval count.
    """
    deputyships = Deputy.objects.filter(
        deputy=account.person_id, principal__user__groups__name=role, ends_on__lt=day
    ).order_by("-ends_on", "-pk")
    if not kind:
        return deputyships.first()
    # In Python: SQLite cannot search the JSON list, and an account has few deputyships.
    return next((deputyship for deputyship in deputyships if deputyship.covers(kind)), None)


def demo_accounts() -> list[User]:
    """Return the accounts that the sign-in page of a demo offers; none outside a demo."""
    if not settings.DEMO:
        return []
    accounts = User.objects.filter(is_demo=True, is_active=True)
    return list(accounts.select_related("person__organisation").order_by("pk"))


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


def office_accounts() -> QuerySet[User]:
    """Return the accounts that can be in charge of records: active, with the role itself."""
    accounts = User.objects.filter(is_active=True, groups__name=OFFICE)
    return accounts.select_related("person").order_by("person__sort_name", "pk")


def accounts_to_choose(*records: QuerySet) -> QuerySet[User]:
    """Return the accounts of the office, and others that are in charge of one of `records`, by
    name, each with `is_office`.
    """
    office = User.groups.through.objects.filter(user=OuterRef("pk"), group__name=OFFICE)
    chosen = Q(is_office=True, is_active=True)
    for queryset in records:
        present = queryset.order_by().filter(responsible__isnull=False)
        chosen |= Q(pk__in=present.values("responsible"))
    accounts = User.objects.annotate(is_office=Exists(office)).filter(chosen)
    return accounts.select_related("person").order_by("person__sort_name", "pk")


def default_responsible(user) -> User | None:
    """Return `user` if they can be in charge of a record; somebody who acts as a deputy of the
    office cannot, because the role is only lent.
    """
    return user if has_role(user, OFFICE) and OFFICE in user.own_roles else None


class Handover(NamedTuple):
    """Which records are handed over.

    Either the open records of `kinds` that `source` is in charge of (None: those of nobody), or
    exactly the `ticked` ones, by key of their kind.
    """

    kinds: Collection[str]
    source: User | None = None
    ticked: Mapping[str, Sequence[int]] | None = None

    def records_of(self, kind: AssignableKind, user) -> QuerySet:
        """Return the records of `kind` that `user` may see."""
        if kind.key not in self.kinds:
            return kind.records.none()
        records = kind.open_records().visible_to(user)
        if self.ticked is None:
            return records.filter(responsible=self.source)
        # Whoever ticks a record that is finished means it.
        order = records.query.order_by
        ticked = kind.records.visible_to(user).filter(pk__in=self.ticked.get(kind.key, ()))
        return ticked.order_by(*order)


def open_records_in_charge(account: User) -> dict[str, int]:
    """Return how many open records `account` is in charge of, by German label; without zeros."""
    counts = {
        str(kind.label): kind.open_records().order_by().filter(responsible=account).count()
        for kind in assignable_kinds()
    }
    return {label: count for label, count in counts.items() if count}


def received_since(account: User, since: dt.datetime) -> dict[AssignableKind, int]:
    """Return how many records others gave `account` since then that it still has to watch, by kind,
    in one query.
    """
    kinds = assignable_kinds()
    if not kinds:
        return {}

    def write():
        first, *others = (
            _received(number, kind, account, since) for number, kind in enumerate(kinds)
        )
        return first.union(*others, all=True).query.sql_with_params()

    found = fetch_all(*written_once(("received", account.pk), since, write))
    return {kinds[number]: count for number, count in found if count}


def _received(number: int, kind: AssignableKind, account: User, since: dt.datetime) -> QuerySet:
    changes = kind.records.model.history.filter(
        history_date__gte=since,
        responsible=account,
        history_change_reason__startswith=str(RESPONSIBLE_REASON),
    ).exclude(history_user=account)
    # One look-up for each change: as a join, PostgreSQL would read the history once for each record
    # as long as it does not know how much an import has just added.
    # Nothing is left to do about what was cancelled or closed since.
    holder = kind.open_records().filter(pk=OuterRef("id")).order_by().values("responsible")
    held = changes.annotate(holder=Subquery(holder)).filter(holder=account.pk).order_by()
    numbered = held.annotate(number=Value(number, output_field=IntegerField()))
    return numbered.values_list("number").annotate(count=Count("id", distinct=True))


def without_responsible(entries: list[HistoryEntry], user) -> list[HistoryEntry]:
    """Return `entries` without those about who is in charge, unless `user` may know that."""
    if can_see_responsible(user):
        return entries
    prefix = str(RESPONSIBLE_REASON)
    return [entry for entry in entries if not entry.what.startswith(prefix)]
