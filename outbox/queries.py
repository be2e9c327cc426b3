"""What pages and tasks ask of the outbox."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from core.queries import in_batches
from outbox.enums import MOVES, MailState
from outbox.models import Mail, in_states

LATE_AFTER = dt.timedelta(minutes=15)  # how long a due mail may wait before it counts as late
UNSOLVED = (
    MailState.FAILED,
    MailState.UNDELIVERABLE,
    MailState.EXPIRED,
)  # will not go out by themselves any more
WILL_BE_SENT = MOVES["claim"].sources
UNDER_WAY = (*WILL_BE_SENT, MailState.SENDING)
ON_ITS_WAY = Q(attempts__gt=0) | Q(state__in=(MailState.SENDING, MailState.SENT))
ORDER_OF_SENDING = ("priority", "due_at", "pk")


class Trouble(NamedTuple):
    """What the office should look at: mails that failed and are not settled, mails that are late
    and since when.
    """

    unsolved: int
    late: int
    late_since: dt.datetime | None


class Failure(NamedTuple):
    """The mails that failed and are not settled: how many, and which failed last and when."""

    count: int
    latest: Mail
    at: dt.datetime


def oldest_due_at(now: dt.datetime) -> dt.datetime | None:
    """Return since when the oldest unsent mail has been due at `now`, or None when nothing is late."""
    unsent = Mail.objects.filter(state__in=UNDER_WAY, due_at__lte=now)
    return unsent.order_by("due_at").values_list("due_at", flat=True).first()


def sent_or_claimed_since(moment: dt.datetime) -> int:
    """Return how many mails went out since `moment` or are going out now."""
    recent = Q(state=MailState.SENT, sent_at__gt=moment) | Q(state=MailState.SENDING)
    return Mail.objects.filter(recent).count()


def mails_about(path: str):
    """Return the mails about the page `path`, newest first, without their bodies."""
    return Mail.objects.filter(path=path).slim().order_by("-created_at", "-pk")


def is_not_held_back(subject_key: Combinable, kind: str) -> Q:
    """Return the condition that no mail of `kind` was written about the outer row, or one of them
    was on its way.

    `subject_key` makes the key of the mails from an `OuterRef`.
    """
    written = Mail.objects.filter(kind=kind, subject_key=subject_key)
    return ~Exists(written) | Exists(written.filter(ON_ITS_WAY))


def held_back(subject_keys: Iterable[str], kind: str) -> set[str]:
    """Return those of `subject_keys` whose mails of `kind` were written, but none of them was ever
    on its way.
    """
    found: set[str] = set()
    for keys in in_batches(sorted(set(subject_keys))):
        written = Mail.objects.filter(kind=kind, subject_key__in=keys).values("subject_key")
        lying = written.annotate(moved=Count("pk", filter=ON_ITS_WAY)).filter(moved=0)
        found |= set(lying.values_list("subject_key", flat=True))
    return found


def latest_sending(path: str, kind: str) -> UUID | None:
    """Return the sending in which the newest mail of `kind` about the page `path` was written, if
    any.
    """
    return mails_about(path).filter(kind=kind).values_list("batch", flat=True).first()


def mails_for_office(user):
    """Return the mails that `user` may see, without their bodies, with `moment`: when sent, else
    when written.
    """
    return Mail.objects.visible_to(user).slim().annotate(moment=Coalesce("sent_at", "created_at"))


def is_unsolved() -> Q:
    """Return the condition of mails that did not go out and that nobody has settled."""
    return in_states(*UNSOLVED) & Q(settled_at=None)


def is_late(now: dt.datetime) -> Q:
    """Return the condition of mails that have been due for longer than LATE_AFTER and were not
    sent.

    In two arms, so that PostgreSQL finds the partial index of each.
    """
    due = Q(due_at__lt=now - LATE_AFTER)
    return Q(due, state__in=WILL_BE_SENT) | Q(due, state=MailState.SENDING)


def unsolved_mails() -> QuerySet[Mail]:
    """Return the mails that failed, were undeliverable or expired, and that nobody has settled."""
    return Mail.objects.filter(is_unsolved())


def trouble_at(now: dt.datetime) -> Trouble:
    """Return what is wrong in the outbox at `now`, in one query."""
    found = Mail.objects.filter(is_unsolved() | is_late(now)).aggregate(
        unsolved=Count("pk", filter=is_unsolved()),
        late=Count("pk", filter=is_late(now)),
        late_since=Min("due_at", filter=is_late(now)),
    )
    return Trouble(**found)


def latest_failure() -> Failure | None:
    """Return the unsolved mails in brief, in two queries, or None when there are none."""
    mails = unsolved_mails()
    failed_at = Max("log__at", filter=Q(log__to_state__in=UNSOLVED))
    latest = (
        mails.slim()
        .annotate(failed_at=Coalesce(failed_at, "created_at"))
        .order_by("-failed_at", "-pk")
        .first()
    )
    return Failure(mails.count(), latest, latest.failed_at) if latest else None
