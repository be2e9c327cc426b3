"""Distribution lists with the number of their members."""

from django.db.models import Count, Q, QuerySet

from partners.models import (
    DistributionList,
)


def visible_lists(user) -> QuerySet[DistributionList]:
    """Return the distribution lists with `member_count`, the members whom mails reach, and
    `former_count`, those who are no longer active.
    """
    return DistributionList.objects.visible_to(user).annotate(
        member_count=Count("members", filter=Q(members__is_active=True)),
        former_count=Count("members", filter=Q(members__is_active=False)),
    )
