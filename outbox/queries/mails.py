"""Which mails are due, late, unsolved, or about one page."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from core.queries import in_batches
from outbox.enums import (
    MOVES,
    QUEUED_STATES,
    UNDER_WAY_STATES,
    UNSOLVED_STATES,
    WITHDRAW,
    Audience,
    MailState,
)
from outbox.models import TEST_EVENT, Mail, in_states
from outbox.registry import Addressed, current_recipients
from outbox.rendering.headers import address_key
from outbox.texts import Recipient, kinds_for

LATE_AFTER = dt.timedelta(minutes=15)
# Older mails are hardly worth sending again to somebody whose address was wrong.
WORTH_RESENDING = dt.timedelta(days=90)
SENDING_ORDER = ("priority", "due_at", "pk")
WAS_ATTEMPTED = Q(attempts__gt=0) | Q(state__in=(MailState.SENDING, MailState.SENT))


class Problems(NamedTuple):
    """How many mails the office should look at; `late_since` is None while none is late."""

    unsolved: int
    late: int
    late_since: dt.datetime | None


class Drafts(NamedTuple):
    """How many mails wait to be released; `since` is when the first was to go out."""

    count: int
    since: dt.datetime | None


class Failure(NamedTuple):
    """How many mails are unsolved, which of them failed last, and when."""

    count: int
    latest: Mail
    at: dt.datetime


def oldest_due_at(now: dt.datetime) -> dt.datetime | None:
    """Return when the oldest unsent mail fell due, or None when nothing is due at `now`."""
    unsent = Mail.objects.filter(state__in=UNDER_WAY_STATES, due_at__lte=now)
    return unsent.order_by("due_at").values_list("due_at", flat=True).first()


def count_sent_or_claimed_since(moment: dt.datetime) -> int:
    """Return how many mails have counted towards MAIL_PER_MINUTE since `moment`."""
    recent = Q(state=MailState.SENT, sent_at__gt=moment) | Q(state=MailState.SENDING)
    return Mail.objects.filter(recent).count()


def mails_about(path: str) -> QuerySet[Mail]:
    """Return the mails about the page `path`, newest first."""
    return Mail.objects.filter(path=path).without_bodies().order_by("-created_at", "-pk")


def latest_batch(path: str, kind: str) -> UUID | None:
    """Return the batch of the newest mail of `kind` about the page `path`."""
    return mails_about(path).filter(kind=kind).values_list("batch", flat=True).first()


def is_not_held_back(subject_key: Combinable, kind: str) -> Q:
    """Return a condition for a query over subjects: mails of `kind` about the subject were never
    written, or one was attempted. `subject_key` builds the key from an `OuterRef`.
    """
    written = Mail.objects.filter(kind=kind, subject_key=subject_key)
    return ~Exists(written) | Exists(written.filter(WAS_ATTEMPTED))


def is_out(subject_key: Combinable, kind: str) -> Q:
    """Return the condition of `is_not_held_back`, true also for mails that wait for a worker."""
    written = Mail.objects.filter(kind=kind, subject_key=subject_key)
    return ~Exists(written) | Exists(written.filter(WAS_ATTEMPTED | Q(state__in=QUEUED_STATES)))


def held_back(subject_keys: Iterable[str], kind: str) -> set[str]:
    """Return the `subject_keys` whose mails of `kind` were written but never attempted."""
    # In batches, because SQLite limits the number of parameters in one statement.
    found: set[str] = set()
    for keys in in_batches(sorted(set(subject_keys))):
        written = Mail.objects.filter(kind=kind, subject_key__in=keys).values("subject_key")
        untouched = written.annotate(attempted=Count("pk", filter=WAS_ATTEMPTED))
        found |= set(untouched.filter(attempted=0).values_list("subject_key", flat=True))
    return found


def unsent_keys(
    subject_keys: Iterable[str], kind: str, *, states: Collection[str] = MOVES[WITHDRAW].sources
) -> set[str]:
    """Return the `subject_keys` about which a mail of `kind` waits that could be withdrawn; or is
    in one of `states`.
    """
    found: set[str] = set()
    for keys in in_batches(sorted(set(subject_keys))):
        waiting = Mail.objects.filter(kind=kind, subject_key__in=keys, state__in=states)
        found |= set(waiting.values_list("subject_key", flat=True))
    return found


def unsent_events(subject_keys: Iterable[str], kinds: Collection[str]) -> set[tuple[str, str]]:
    """Return (event, address) of the mails of `kinds` about `subject_keys` that wait and could be
    withdrawn.
    """
    found: set[tuple[str, str]] = set()
    for keys in in_batches(sorted(set(subject_keys))):
        waiting = Mail.objects.filter(kind__in=kinds, subject_key__in=keys)
        waiting = waiting.filter(state__in=MOVES[WITHDRAW].sources)
        found |= set(waiting.values_list("event", "recipient"))
    return found


def current_recipient(mail: Mail) -> Recipient | None:
    """Return how its recipient is written to now, if that is at another address."""
    # Codes and links of accounts are for the address that they were asked for.
    if mail.is_account_mail:
        return None
    addressed = Addressed(mail.recipient, mail.recipient_name)
    return current_recipients([addressed]).get(addressed)


def mails_gone_to(one: Addressed, now: dt.datetime) -> QuerySet[Mail]:
    """Return what went to an address that was perhaps wrong, newest first."""
    mails = Mail.objects.filter(
        recipient=one.email,
        recipient_name=one.name,
        is_account_mail=False,
        state__in=(MailState.SENDING, MailState.SENT),
        created_at__gte=now - WORTH_RESENDING,
    )
    return mails.without_bodies().order_by("-created_at", "-pk")


def hold_calendar_entries(mails: QuerySet[Mail]) -> bool:
    """Return whether one of `mails` brought an entry that still stands in a calendar."""
    return mails.filter(mime__contains="text/calendar").exists()


def pending_mails_to(
    people: Iterable[Recipient], audiences: Collection[Audience]
) -> QuerySet[Mail]:
    """Return the mails of the kinds for `audiences` to `people` that could be withdrawn.

    A recipient without a name stands for everybody at the address.
    """
    matches = Q(pk__in=[])
    for to in people:
        at_address = Q(recipient=address_key(to.email))
        matches |= at_address & Q(recipient_name=to.name) if to.name else at_address
    kinds = Q(kind__in=kinds_for(*audiences))
    # Codes and links to sign in with are of no use to a closed account.
    if Audience.ACCOUNTS in audiences:
        kinds |= Q(is_account_mail=True)
    return Mail.objects.filter(matches, kinds, state__in=MOVES[WITHDRAW].sources)


def mails_for_office(user) -> QuerySet[Mail]:
    """Return the mails that `user` may see; `moment` is when each was sent, or else written."""
    mails = Mail.objects.visible_to(user).without_bodies()
    return mails.annotate(moment=Coalesce("sent_at", "created_at"))


def is_unsolved() -> Q:
    """Return the condition of mails that could not be sent and that nobody has settled."""
    return in_states(*UNSOLVED_STATES) & Q(settled_at=None)


def is_late(now: dt.datetime) -> Q:
    """Return the condition of unsent mails that have been due for longer than LATE_AFTER."""
    due = Q(due_at__lt=now - LATE_AFTER)
    # Two branches, because each has a partial index of its own in PostgreSQL.
    return Q(due, state__in=QUEUED_STATES) | Q(due, state=MailState.SENDING)


def is_test() -> Q:
    """Return the condition of mails with which somebody tries out a text."""
    return Q(event__startswith=TEST_EVENT)


def unsolved_mails() -> QuerySet[Mail]:
    return Mail.objects.filter(is_unsolved())


def mails_waiting(now: dt.datetime) -> tuple[Problems, Drafts]:
    """Count the unsolved and the late mails, and the drafts that somebody has to read first, in one
    query.
    """
    is_draft = Q(state=MailState.DRAFT)
    found = Mail.objects.filter(is_unsolved() | is_late(now) | is_draft).aggregate(
        unsolved=Count("pk", filter=is_unsolved()),
        late=Count("pk", filter=is_late(now)),
        late_since=Min("due_at", filter=is_late(now)),
        drafts=Count("pk", filter=is_draft),
        drafts_since=Min("due_at", filter=is_draft),
    )
    problems = Problems(found["unsolved"], found["late"], found["late_since"])
    return problems, Drafts(found["drafts"], found["drafts_since"])


def latest_failure() -> Failure | None:
    """Summarise the unsolved mails in two queries; None when there are none."""
    mails = unsolved_mails()
    # The log says when a mail failed; without an entry, use the time of writing.
    failed_at = Max("log__at", filter=Q(log__to_state__in=UNSOLVED_STATES))
    latest = (
        mails.without_bodies()
        .annotate(failed_at=Coalesce(failed_at, "created_at"))
        .order_by("-failed_at", "-pk")
        .first()
    )
    return Failure(mails.count(), latest, latest.failed_at) if latest else None
