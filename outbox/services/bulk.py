"""What the office may do to many mails at once. Each act comes with the number that the page before
it named.
"""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Model, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.queries import in_batches
from outbox.choices import APPROVE, NOTES, RESEND, SETTLE, SOURCES, WITHDRAW, with_obstacle
from outbox.enums import MOVES
from outbox.models import Mail, MailLog
from outbox.permissions import can_manage_mails
from outbox.services.handover import hand_over_on_commit

States = dict[str, list[int]]  # state → keys of the mails that stand so


@transaction.atomic
def approve_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    """Let the drafts among `mails` go out; return how many.

    Like each act here it reaches those that `outbox.choices.with_obstacle` finds fit, and nothing
    happens unless they are `expected` many: else `Outpaced` names the new number. `Refused` when
    there are none (any more), `NotEntitled` for anybody but the office.
    """
    found = _locked(APPROVE, mails, expected, by)
    later = {"due_at": Greatest(F("due_at"), Value(now)), "expires_at": _renewed_expiry(now)}
    _write(found, APPROVE, later, by, now)
    hand_over_on_commit()
    return expected


@transaction.atomic
def resend_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    """Let the failed and expired ones among `mails` wait anew, their tries counted from zero;
    return how many.

    Account mails stay out: what they hold is out of date and is asked for anew. Raises as
    `approve_mails` does.
    """
    found = _locked(RESEND, mails, expected, by)
    anew = {
        "due_at": now,
        "expires_at": _renewed_expiry(now),
        "attempts": 0,
        "refusals": 0,
        "last_error": "",
        "settled_at": None,
    }
    _write(found, RESEND, anew, by, now)
    hand_over_on_commit()
    return expected


@transaction.atomic
def withdraw_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    """Take back those among `mails` that were not sent yet, account mails left out; return how
    many.

    Raises as `approve_mails` does.
    """
    found = _locked(WITHDRAW, mails, expected, by)
    _write(found, WITHDRAW, {"last_error": ""}, by, now)
    return expected


@transaction.atomic
def settle_mails(*, mails: QuerySet[Mail], expected: int, by: Model, now: dt.datetime) -> int:
    """Put away the unsolved ones among `mails`: they stay failed, but nobody is reminded of them;
    return how many.

    Raises as `approve_mails` does.
    """
    found = _locked(SETTLE, mails, expected, by)
    _write(found, SETTLE, {"settled_at": now}, by, now)
    return expected


def _locked(action: str, mails: QuerySet[Mail], expected: int, by: Model) -> States:
    """Lock those of `mails` that `action` reaches and return them by state."""
    if not can_manage_mails(by):
        raise NotAllowed(_("Nur die Geschäftsstelle darf den Versand ändern."))
    rows = with_obstacle(action, mails).filter(obstacle="", state__in=SOURCES[action])
    found: States = defaultdict(list)
    for key, state in rows.order_by("pk").select_for_update().values_list("pk", "state"):
        found[state].append(key)
    count = sum(map(len, found.values()))
    if not count:
        raise Refused(_("In dieser Auswahl gibt es keine E-Mail (mehr), für die das möglich ist."))
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


def _write(found: States, action: str, fields: dict[str, Any], by: Model, now: dt.datetime) -> None:
    """Move the mails as the state table says (settling leaves the state) and log each."""
    target = MOVES[action].target if action in MOVES else ""
    if target:
        fields = fields | {"state": target}
    for part in in_batches([key for keys in found.values() for key in keys]):
        Mail.objects.filter(pk__in=part).update(**fields)
    MailLog.objects.bulk_create(
        [
            MailLog(
                mail_id=key,
                at=now,
                from_state=state,
                to_state=target or state,
                note=NOTES[action],
                by=by,
            )
            for state, keys in found.items()
            for key in keys
        ]
    )


def _renewed_expiry(now: dt.datetime) -> Greatest:
    return Greatest(
        F("expires_at"), ExpressionWrapper(Value(now) + F("lifetime"), output_field=DateTimeField())
    )
