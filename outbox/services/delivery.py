"""Claim due mails, send them and record the outcome.

Delivery is at least once: no transaction spans the mail server and the database, so a worker that
is killed between acceptance and record leaves a mail that will be sent again. This module limits
that to one mail per killed worker, and the stable Message-ID lets servers drop the duplicate.
"""

import datetime as dt
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from outbox.enums import MOVES
from outbox.models import ConnectionSlot, Mail
from outbox.queries.mails import SENDING_ORDER, count_sent_or_claimed_since
from outbox.services.connection_slots import (
    HeldSlot,
    acquire_slot,
    close_slot,
    release_slot,
    renew_slot,
)
from outbox.services.notices import bundle_due_notices
from outbox.services.recording import (
    Recorder,
    backoff,
    record_deferred,
    record_rejected,
    record_unreachable,
    release_claims,
)
from outbox.transports import (
    Deferred,
    OutgoingMail,
    Rejected,
    Throttled,
    Transport,
    Unreachable,
    open_transport,
)

Clock = Callable[[], dt.datetime]
CLAIMED_FIELDS = (
    "pk",
    "created_at",
    "recipient",
    "mime",
    "message_id",
    "attempts",
    "refusals",
    "due_at",
    "is_account_mail",
)


class Delivery(NamedTuple):
    """The result of a run: how many mails the server accepted, and whether to continue."""

    sent: int
    is_unreachable: bool = False
    may_go_on: bool = True


class LeaseExpired(Exception):
    """Recording took so long that another worker may already have claimed the next mail."""


class Run(NamedTuple):
    """What one worker needs to send over one connection."""

    slot: HeldSlot
    transport: Transport
    recorder: Recorder
    clock: Clock


class Deadlines(NamedTuple):
    """When a worker stops using its lease, on the monotonic clock, in seconds.

    It starts no mail after half of the lease and completes none after three quarters. The rest is a
    margin for clocks that differ between machines and for a slow last reply.
    """

    next_mail: float
    completion: float

    @classmethod
    def from_now(cls) -> "Deadlines":
        start, lease = monotonic(), settings.MAIL_LEASE_SECONDS
        return cls(next_mail=start + lease / 2, completion=start + lease * 3 / 4)


def deliver_due_mails(*, clock: Clock, only_account: bool = False) -> Delivery:
    """Send due mails until none is left, the server is unreachable, or all connections are in use.

    `clock` returns the current time, since a run may take long. Must not be called inside a
    transaction.
    """
    total = Delivery(0)
    while total.may_go_on and (slot := acquire_slot(now=clock(), for_account=only_account)):
        try:
            done = _drain(slot, clock, only_account)
        finally:
            release_slot(slot)
        # A mail queued after our last claim may have woken a worker that found every slot in use
        # and gave up. Without this second look, the mail would wait for the next sweep.
        is_more = _claimable(clock(), only_account).exists() and _allowance(clock(), only_account)
        total = Delivery(
            total.sent + done.sent, done.is_unreachable, done.may_go_on and bool(is_more)
        )
    return total


def claim_batch(*, now: dt.datetime, size: int, only_account: bool = False) -> list[Mail]:
    """Lease up to `size` due mails to this worker for MAIL_LEASE_SECONDS, account mails first."""
    # PostgreSQL lets workers skip each other's locked rows; on SQLite the IMMEDIATE transaction
    # admits one at a time. `durable`, because a claim must be committed before anything is sent.
    with transaction.atomic(durable=True):
        if settings.MAIL_PER_MINUTE:
            # Serialise workers: each would count the same minute and use up its whole remainder.
            list(ConnectionSlot.objects.select_for_update().order_by("number"))
        due = (
            _claimable(now, only_account)
            .order_by(*SENDING_ORDER)
            .select_for_update(skip_locked=True)
        )
        mails = list(due.only(*CLAIMED_FIELDS)[: min(size, _allowance(now, only_account))])
        claim = uuid4().hex
        if mails:
            Mail.objects.filter(
                pk__in=[mail.pk for mail in mails], state__in=MOVES["claim"].sources
            ).update(state=MOVES["claim"].target, claim=claim, claimed_at=now)
    for mail in mails:
        mail.claim = claim
    return mails


def _claimable(now: dt.datetime, only_account: bool) -> QuerySet[Mail]:
    due = Mail.objects.due(now)
    return due.filter(is_account_mail=True) if only_account else due


def _allowance(now: dt.datetime, only_account: bool) -> int:
    """Return how many mails may be claimed: at most MAIL_PER_MINUTE in any 60 seconds."""
    limit = settings.MAIL_PER_MINUTE
    # Account mails are exempt: they are few, and people wait for them at the sign-in page.
    if not limit or only_account:
        return settings.MAIL_BATCH_SIZE
    return max(limit - count_sent_or_claimed_since(now - dt.timedelta(minutes=1)), 0)


def _drain(slot: HeldSlot, clock: Clock, only_account: bool) -> Delivery:
    """Send batch after batch over one connection."""
    done = Delivery(0)
    transport = open_transport()
    try:
        with Recorder() as recorder:
            run = Run(slot, transport, recorder, clock)
            while done.may_go_on:
                if not renew_slot(slot, now=clock()):
                    return done._replace(may_go_on=False)
                now = clock()
                if not only_account:
                    # Before claiming: a notice that is already claimed cannot be bundled.
                    bundle_due_notices(now=now)
                mails = claim_batch(
                    now=now, size=settings.MAIL_BATCH_SIZE, only_account=only_account
                )
                if not mails:
                    break
                batch = _send_batch(mails, run)
                done = batch._replace(sent=done.sent + batch.sent)
    finally:
        transport.close()
    return done


def _send_batch(mails: list[Mail], run: Run) -> Delivery:
    """Send claimed `mails` in order; release those that cannot be sent now for other workers."""
    deadlines = Deadlines.from_now()
    renew_at = monotonic() + settings.MAIL_SLOT_SECONDS / 3
    sent = 0
    for position, mail in enumerate(mails):
        if monotonic() > deadlines.next_mail:
            release_claims(mails[position:])
            return Delivery(sent)
        if monotonic() > renew_at:
            renew_at = monotonic() + settings.MAIL_SLOT_SECONDS / 3
            if not renew_slot(run.slot, now=run.clock()):
                release_claims(mails[position:])
                return Delivery(sent, may_go_on=False)
        try:
            sent += _send(mail, run, deadlines)
        except LeaseExpired:
            release_claims(mails[position:])
            return Delivery(sent)
        except Throttled as error:
            close_slot(run.slot, now=run.clock())
            # Throttling is not the fault of any mail, so none of them counts an attempt.
            release_claims(mails[position:], due_at=run.clock() + backoff(1), error=str(error))
            return Delivery(sent, is_unreachable=True, may_go_on=False)
        except Unreachable as error:
            due_at = record_unreachable(mail, str(error), run.clock())
            release_claims(mails[position + 1 :], due_at=due_at, error=str(error))
            return Delivery(sent, is_unreachable=True, may_go_on=False)
    return Delivery(sent)


def _send(mail: Mail, run: Run, deadlines: Deadlines) -> int:
    """Send one mail and record the outcome; return how many the server accepted, 0 or 1.

    Raises `LeaseExpired` when recording the previous mail took too long, `Throttled` or
    `Unreachable` when the server accepts no mail at all.
    """

    def before_end() -> None:
        # The record of the previous mail must be committed before the server can accept this one.
        # That way a killed worker leaves at most one accepted mail without a record.
        run.recorder.wait()
        if monotonic() > deadlines.completion:
            raise LeaseExpired

    outgoing = OutgoingMail(mail.pk, mail.created_at, mail.recipient, mail.mime.encode("ascii"))
    try:
        answer = run.transport.send(outgoing, before_end=before_end)
    except Rejected as error:
        record_rejected(mail, str(error), run.clock())
    except Deferred as error:
        record_deferred(mail, str(error), run.clock())
    else:
        run.recorder.record(mail, answer, run.clock())
        return 1
    return 0
