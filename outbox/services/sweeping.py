"""What was lost on the way is found here, every minute."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from outbox.enums import MOVES, MailState
from outbox.models import Mail, MailLog

SWEEP_SIZE = 300


def sweep_mails(*, now: dt.datetime) -> int:
    """Take back claims whose lease ended and let mails expire; return how many mails are due at `now`."""
    while _take_back_claims(now) == SWEEP_SIZE:
        pass
    while _expire(now) == SWEEP_SIZE:
        pass
    return Mail.objects.due(now).count()


@transaction.atomic
def _take_back_claims(now: dt.datetime) -> int:
    """Set stuck mails back: their worker died, perhaps after the server accepted; hence the stable Message-ID."""
    stuck = Mail.objects.filter(
        state=MailState.SENDING, claimed_at__lte=now - dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    )
    mails = list(stuck.order_by("pk").select_for_update(skip_locked=True).only("pk", "attempts")[:SWEEP_SIZE])
    note = _("Der Versand wurde unterbrochen.")
    for action in ("defer", "refuse"):
        hopeless = action == "refuse"
        keys = [mail.pk for mail in mails if (mail.attempts + 1 >= settings.MAIL_MAX_ATTEMPTS) == hopeless]
        _move(keys, action, MailState.SENDING, note, now)
    return len(mails)


@transaction.atomic
def _expire(now: dt.datetime) -> int:
    late = Mail.objects.filter(state__in=MOVES["expire"].sources, expires_at__lte=now)
    mails = list(late.order_by("pk").select_for_update(skip_locked=True).only("pk", "state")[:SWEEP_SIZE])
    note = _("Die späteste Zeit für den Versand ist verstrichen.")
    for state in MOVES["expire"].sources:
        _move([mail.pk for mail in mails if mail.state == state], "expire", state, note, now)
    return len(mails)


def _move(keys: list[int], action: str, source: str, note: str, now: dt.datetime) -> None:
    if not keys:
        return
    fields: dict[str, Any] = {"state": MOVES[action].target, "last_error": note, "claim": "", "claimed_at": None}
    if action == "defer":
        fields["due_at"] = now
    if source == MailState.SENDING:
        fields["attempts"] = F("attempts") + 1
    Mail.objects.filter(pk__in=keys, state=source).update(**fields)
    MailLog.objects.bulk_create(
        [MailLog(mail_id=key, at=now, from_state=source, to_state=fields["state"], note=note) for key in keys]
    )
