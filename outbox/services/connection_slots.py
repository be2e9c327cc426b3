"""Limit the connections to the mail server to MAIL_CONNECTIONS across all workers and machines.

Slots are rows in the database, which all workers share anyway. If there is more than one, the first
is reserved for account mail, so that sign-in codes never wait behind a stuck batch.
"""

import datetime as dt
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db.models import Q, QuerySet

from outbox.models import ConnectionSlot

ACCOUNT_SLOT = 0


class HeldSlot(NamedTuple):
    """A slot this worker holds; `holder` is a random token that proves it."""

    number: int
    holder: str


def acquire_slot(*, now: dt.datetime, for_account: bool = False) -> HeldSlot | None:
    """Take a free slot for MAIL_SLOT_SECONDS; return None if there is none."""
    holder = uuid4().hex
    for number in _free_numbers(now, for_account):
        # Two workers may see the same free slot; the condition lets the database pick the winner.
        acquired = ConnectionSlot.objects.filter(_is_free(now), number=number).update(
            holder=holder, held_until=_held_until(now)
        )
        if acquired:
            return HeldSlot(number, holder)
    return None


def renew_slot(slot: HeldSlot, *, now: dt.datetime) -> bool:
    """Extend the hold on `slot`; return False if it expired and another worker took it."""
    return bool(_held(slot).update(held_until=_held_until(now)))


def release_slot(slot: HeldSlot) -> None:
    _held(slot).update(holder="", held_until=None)


def close_slot(slot: HeldSlot, *, now: dt.datetime) -> None:
    """Keep `slot` unused for MAIL_THROTTLE_SECONDS, unless its mails would have no other slot."""
    others = ConnectionSlot.objects.filter(
        number__in=_slot_numbers(for_account=slot.number == ACCOUNT_SLOT)
    ).exclude(number=slot.number)
    if others.filter(_is_open(now)).exists():
        closed_until = now + dt.timedelta(seconds=settings.MAIL_THROTTLE_SECONDS)
        _held(slot).update(closed_until=closed_until)


def _slot_numbers(for_account: bool) -> range:
    count = max(settings.MAIL_CONNECTIONS, 1)
    return range(ACCOUNT_SLOT if for_account or count == 1 else ACCOUNT_SLOT + 1, count)


def _free_numbers(now: dt.datetime, for_account: bool) -> list[int]:
    numbers = _slot_numbers(for_account)
    slots = {slot.number: slot for slot in ConnectionSlot.objects.filter(number__in=numbers)}
    # MAIL_CONNECTIONS may have been raised, and two workers may notice that at the same time.
    if missing := [number for number in numbers if number not in slots]:
        ConnectionSlot.objects.bulk_create(
            [ConnectionSlot(number=number) for number in missing], ignore_conflicts=True
        )
    return [number for number in numbers if number not in slots or slots[number].is_free(now)]


def _is_free(now: dt.datetime) -> Q:
    return (Q(held_until=None) | Q(held_until__lte=now)) & _is_open(now)


def _is_open(now: dt.datetime) -> Q:
    return Q(closed_until=None) | Q(closed_until__lte=now)


def _held(slot: HeldSlot) -> QuerySet[ConnectionSlot]:
    # Matching the holder keeps a worker whose hold expired from changing the next holder's slot.
    return ConnectionSlot.objects.filter(number=slot.number, holder=slot.holder)


def _held_until(now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(seconds=settings.MAIL_SLOT_SECONDS)
