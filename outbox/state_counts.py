"""How many mails stand how, counted in one query: the quick filters of the list and the numbers on
its buttons.
"""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from outbox.choices import RESEND, SETTLE, SOURCES
from outbox.filters import LATE, STATE_CHOICES, UNSOLVED
from outbox.models import Mail
from outbox.queries import UNSOLVED as UNSOLVED_STATES
from outbox.queries import is_late


class Group(NamedTuple):
    """Mails that stand alike, and how many there are."""

    state: str
    is_account_mail: bool
    settled: bool
    late: bool
    count: int

    def stands(self, value: str) -> bool:
        """Say whether the filter of the state finds these mails for `value`, as
        `MailFilter.in_state` does.
        """
        if value == UNSOLVED:
            return self.state in UNSOLVED_STATES and not self.settled
        if value == LATE:
            return self.late
        return value in ("", self.state)

    def is_reached_by(self, action: str) -> bool:
        """Say whether the act is meant for these mails; whether their bodies were removed is not
        looked at.
        """
        if (self.settled and action in (RESEND, SETTLE)) or (
            self.is_account_mail and action != SETTLE
        ):
            return False
        return self.state in SOURCES[action]


class QuickFilter(NamedTuple):
    """One link above the list."""

    value: str
    label: str | Promise
    count: int
    is_current: bool


class Tally(NamedTuple):
    """The groups of a list of mails."""

    groups: list[Group]

    @classmethod
    def of(cls, mails: QuerySet[Mail], *, now: dt.datetime) -> "Tally":
        """Count `mails` in one query."""
        rows = mails.order_by().annotate(late=_yes_or_no(is_late(now)), settled=settled())
        counted = rows.values("state", "is_account_mail", "settled", "late").annotate(
            count=Count("pk")
        )
        return cls([Group(**row) for row in counted])

    def count(self, value: str = "") -> int:
        """Return how many mails the filter of the state finds for `value`; all of them when it is
        empty.
        """
        return sum(group.count for group in self.groups if group.stands(value))

    def reached_by(self, action: str, value: str = "") -> dict[str, int]:
        """Return how many of the mails that the filter of the state finds the act is meant for, by
        state.
        """
        counts: Counter[str] = Counter()
        for group in self.groups:
            if group.stands(value) and group.is_reached_by(action):
                counts[group.state] += group.count
        return dict(counts)

    def quick_filters(self, current: str) -> list[QuickFilter]:
        """Return all, what the office looks for, and each state, as far as there are such mails or
        it is shown.
        """
        filters = [
            QuickFilter(value, label, self.count(value), value == current)
            for value, label in [("", _("alle")), *STATE_CHOICES]
        ]
        return [line for line in filters if line.count or line.is_current]


def settled() -> ExpressionWrapper:
    """Return the column that says whether a mail was settled."""
    return _yes_or_no(Q(settled_at__isnull=False))


def _yes_or_no(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())
