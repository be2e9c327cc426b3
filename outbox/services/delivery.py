"""Claim, send, record. Sending happens outside any transaction."""

import datetime as dt
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from outbox.enums import MOVES
from outbox.models import Mail
from outbox.services.recording import record_accepted, record_deferred, record_rejected, release
from outbox.transports import Deferred, Parcel, Rejected, Transport, Unreachable, open_transport

Clock = Callable[[], dt.datetime]


class Delivery(NamedTuple):
    """What a run did: how many mails the server took, and whether it stopped because the server is away."""

    sent: int
    is_unreachable: bool = False


def deliver_due_mails(*, clock: Clock, limit: int | None = None) -> Delivery:
    """Send what is due, batch by batch over one connection, until nothing is due, `limit` is reached or the server
    is away. `clock` tells the time, since a run may take long. Must not be called inside a transaction.
    """
    transport = open_transport()
    sent = 0
    try:
        while limit is None or sent < limit:
            mails = claim_batch(now=clock(), size=settings.MAIL_BATCH_SIZE)
            if not mails:
                break
            result = _send_batch(mails, transport, clock)
            sent += result.sent
            if result.is_unreachable:
                return Delivery(sent, is_unreachable=True)
    finally:
        transport.close()
    return Delivery(sent)


@transaction.atomic(durable=True)
def claim_batch(*, now: dt.datetime, size: int) -> list[Mail]:
    """Take up to `size` due mails for this worker, account mails first; nobody else gets them before the lease ends.

    On PostgreSQL workers step over each other's rows; on SQLite the IMMEDIATE transaction lets one in at a time.
    """
    due = Mail.objects.due(now).order_by("priority", "due_at", "pk").select_for_update(skip_locked=True)
    mails = list(
        due.only("pk", "created_at", "recipient", "mime", "message_id", "attempts", "due_at", "is_account_mail")[:size]
    )
    claim = uuid4().hex
    keys = [mail.pk for mail in mails]
    if keys:
        Mail.objects.filter(pk__in=keys, state__in=MOVES["claim"].sources).update(
            state=MOVES["claim"].target, claim=claim, claimed_at=now
        )
    for mail in mails:
        mail.claim = claim
    return mails


def _send_batch(mails: list[Mail], transport: Transport, clock: Clock) -> Delivery:
    give_back_at = monotonic() + settings.MAIL_LEASE_SECONDS / 2
    sent = 0
    for position, mail in enumerate(mails):
        if monotonic() > give_back_at:
            release(mails[position:], mail.claim)
            break
        try:
            answer = transport.send(Parcel(mail.pk, mail.created_at, mail.recipient, mail.mime.encode("ascii")))
        except Rejected as error:
            record_rejected(mail, str(error), clock())
        except Deferred as error:
            record_deferred([mail], str(error), clock())
        except Unreachable as error:
            record_deferred(mails[position:], str(error), clock())
            return Delivery(sent, is_unreachable=True)
        else:
            record_accepted(mail, answer, clock())
            sent += 1
    return Delivery(sent)
