"""Deputyships by person, day and role."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from partners.models import (
    Deputy,
    Person,
    User,
)

# How long a page says why somebody can no longer act: later, nobody has one open from before.
RECENTLY = dt.timedelta(days=30)


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


def deputyship_taken_back_at(account: User, role: str, day: dt.date) -> dt.datetime | None:
    """Return when the latest deputyship of `account` for a holder of `role` was ended on its first
    day, if that is at most RECENTLY before `day`: only the history keeps it.
    """
    taken_back = Deputy.history.filter(
        history_type="-",
        deputy_id=account.person_id,
        principal__user__groups__name=role,
        starts_on__lte=F("history_date__date"),
        history_date__date__gte=day - RECENTLY,
    )
    return taken_back.order_by("-history_date").values_list("history_date", flat=True).first()
