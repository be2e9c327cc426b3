"""Mails that lost their reason before they went out."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model

from outbox.enums import MOVES
from outbox.models import Mail, MailLog

KEYS_AT_ONCE = 500  # SQLite takes about 1 000 parameters a statement


@transaction.atomic
def withdraw_pending(
    *, subject_keys: Iterable[str], kinds: Iterable[str], note: str, now: dt.datetime, by: Model | None = None
) -> int:
    """Take back the mails of `kinds` about `subject_keys` that were not sent yet; return how many.

    What a worker is sending at this moment is past recall and left alone. `note` is the German reason in the log.
    """
    keys, count = list(subject_keys), 0
    for start in range(0, len(keys), KEYS_AT_ONCE):
        count += _withdraw(keys[start : start + KEYS_AT_ONCE], list(kinds), note, now, by)
    return count


def _withdraw(keys: list[str], kinds: list[str], note: str, now: dt.datetime, by: Model | None) -> int:
    move = MOVES["withdraw"]
    waiting = Mail.objects.filter(subject_key__in=keys, kind__in=kinds, state__in=move.sources)
    rows = list(waiting.order_by("pk").select_for_update(skip_locked=True).only("pk", "state"))
    if rows:
        Mail.objects.filter(pk__in=[row.pk for row in rows]).update(state=move.target, last_error="")
        MailLog.objects.bulk_create(
            MailLog(mail=row, at=now, from_state=row.state, to_state=move.target, note=note, by=by) for row in rows
        )
    return len(rows)
