"""What other apps ask about people and organisations."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from core.roles import OFFICE
from outbox.services import Recipient
from partners.models import Deputy, DistributionList, Organisation, Person, User


def people_with_role(role: str) -> QuerySet[Person]:
    """Return the people whose active account holds `role` itself, with their accounts, in order of
    the account.
    """
    people = Person.objects.filter(user__groups__name=role, user__is_active=True, is_active=True)
    return people.select_related("user", "organisation").order_by("user__pk")


def office_heads() -> list[Person]:
    """Return whom the office marked as its *Leitung*; everybody of the office while nobody is."""
    people = list(people_with_role(OFFICE))
    return [person for person in people if person.user.is_office_head] or people


def people_of(organisation: Organisation | int) -> QuerySet[Person]:
    """Return the active contacts of an organisation (given as row or primary key) with their
    accounts, by name.
    """
    people = Person.objects.filter(organisation=organisation, is_active=True)
    return people.select_related("organisation", "user").order_by("search", "pk")


def deputies_of(person: Person) -> QuerySet[Deputy]:
    """Return all deputyships in which somebody acts for `person`, the latest first."""
    return (
        Deputy.objects.filter(principal=person)
        .select_related("deputy__organisation")
        .order_by("-starts_on", "-pk")
    )


def deputyships_between(
    people: Iterable[Person], first: dt.date, last: dt.date
) -> QuerySet[Deputy]:
    """Return the deputyships for `people` that hold on a day from `first` to `last`, of deputies
    who can sign in.
    """
    rows = Deputy.objects.filter(
        principal__in=[person.pk for person in people], deputy__user__is_active=True
    )
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)
    return rows.select_related("deputy__user").order_by("deputy", "pk")


def last_deputyship(account: User, role: str, day: dt.date, kind: str = "") -> Deputy | None:
    """Return the deputyship for somebody with `role` that ended last before `day`, if there was
    one.

    With `kind` only one that held for approvals of that kind.
    """
    rows = Deputy.objects.filter(
        deputy=account.person_id, principal__user__groups__name=role, ends_on__lt=day
    )
    rows = rows.order_by("-ends_on", "-pk")
    return next((row for row in rows if row.covers(kind)), None) if kind else rows.first()


def organisations_listed(user) -> QuerySet[Organisation]:
    """Return the organisations that `user` may see, with sectors and the number of active contacts."""
    count = Count("people", filter=Q(people__is_active=True), distinct=True)
    return (
        Organisation.objects.visible_to(user)
        .annotate(people_count=count)
        .prefetch_related("sectors")
    )


def people_listed(user) -> QuerySet[Person]:
    """Return the people that `user` may see, with organisation, account and roles."""
    people = Person.objects.visible_to(user).select_related("organisation", "user")
    return people.prefetch_related("user__groups")


def people_shown_at(organisation: Organisation, user) -> QuerySet[Person]:
    """Return the organisation's contacts that `user` may see, those no longer active last."""
    people = people_listed(user).filter(organisation=organisation)
    return people.order_by("-is_active", "search", "pk")


def lists_shown(user) -> QuerySet[DistributionList]:
    """Return the distribution lists that `user` may see, with the number of their members."""
    return DistributionList.objects.visible_to(user).annotate(member_count=Count("members"))


def recipient_of(person: Person) -> Recipient:
    """Return where and how the portal writes to `person`. An account's address wins over the
    contact's.
    """
    account = getattr(person, "user", None)
    email = account.email if account and account.is_active else person.email
    return Recipient(email=email, name=person.name, greeting=person.greeting)


def demo_accounts() -> list[User]:
    """Return the accounts that the sign-in page of a demo offers; none outside a demo."""
    if not settings.DEMO:
        return []
    accounts = User.objects.filter(is_demo=True, is_active=True)
    return list(accounts.select_related("person__organisation").order_by("pk"))
