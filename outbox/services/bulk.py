"""Bulk actions of the office on mails.

Each takes `expected`, the count that the user confirmed, and returns it. Raises ChangedMeanwhile
with the current count if that differs, Refused if the action applies to none of the mails any more,
and NotAllowed for everyone but the office; nothing is changed then.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Model, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy, ngettext

from core.errors import ChangedMeanwhile, Refused
from core.queries import in_batches
from outbox.enums import APPROVE, LOG_NOTES, MOVES, RESEND, SETTLE, SOURCES_OF_ACTION, WITHDRAW
from outbox.models import Mail, MailLog
from outbox.permissions import require_can_manage_mails
from outbox.queries.bulk import with_obstacle
from outbox.registry import Addressed, current_recipients
from outbox.services.mails import readdress_mail
from outbox.services.queueing import deliver_on_commit

KeysByState = dict[str, list[int]]
NO_MAIL_LEFT = gettext_lazy(
    "In dieser Auswahl gibt es keine E-Mail (mehr), für die das möglich ist."
)


@transaction.atomic
def approve_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    found = _lock_mails(APPROVE, mails, expected, by)
    # Drafts may have waited for days; their lifetime starts when they are released.
    changes = {
        "due_at": Greatest(F("due_at"), Value(now)),
        "expires_at": _renewed_expiry(now),
    }
    _change_mails(found, APPROVE, changes, by, now)
    deliver_on_commit()
    return expected


@transaction.atomic
def resend_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    """Queue failed and expired mails again and reset their counters. They go to the addresses that
    their recipients have now (`outbox.registry`).

    Account mails are left out: their codes and links are outdated and have to be requested again.
    """
    found = _lock_mails(RESEND, mails, expected, by)
    changes = {
        "due_at": now,
        "expires_at": _renewed_expiry(now),
        "attempts": 0,
        "refusals": 0,
        "last_error": "",
        "settled_at": None,
    }
    notes = _readdress([key for keys in found.values() for key in keys], now)
    _change_mails(found, RESEND, changes, by, now, notes)
    deliver_on_commit()
    return expected


def _readdress(keys: list[int], now: dt.datetime) -> dict[int, str]:
    """Write the mails to the present addresses of their recipients; return the notes about it."""
    notes = {}
    for some_keys in in_batches(keys):
        mails = Mail.objects.filter(pk__in=some_keys)
        pairs = {
            pk: Addressed(email, name)
            for pk, email, name in mails.values_list("pk", "recipient", "recipient_name")
        }
        moved = current_recipients(set(pairs.values()))
        for mail in mails.filter(pk__in=[pk for pk, pair in pairs.items() if pair in moved]):
            # A mail that the new address has got already goes to its own once more.
            with suppress(Refused):
                notes[mail.pk] = readdress_mail(mail, moved[pairs[mail.pk]], now=now)
    return notes


@transaction.atomic
def withdraw_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    found = _lock_mails(WITHDRAW, mails, expected, by)
    _change_mails(found, WITHDRAW, {"last_error": ""}, by, now)
    return expected


@transaction.atomic
def settle_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    """Stop reporting unsolved mails as problems; they stay failed or expired."""
    found = _lock_mails(SETTLE, mails, expected, by)
    _change_mails(found, SETTLE, {"settled_at": now}, by, now)
    return expected


def _lock_mails(action: str, mails: QuerySet[Mail], expected: int, by: Model) -> KeysByState:
    """Lock the mails that `action` applies to and return their primary keys by state."""
    require_can_manage_mails(by)
    reached = with_obstacle(action, mails).filter(obstacle="", state__in=SOURCES_OF_ACTION[action])
    found: KeysByState = defaultdict(list)
    # Every action locks in primary key order, so that two of them cannot deadlock.
    for key, state in reached.order_by("pk").select_for_update().values_list("pk", "state"):
        found[state].append(key)
    count = sum(map(len, found.values()))
    if not count:
        raise Refused(str(NO_MAIL_LEFT))
    if count != expected:
        message = ngettext(
            "Die Auswahl hat sich inzwischen geändert: Es wäre %(count)d E-Mail. Bitte prüfen Sie "
            "noch einmal.",
            "Die Auswahl hat sich inzwischen geändert: Es wären %(count)d E-Mails. Bitte prüfen "
            "Sie noch einmal.",
            count,
        )
        raise ChangedMeanwhile(message % {"count": count})
    return found


def _change_mails(
    found: KeysByState,
    action: str,
    changes: dict[str, Any],
    by: Model,
    now: dt.datetime,
    notes: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Apply `changes` and the move of `action` to the locked mails, and log each; `notes` replace
    the usual one.
    """
    target = MOVES[action].target if action in MOVES else ""
    if target:
        changes = changes | {"state": target}
    # SQLite limits the number of parameters in one statement.
    all_keys = [key for keys in found.values() for key in keys]
    for some_keys in in_batches(all_keys):
        Mail.objects.filter(pk__in=some_keys).update(**changes)
    MailLog.objects.bulk_create(
        [
            MailLog(
                mail_id=key,
                at=now,
                from_state=state,
                to_state=target or state,
                note=notes.get(key, LOG_NOTES[action]),
                by=by,
            )
            for state, keys in found.items()
            for key in keys
        ]
    )


def _renewed_expiry(now: dt.datetime) -> Greatest:
    new_expiry = ExpressionWrapper(Value(now) + F("lifetime"), output_field=DateTimeField())
    return Greatest(F("expires_at"), new_expiry)
