"""Which mails a bulk action applies to: counts for a list, details for a selection."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from django.db.models import BooleanField, Case, Count, ExpressionWrapper, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbox.enums import (
    APPROVE,
    RESEND,
    SETTLE,
    SOURCES_OF_ACTION,
    UNSOLVED_STATES,
    MailState,
    StateFilter,
)
from outbox.models import Mail
from outbox.queries.mails import is_late, is_test
from outbox.registry import Addressed, current_recipients

EXAMPLES_LIMIT = 10
WRONG_STATE, ACCOUNT_MAIL, BODY_REMOVED, SETTLED = "state", "account", "removed", "settled"
# Checked in this order: a mail is left out for the first reason that applies.
OBSTACLES: dict[str, str | Promise] = {
    WRONG_STATE: _("Der Stand lässt es nicht mehr zu"),
    SETTLED: _("Schon als erledigt abgelegt"),
    ACCOUNT_MAIL: _("E-Mail zum Konto: nur einzeln, auf ihrer eigenen Seite"),
    BODY_REMOVED: _("Der Inhalt wurde bereits entfernt"),
}
STATE_FILTER_CHOICES = [*StateFilter.choices, *MailState.choices]


class NewAddress(NamedTuple):
    """A person who is written to at another address now."""

    name: str
    old: str
    new: str


class Selection(NamedTuple):
    """The mails that an action applies to, and those it leaves out, with the reasons.

    The lists of mails hold at most the newest EXAMPLES_LIMIT.
    """

    count: int
    counts: dict[str, int]  # state → number of mails
    examples: list[Mail]
    left_out: list[tuple[str | Promise, int]]  # reason, number of mails
    left_out_examples: list[tuple[Mail, str | Promise]]
    new_addresses: list[NewAddress]  # of all recipients, when mails are resent


class MailGroup(NamedTuple):
    """A number of mails that every filter and every action treat alike."""

    state: str
    is_account_mail: bool
    is_settled: bool
    is_late: bool
    is_test: bool
    count: int

    def matches(self, state_filter: str) -> bool:
        """Mirror `MailFilter.filter_state` in Python; an empty `state_filter` matches all."""
        if state_filter == StateFilter.UNSOLVED:
            return self.state in UNSOLVED_STATES and not self.is_settled
        if state_filter == StateFilter.LATE:
            return self.is_late
        if state_filter == StateFilter.TESTED:
            return self.is_test and self.state == MailState.SENT
        if state_filter == MailState.SENT and self.is_test:
            return False
        return state_filter in ("", self.state)

    def is_reached_by(self, action: str) -> bool:
        """Mirror `with_obstacle` in Python, except that removed bodies go unnoticed."""
        if self.is_settled and action in (RESEND, SETTLE):
            return False
        if self.is_account_mail and action != SETTLE:
            return False
        return self.state in SOURCES_OF_ACTION[action]


class StateCounts(NamedTuple):
    """The mails of a list, counted by state; answers filters and actions without a query."""

    groups: list[MailGroup]

    def count(self, state_filter: str = "") -> int:
        return sum(group.count for group in self.groups if group.matches(state_filter))

    def reached_by(self, action: str, state_filter: str = "") -> dict[str, int]:
        """Return state → number of mails that `action` applies to."""
        counts: Counter[str] = Counter()
        for group in self.groups:
            if group.matches(state_filter) and group.is_reached_by(action):
                counts[group.state] += group.count
        return dict(counts)


def count_states(mails: QuerySet[Mail], *, now: dt.datetime) -> StateCounts:
    """Count `mails` in one query."""
    # Grouped by everything that filters and actions depend on, so that the query returns a few
    # dozen rows at most, however long the list is.
    groups = (
        mails.order_by()
        .annotate(
            is_late=as_column(is_late(now)),
            is_settled=is_settled_column(),
            is_test=as_column(is_test()),
        )
        .values("state", "is_account_mail", "is_settled", "is_late", "is_test")
        .annotate(count=Count("pk"))
    )
    return StateCounts([MailGroup(**group) for group in groups])


def select_mails(action: str, mails: QuerySet[Mail], *, were_ticked: bool) -> Selection:
    """Preview what `action` would do to `mails`, in three queries; resending takes a few more.

    A ticked mail in the wrong state is listed as left out, with the reason. Mails that only matched
    a filter are not listed then: the user did not choose them one by one.
    """
    mails = with_obstacle(action, mails)
    if not were_ticked:
        mails = mails.filter(state__in=SOURCES_OF_ACTION[action])
    counts: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    reached = mails.filter(obstacle="")
    groups = mails.order_by().values_list("state", "obstacle").annotate(count=Count("pk"))
    for state, obstacle, count in groups:
        (left_out if obstacle else counts).update({obstacle or state: count})
    newest = mails.without_bodies().order_by("-created_at", "-pk")
    return Selection(
        count=counts.total(),
        counts=dict(counts),
        examples=list(newest.filter(obstacle="")[:EXAMPLES_LIMIT]),
        left_out=[(text, left_out[name]) for name, text in OBSTACLES.items() if left_out[name]],
        left_out_examples=[
            (mail, OBSTACLES[mail.obstacle])
            for mail in (newest.exclude(obstacle="")[:EXAMPLES_LIMIT] if left_out else [])
        ],
        new_addresses=new_addresses(reached) if action == RESEND else [],
    )


def new_addresses(mails: QuerySet[Mail]) -> list[NewAddress]:
    """Return who of the recipients of `mails` has another address now, by name."""
    pairs = mails.order_by().values_list("recipient", "recipient_name").distinct()
    found = current_recipients(Addressed(*pair) for pair in pairs)
    return sorted(NewAddress(one.name, one.email, to.email) for one, to in found.items())


def with_obstacle(action: str, mails: QuerySet[Mail]) -> QuerySet[Mail]:
    """Annotate `obstacle`: the key in OBSTACLES for why `action` skips the mail, or empty."""
    conditions = {WRONG_STATE: ~Q(state__in=SOURCES_OF_ACTION[action])}
    if action in (RESEND, SETTLE):
        conditions[SETTLED] = Q(settled_at__isnull=False)
    # Sign-in codes and links must not be sent or withdrawn in bulk.
    if action != SETTLE:
        conditions[ACCOUNT_MAIL] = Q(is_account_mail=True)
    if action in (APPROVE, RESEND):
        conditions[BODY_REMOVED] = Q(mime="")
    # CASE returns the first match, in the order of OBSTACLES.
    whens = [When(conditions[name], then=Value(name)) for name in OBSTACLES if name in conditions]
    return mails.annotate(obstacle=Case(*whens, default=Value("")))


def is_settled_column() -> ExpressionWrapper:
    return as_column(Q(settled_at__isnull=False))


def as_column(condition: Q) -> ExpressionWrapper:
    """Turn a condition into a boolean column that can be grouped by."""
    return ExpressionWrapper(condition, output_field=BooleanField())
