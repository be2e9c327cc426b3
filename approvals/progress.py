"""What approvals add to the box *Nächster Schritt* of their subjects."""

import datetime as dt
from collections import defaultdict
from statistics import median
from typing import NamedTuple

from django.db.models import Count
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest, Condition
from approvals.permissions import can_decide, can_see_approvals, can_submit, kinds_of_deputy
from approvals.queries import conditions_to_meet
from core.dates import local_date, working_days_between
from core.models import Origin
from core.progress import NextStep, OpenPoint
from core.roles import OFFICE, has_role, senator_office_name


def decision_step(text: str, approval: ApprovalRequest | None, user) -> NextStep:
    """Return the step while the senator's office has to decide on `approval`; only those who may
    decide get the button.
    """
    step = NextStep(text, senator_office_name(), approval.due_on if approval else None)
    if approval is None or not can_decide(user, approval):
        return step
    return step._replace(action=_("Entscheiden"), url=approval.get_absolute_url())


def with_conditions(box: NextStep | None, *, kind: str, subject_id: int, user) -> NextStep | None:
    """Return `box` with the conditions of a subject's approval that are still to be met, for who
    may know of them.

    They make a box of their own where nothing else is left to do.
    """
    if not can_see_approvals(user, kind):
        return box
    points = tuple(_point(condition, user) for condition in conditions_to_meet(kind, subject_id))
    if not points:
        return box
    if box is None:
        text = ngettext(
            "Eine Auflage ist noch zu erfüllen.", "Auflagen sind noch zu erfüllen.", len(points)
        )
        box = NextStep(text, _("Geschäftsstelle"))
    return box._replace(points=points)


def _point(condition: Condition, user) -> OpenPoint:
    text = _("Auflage: %(text)s") % {"text": condition}
    if not can_submit(user):
        return OpenPoint(text)
    return OpenPoint(text, _("Als erfüllt vermerken"), condition.get_absolute_url())


DURATIONS_PERIOD = dt.timedelta(days=365)
MAX_DECISIONS_READ = (
    1000  # of the decisions looked at, the latest; a year of the office has far fewer
)


class DecisionDurations(NamedTuple):
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


def decision_durations(user, now: dt.datetime) -> list[DecisionDurations]:
    """Return how the requests that `user` may see stand at `now`, a row for each of their kinds, in
    two queries.

    Decisions of the last year count, from submission to decision in working days of Berlin; taken
    over ones do not.
    """
    rows = ApprovalRequest.objects.visible_to(user).exclude(origin=Origin.TAKEN_OVER)
    decided = rows.filter(decided_at__gt=now - DURATIONS_PERIOD, decided_at__lte=now).order_by(
        "-decided_at", "-pk"
    )
    took: dict[str, list[int]] = defaultdict(list)
    for kind, start, end in decided.values_list("kind", "submitted_at", "decided_at")[
        :MAX_DECISIONS_READ
    ]:
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
        DecisionDurations(
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
