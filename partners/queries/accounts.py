"""Accounts that a demo offers, and those of the office."""

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.roles import OFFICE, has_role
from partners.models import (
    User,
)


def demo_accounts() -> list[User]:
    """Return the accounts that the sign-in page of a demo offers; none outside a demo."""
    if not settings.DEMO:
        return []
    accounts = User.objects.filter(is_demo=True, is_active=True)
    return list(accounts.select_related("person__organisation").order_by("pk"))


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
