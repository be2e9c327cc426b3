"""One sending: the mails that were written together, how far they have come, and why some did not
go out.
"""

import datetime as dt
import re
from collections import Counter
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from outbox.enums import MailState
from outbox.models import Mail
from outbox.queries import UNDER_WAY, is_unsolved
from outbox.state_counts import Group, Tally, settled
from outbox.texts import title_of

UNSOLVED_SHOWN = 25
# What differs from mail to mail in one and the same answer of a server: addresses and the numbers
# it gives to mails.
OWN_TO_A_MAIL = re.compile(r"<?[^\s<>]+@[^\s<>:;,]+>?|\b(?=\w*\d)[\w-]{10,}\b")


class Reason(NamedTuple):
    """Why mails of a sending stand as they stand."""

    state: MailState
    text: str
    count: int


class Sending(NamedTuple):
    """How far a sending has come. Moments are None as long as nothing was sent."""

    batch: UUID
    tally: Tally
    kinds: list[str]
    reasons: list[Reason]
    written_at: dt.datetime
    first_sent_at: dt.datetime | None
    last_sent_at: dt.datetime | None
    path: str  # the page that all its mails are about, empty when they differ

    @property
    def total(self) -> int:
        """How many mails there are to send; those that were taken back are not."""
        return self.tally.count() - self.tally.count(MailState.WITHDRAWN)

    @property
    def sent(self) -> int:
        return self.tally.count(MailState.SENT)

    @property
    def under_way(self) -> int:
        """How many mails are still to be sent without anybody doing anything."""
        return sum(self.tally.count(state) for state in UNDER_WAY)

    @property
    def percent(self) -> int:
        return 100 * self.sent // self.total if self.total else 100


def sending_of(batch: UUID, user) -> Sending | None:
    """Return the sending `batch` as `user` may see it, in one query, or None when there is none."""
    rows = Mail.objects.visible_to(user).filter(batch=batch).annotate(settled=settled())
    parts = list(
        rows.order_by()
        .values("state", "kind", "is_account_mail", "settled", "last_error")
        .annotate(
            count=Count("pk"),
            written_at=Min("created_at"),
            first=Min("sent_at"),
            last=Max("sent_at"),
            first_path=Min("path"),
            last_path=Max("path"),
        )
    )
    if not parts:
        return None
    paths = {part["first_path"] for part in parts} | {part["last_path"] for part in parts}
    return Sending(
        batch=batch,
        tally=Tally([_group(part) for part in parts]),
        kinds=sorted({title_of(part["kind"]) for part in parts}),
        reasons=_reasons(parts),
        written_at=min(part["written_at"] for part in parts),
        first_sent_at=min((part["first"] for part in parts if part["first"]), default=None),
        last_sent_at=max((part["last"] for part in parts if part["last"]), default=None),
        path=paths.pop() if len(paths) == 1 else "",
    )


def unsolved_of(batch: UUID, user) -> QuerySet[Mail]:
    """Return the mails of a sending that did not go out and are not settled, by recipient, without
    their bodies.
    """
    mails = Mail.objects.visible_to(user).filter(is_unsolved(), batch=batch)
    return mails.slim().order_by("recipient_name", "recipient", "pk")


def _group(part: dict) -> Group:
    return Group(part["state"], part["is_account_mail"], part["settled"], False, part["count"])


def _reasons(parts: list[dict]) -> list[Reason]:
    """Return the errors of what was not sent, alike ones together, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for part in parts:
        if part["last_error"] and part["state"] not in (MailState.SENT, MailState.WITHDRAWN):
            counts[part["state"], OWN_TO_A_MAIL.sub("…", part["last_error"])] += part["count"]
    return [Reason(MailState(state), text, count) for (state, text), count in counts.most_common()]
