"""What the desk shows around its list: subtitle, empty text, how long decisions take."""

import datetime as dt
from collections import defaultdict
from statistics import median
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.permissions import (
    can_decide_any,
    kinds_of_deputy,
)
from core.dates import local_date, working_days_between
from core.models import Origin
from core.roles import OFFICE, has_role, senator_office_name

DURATIONS_PERIOD = dt.timedelta(days=365)
# Bounds the memory of the page that reads them all; real years have far fewer decisions.
MAX_DECISIONS_READ = 1000


def desk_subtitle(user) -> str:
    if can_decide_any(user):
        return _("Was auf Ihre Entscheidung wartet, die älteste Frist zuerst.")
    values = {"office_name": senator_office_name()}
    return _("Was beim %(office_name)s liegt, die älteste Frist zuerst.") % values


def desk_empty_text(user, kind: str, is_closed: bool) -> str:
    if kind:
        return _("Von dieser Art ist nichts dabei. Alle Arten zusammen zeigt „alle“.")
    if is_closed:
        return _("Hier stehen alle Entscheidungen, sobald die erste getroffen ist.")
    if can_decide_any(user):
        return _(
            "Es wartet nichts auf Ihre Entscheidung. Sobald die Geschäftsstelle etwas vorlegt, "
            "erhalten Sie eine E-Mail."
        )
    return _(
        "Zurzeit liegt keine Freigabe vor. Themen, Termine und Besuche legen Sie auf ihrer Seite "
        "zur Freigabe vor."
    )


class DecisionDurations(NamedTuple):
    """How long decisions of one kind took, in working days, and how many are overdue now."""

    label: str
    decided: int
    median: float | None
    longest: int | None
    overdue: int

    @property
    def median_text(self) -> str:
        return format_duration(self.median)

    @property
    def longest_text(self) -> str:
        return format_duration(self.longest)


def decision_durations(user, now: dt.datetime) -> list[DecisionDurations]:
    """Return the durations for each kind that `user` may see, in two queries.

    Decisions of the last year count, from submission to decision in working days of Berlin.
    """
    # Records taken over have no real time of submission; any duration would be invented.
    approvals = ApprovalRequest.objects.visible_to(user).exclude(origin=Origin.TAKEN_OVER)
    days_by_kind, overdue = _working_days_by_kind(approvals, now), _overdue_by_kind(approvals, now)
    # Deputies see no row for the kinds they do not decide, not even an empty one.
    kinds = None if has_role(user, OFFICE) else kinds_of_deputy(user)
    return [
        DecisionDurations(
            str(kind.label),
            len(days := days_by_kind[kind]),
            median(days) if days else None,
            max(days, default=None),
            overdue.get(kind, 0),
        )
        for kind in ApprovalKind
        if kinds is None or kind in kinds
    ]


def _working_days_by_kind(approvals: QuerySet, now: dt.datetime) -> dict[str, list[int]]:
    decided = approvals.filter(decided_at__gt=now - DURATIONS_PERIOD, decided_at__lte=now)
    decided = decided.order_by("-decided_at", "-pk")[:MAX_DECISIONS_READ]
    found: dict[str, list[int]] = defaultdict(list)
    for kind, submitted_at, decided_at in decided.values_list("kind", "submitted_at", "decided_at"):
        found[kind].append(working_days_between(local_date(submitted_at), local_date(decided_at)))
    return found


def _overdue_by_kind(approvals: QuerySet, now: dt.datetime) -> dict[str, int]:
    overdue = approvals.open().filter(due_on__lt=local_date(now))
    return dict(overdue.order_by().values_list("kind").annotate(Count("pk")))


def format_duration(days: float | None) -> str:
    """Return `am selben Tag`, `1 Arbeitstag`, `2,5 Arbeitstage`; a dash without a duration."""
    if days is None:
        return "–"
    if days == 0:
        return _("am selben Tag")
    # A median may end in .5, which takes the plural in German: 1,5 Arbeitstage.
    count = number_format(int(days) if days == int(days) else round(days, 1))
    return ngettext("%(count)s Arbeitstag", "%(count)s Arbeitstage", 1 if days == 1 else 2) % {
        "count": count
    }
