"""How long decisions take, by kind and never by person, and how many are overdue."""

import datetime as dt
from collections import defaultdict
from statistics import median
from typing import NamedTuple

from django.db.models import Count
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.permissions import kinds_of_deputy
from core.dates import local_date, working_days_between
from core.models import Origin
from core.roles import OFFICE, has_role

LOOKS_BACK = dt.timedelta(days=365)
MOST_ROWS = 1000  # of the decisions looked at, the latest; a year of the office has far fewer


class Times(NamedTuple):
    """One kind of request: how many were decided, after how many working days, and how many are
    overdue now.
    """

    label: str
    decided: int
    median: float | None
    longest: int | None
    overdue: int

    @property
    def median_words(self) -> str:
        return duration_words(self.median)

    @property
    def longest_words(self) -> str:
        return duration_words(self.longest)


def times_by_kind(user, now: dt.datetime) -> list[Times]:
    """Return how the requests that `user` may see stand at `now`, a row for each of their kinds, in
    two queries.

    Decisions of the last year count, from submission to decision in working days of Berlin; taken
    over ones do not.
    """
    rows = ApprovalRequest.objects.visible_to(user).exclude(origin=Origin.TAKEN_OVER)
    decided = rows.filter(decided_at__gt=now - LOOKS_BACK, decided_at__lte=now).order_by(
        "-decided_at", "-pk"
    )
    took: dict[str, list[int]] = defaultdict(list)
    for kind, start, end in decided.values_list("kind", "submitted_at", "decided_at")[:MOST_ROWS]:
        took[kind].append(working_days_between(local_date(start), local_date(end)))
    late = (
        rows.open()
        .filter(due_on__lt=local_date(now))
        .order_by()
        .values_list("kind")
        .annotate(Count("pk"))
    )
    overdue, kinds = dict(late), None if has_role(user, OFFICE) else kinds_of_deputy(user)
    return [
        Times(
            str(kind.label),
            len(days := took[kind]),
            median(days) if days else None,
            max(days, default=None),
            overdue.get(kind, 0),
        )
        for kind in ApprovalKind
        if kinds is None or kind in kinds
    ]


def duration_words(days: float | None) -> str:
    """Return `am selben Tag`, `1 Arbeitstag`, `2,5 Arbeitstage`; a dash without a duration."""
    if days is None:
        return "–"
    if days == 0:
        return _("am selben Tag")
    count = number_format(int(days) if days == int(days) else round(days, 1))
    return ngettext("%(count)s Arbeitstag", "%(count)s Arbeitstage", 1 if days == 1 else 2) % {
        "count": count
    }
