"""Organisations, and entries that may be the same one."""

from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from partners.models import (
    Organisation,
)
from partners.queries.people import folded_name


def similar_organisations(organisation: Organisation) -> list[Organisation]:
    """Return other organisations that have the name or the short name of `organisation`.

    `organisation` need not be saved.
    """
    names = {folded_name(name) for name in (organisation.name, organisation.short_name)} - {""}
    condition = reduce(or_, (Q(search__contains=name) for name in names), Q(pk__in=[]))
    others = Organisation.objects.exclude(pk=organisation.pk).filter(condition)
    return [
        other
        for other in others.order_by("search", "pk")
        if names & {folded_name(other.name), folded_name(other.short_name)}
    ]


def visible_organisations(user) -> QuerySet[Organisation]:
    """Return the organisations with sectors and `people_count`, their number of active contacts."""
    # `distinct`, as the filter by sector joins a second table and would multiply the contacts.
    count = Count("people", filter=Q(people__is_active=True), distinct=True)
    organisations = Organisation.objects.visible_to(user).annotate(people_count=count)
    return organisations.prefetch_related("sectors")
