"""A batch: the mails that were written together, how many are sent, and why some are not."""

import datetime as dt
import re
from collections import Counter
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from outbox.enums import UNDER_WAY_STATES, MailState, StateFilter
from outbox.models import Mail
from outbox.queries.bulk import MailGroup, StateCounts, as_column, is_settled_column
from outbox.queries.mails import is_test, is_unsolved
from outbox.texts import title_of

# Servers put addresses and queue ids into their replies. Masking them makes the same reply to
# different mails count as one reason.
UNIQUE_TO_ONE_MAIL = re.compile(r"<?[^\s<>]+@[^\s<>:;,]+>?|\b(?=\w*\d)[\w-]{10,}\b")


class Reason(NamedTuple):
    """An error, the state it led to, and how many mails share both."""

    state: MailState
    text: str
    count: int


class Batch(NamedTuple):
    """The times are None until a mail is sent; `path` is empty unless all mails share one."""

    id: UUID
    counts: StateCounts
    kinds: list[str]
    reasons: list[Reason]
    written_at: dt.datetime
    first_sent_at: dt.datetime | None
    last_sent_at: dt.datetime | None
    path: str

    @property
    def total(self) -> int:
        """Withdrawn mails do not count: the batch is complete without them."""
        return self.counts.count() - self.counts.count(MailState.WITHDRAWN)

    @property
    def sent(self) -> int:
        # A test is a batch of its own, which is complete like any other.
        return self.counts.count(MailState.SENT) + self.counts.count(StateFilter.TESTED)

    @property
    def under_way(self) -> int:
        return sum(self.counts.count(state) for state in UNDER_WAY_STATES)

    @property
    def percent(self) -> int:
        return 100 * self.sent // self.total if self.total else 100


def find_batch(batch_id: UUID, user) -> Batch | None:
    """Return the batch as far as `user` may see it, in one query; None without visible mails."""
    # The page refreshes every few seconds while a worker writes to the same rows, so everything it
    # needs comes from one grouped query.
    mails = Mail.objects.visible_to(user).filter(batch=batch_id)
    groups = list(
        mails.annotate(is_settled=is_settled_column(), is_test=as_column(is_test()))
        .order_by()
        .values("state", "kind", "is_account_mail", "is_settled", "is_test", "last_error")
        .annotate(
            count=Count("pk"),
            written_at=Min("created_at"),
            first_sent_at=Min("sent_at"),
            last_sent_at=Max("sent_at"),
            first_path=Min("path"),
            last_path=Max("path"),
        )
    )
    if not groups:
        return None
    paths = {group[name] for group in groups for name in ("first_path", "last_path")}
    return Batch(
        id=batch_id,
        counts=StateCounts([_mail_group(group) for group in groups]),
        kinds=sorted({title_of(group["kind"]) for group in groups}),
        reasons=_reasons(groups),
        written_at=min(group["written_at"] for group in groups),
        first_sent_at=min(filter(None, (g["first_sent_at"] for g in groups)), default=None),
        last_sent_at=max(filter(None, (g["last_sent_at"] for g in groups)), default=None),
        path=paths.pop() if len(paths) == 1 else "",
    )


def unsolved_in_batch(batch_id: UUID, user) -> QuerySet[Mail]:
    """Return the unsolved mails of a batch, ordered by recipient."""
    mails = Mail.objects.visible_to(user).filter(is_unsolved(), batch=batch_id)
    return mails.without_bodies().order_by("recipient_name", "recipient", "pk")


def _mail_group(group: dict) -> MailGroup:
    return MailGroup(
        state=group["state"],
        is_account_mail=group["is_account_mail"],
        is_settled=group["is_settled"],
        is_late=False,
        is_test=group["is_test"],
        count=group["count"],
    )


def _reasons(groups: list[dict]) -> list[Reason]:
    """Return the errors of unsent mails, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for group in groups:
        if group["last_error"] and group["state"] not in (MailState.SENT, MailState.WITHDRAWN):
            error = UNIQUE_TO_ONE_MAIL.sub("…", group["last_error"])
            counts[group["state"], error] += group["count"]
    return [Reason(MailState(state), text, count) for (state, text), count in counts.most_common()]
