"""Mails that lost their reason before they went out."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Model

from core.queries import in_batches
from outbox.enums import MOVES
from outbox.models import Mail, MailLog


@transaction.atomic
def withdraw_pending(
    *,
    subject_keys: Iterable[str],
    kinds: Iterable[str],
    note: str,
    now: dt.datetime,
    by: Model | None = None,
) -> int:
    """Take back the mails of `kinds` about `subject_keys` that were not sent yet; return how many.

    What a worker is sending at this moment is past recall and left alone. `note` is the German
    reason in the log.
    """
    return sum(
        _withdraw(keys, list(kinds), note, now, by) for keys in in_batches(list(subject_keys))
    )


def _withdraw(
    keys: Sequence[str], kinds: list[str], note: str, now: dt.datetime, by: Model | None
) -> int:
    move = MOVES["withdraw"]
    waiting = Mail.objects.filter(subject_key__in=keys, kind__in=kinds, state__in=move.sources)
    rows = list(waiting.order_by("pk").select_for_update(skip_locked=True).only("pk", "state"))
    for part in in_batches([row.pk for row in rows]):
        Mail.objects.filter(pk__in=part).update(state=move.target, last_error="")
    if rows:
        MailLog.objects.bulk_create(
            MailLog(mail=row, at=now, from_state=row.state, to_state=move.target, note=note, by=by)
            for row in rows
        )
    return len(rows)
