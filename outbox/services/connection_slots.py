"""At most MAIL_CONNECTIONS connections to the mail server at a time, over all workers and machines.

A slot is lent by a conditional update and comes back by itself when its worker dies. With more than
one, the first is kept for account mail, so that no login code ever waits behind a bulk that is
stuck.
"""

import datetime as dt
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db.models import Q

from outbox.models import SendingSlot


class Slot(NamedTuple):
    """A slot that this worker holds."""

    number: int
    holder: str


def take_slot(*, now: dt.datetime, for_account: bool = False) -> Slot | None:
    """Return a free slot for MAIL_SLOT_SECONDS, or None when all that this kind of mail may use are
    taken.
    """
    slot = Slot(-1, uuid4().hex)
    for number in _free(now, for_account):
        lent = SendingSlot.objects.filter(_is_free(now), number=number).update(
            holder=slot.holder, held_until=_until(now)
        )
        if lent:
            return slot._replace(number=number)
    return None


def renew_slot(slot: Slot, *, now: dt.datetime) -> bool:
    """Hold `slot` for another while; return False when somebody else has it meanwhile."""
    return bool(_held(slot).update(held_until=_until(now)))


def give_back_slot(slot: Slot) -> None:
    """Let the next worker have `slot`."""
    _held(slot).update(holder="", held_until=None)


def close_slot(slot: Slot, *, now: dt.datetime) -> None:
    """Use one connection less for MAIL_THROTTLE_SECONDS, unless `slot` is the last of its kind that
    is open.
    """
    others = SendingSlot.objects.filter(number__in=_numbers(slot.number == 0)).exclude(
        number=slot.number
    )
    if others.filter(Q(closed_until=None) | Q(closed_until__lte=now)).exists():
        _held(slot).update(closed_until=now + dt.timedelta(seconds=settings.MAIL_THROTTLE_SECONDS))


def _numbers(for_account: bool) -> range:
    """Return which slots may be used: the first is the account mails' own where there are others."""
    count = max(settings.MAIL_CONNECTIONS, 1)
    return range(0 if for_account or count == 1 else 1, count)


def _free(now: dt.datetime, for_account: bool) -> list[int]:
    numbers = _numbers(for_account)
    slots = {slot.number: slot for slot in SendingSlot.objects.filter(number__in=numbers)}
    if missing := [number for number in numbers if number not in slots]:
        SendingSlot.objects.bulk_create(
            [SendingSlot(number=n) for n in missing], ignore_conflicts=True
        )
    return [number for number in numbers if number not in slots or slots[number].is_free(now)]


def _is_free(now: dt.datetime) -> Q:
    unheld = Q(held_until=None) | Q(held_until__lte=now)
    return unheld & (Q(closed_until=None) | Q(closed_until__lte=now))


def _held(slot: Slot):
    return SendingSlot.objects.filter(number=slot.number, holder=slot.holder)


def _until(now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(seconds=settings.MAIL_SLOT_SECONDS)
