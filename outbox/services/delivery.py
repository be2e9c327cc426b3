"""Claim, send, record. Sending happens outside any transaction."""

import datetime as dt
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from outbox.enums import MOVES
from outbox.models import Mail, SendingSlot
from outbox.queries import ORDER_OF_SENDING, sent_or_claimed_since
from outbox.services.bundling import bundle_due_notices
from outbox.services.connection_slots import Slot, close_slot, give_back_slot, renew_slot, take_slot
from outbox.services.recorder import Recorder
from outbox.services.recording import (
    backoff,
    record_deferred,
    record_rejected,
    record_unreachable,
    release,
)
from outbox.transports import (
    Deferred,
    Parcel,
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
    """What a run did: how many mails the server took, whether it stopped because the server is
    away, and whether it may go on."""

    sent: int
    is_unreachable: bool = False
    may_go_on: bool = True


class LeaseOver(Exception):
    """The record before took so long that the next mail may be another worker's by now."""


class Run(NamedTuple):
    """One worker's connection at work: the slot it holds, the way out, the writer of what happened,
    the time.
    """

    slot: Slot
    transport: Transport
    recorder: Recorder
    clock: Clock


def deliver_due_mails(*, clock: Clock, only_account: bool = False) -> Delivery:
    """Send what is due, batch by batch over one connection, until nothing is due, the server is
    away, or all connections that may be used are in use: then their workers send it. `clock` tells
    the time, since a run may take long; `only_account` sends account mail alone. Must not be called
    inside a transaction.
    """
    done = Delivery(0)
    while done.may_go_on and (slot := take_slot(now=clock(), for_account=only_account)):
        try:
            run = _drain(slot, clock, only_account)
        finally:
            give_back_slot(slot)
        # What came after the last look may have found all slots taken, so that its own worker has
        # left.
        is_more = _claimable(clock(), only_account).exists() and _allowance(clock(), only_account)
        done = Delivery(done.sent + run.sent, run.is_unreachable, run.may_go_on and bool(is_more))
    return done


def claim_batch(*, now: dt.datetime, size: int, only_account: bool = False) -> list[Mail]:
    """Take up to `size` due mails for this worker, account mails first; nobody else gets them
    before the lease ends.

    On PostgreSQL workers step over each other's rows; on SQLite the IMMEDIATE transaction lets one
    in at a time.
    """
    with transaction.atomic(durable=True):
        if settings.MAIL_PER_MINUTE:
            list(SendingSlot.objects.select_for_update().order_by("number"))  # one counts at a time
        due = (
            _claimable(now, only_account)
            .order_by(*ORDER_OF_SENDING)
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


def _claimable(now: dt.datetime, only_account: bool):
    due = Mail.objects.due(now)
    return due.filter(is_account_mail=True) if only_account else due


def _allowance(now: dt.datetime, only_account: bool) -> int:
    """Return how many mails may be claimed at `now`: MAIL_PER_MINUTE in any 60 seconds, account
    mail without limit.
    """
    limit = settings.MAIL_PER_MINUTE
    if not limit or only_account:
        return settings.MAIL_BATCH_SIZE
    return max(limit - sent_or_claimed_since(now - dt.timedelta(minutes=1)), 0)


def _drain(slot: Slot, clock: Clock, only_account: bool) -> Delivery:
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
                    bundle_due_notices(now=now)  # what fell due since the last batch
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
    give_back_at = monotonic() + settings.MAIL_LEASE_SECONDS / 2
    last_at = (
        monotonic() + settings.MAIL_LEASE_SECONDS * 3 / 4
    )  # soon after that others may have what is left
    renew_at = monotonic() + settings.MAIL_SLOT_SECONDS / 3
    sent = 0
    for position, mail in enumerate(mails):
        if monotonic() > give_back_at:
            release(mails[position:])
            return Delivery(sent)
        if monotonic() > renew_at:
            renew_at = monotonic() + settings.MAIL_SLOT_SECONDS / 3
            if not renew_slot(run.slot, now=run.clock()):
                release(mails[position:])
                return Delivery(sent, may_go_on=False)
        try:
            sent += _send(mail, run, last_at)
        except LeaseOver:
            release(mails[position:])
            return Delivery(sent)
        except Throttled as error:
            close_slot(run.slot, now=run.clock())
            release(mails[position:], due_at=run.clock() + backoff(1), words=str(error))
            return Delivery(sent, is_unreachable=True, may_go_on=False)
        except Unreachable as error:
            due_at = record_unreachable(mail, str(error), run.clock())
            release(mails[position + 1 :], due_at=due_at, words=str(error))
            return Delivery(sent, is_unreachable=True, may_go_on=False)
    return Delivery(sent)


def _send(mail: Mail, run: Run, last_at: float) -> int:
    """Send one mail and have written what became of it; return 1 when the server took it, else 0.

    The record of the mail before has to be there before the server may accept this one, so a worker
    that dies leaves at most one accepted mail that is not recorded. Raises `LeaseOver` when that
    took until after `last_at`.
    """

    def before_end() -> None:
        run.recorder.wait()
        if monotonic() > last_at:
            raise LeaseOver

    parcel = Parcel(mail.pk, mail.created_at, mail.recipient, mail.mime.encode("ascii"))
    try:
        answer = run.transport.send(parcel, before_end=before_end)
    except Rejected as error:
        record_rejected(mail, str(error), run.clock())
    except Deferred as error:
        record_deferred(mail, str(error), run.clock())
    else:
        run.recorder.accepted(mail, answer, run.clock())
        return 1
    return 0
