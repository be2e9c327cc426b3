"""Recover mails of killed workers and expire late ones every minute; remove bodies at night."""

import datetime as dt
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from outbox.enums import FINAL_STATES, MOVES, MailState
from outbox.models import Mail, MailLog
from outbox.queries.mails import SENDING_ORDER

# Keep transactions small: workers skip the rows that a sweep has locked.
MAILS_PER_TRANSACTION = 300
CLAIMS_PER_TRANSACTION = 5


def sweep_mails(*, now: dt.datetime) -> int:
    """End expired claims, expire late mails, and return how many mails are due."""
    while _end_expired_claims(now) == CLAIMS_PER_TRANSACTION:
        pass
    while _expire_mails(now) == MAILS_PER_TRANSACTION:
        pass
    return Mail.objects.due(now).count()


def remove_bodies(*, now: dt.datetime) -> int:
    """Remove the bodies of finished mails after MAIL_BODY_DAYS, those of account mails at once.

    The records stay, as proof of what was sent to whom and when. Returns how many were emptied.
    """
    cutoff = now - dt.timedelta(days=settings.MAIL_BODY_DAYS)
    may_go = Q(created_at__lte=cutoff) | Q(is_account_mail=True)
    with_body = Mail.objects.filter(may_go, state__in=FINAL_STATES).exclude(mime="")
    in_order = with_body.order_by("pk").values_list("pk", flat=True)
    count = 0
    while keys := list(in_order[:MAILS_PER_TRANSACTION]):
        count += Mail.objects.filter(pk__in=keys).update(text="", mime="", secret="")
    return count


@transaction.atomic
def _end_expired_claims(now: dt.datetime) -> int:
    """Requeue the mails of killed workers, or let them fail; return how many claims ended."""
    stuck = Mail.objects.filter(
        state=MailState.SENDING,
        claimed_at__lte=now - dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS),
    )
    claims = list(
        stuck.order_by("claim").values_list("claim", flat=True).distinct()[:CLAIMS_PER_TRANSACTION]
    )
    mails = (
        stuck.filter(claim__in=claims)
        .order_by("claim", *SENDING_ORDER)
        .select_for_update(skip_locked=True)
        .only("pk", "claim", "refusals")
    )
    # A worker sends in the order of its claim, so it was killed at the first mail that is left.
    # Only that one counts an attempt: a mail that crashes workers must not make the others fail.
    interrupted: list[Mail] = []
    untouched: list[int] = []
    for _claim, claimed in groupby(mails, key=lambda mail: mail.claim):
        first, *others = claimed
        interrupted.append(first)
        untouched += [mail.pk for mail in others]
    note = _("Der Versand wurde unterbrochen.")
    limit = settings.MAIL_MAX_ATTEMPTS
    retried = [mail.pk for mail in interrupted if mail.refusals + 1 < limit]
    failed = [mail.pk for mail in interrupted if mail.refusals + 1 >= limit]
    _move(retried, "defer", MailState.SENDING, note, now)
    _move(failed, "refuse", MailState.SENDING, note, now)
    _move(untouched, "release", MailState.SENDING, note, now)
    return len(interrupted)


@transaction.atomic
def _expire_mails(now: dt.datetime) -> int:
    late = Mail.objects.filter(state__in=MOVES["expire"].sources, expires_at__lte=now)
    locked = late.order_by("pk").select_for_update(skip_locked=True).only("pk", "state")
    mails = list(locked[:MAILS_PER_TRANSACTION])
    note = _("Die späteste Zeit für den Versand ist verstrichen.")
    for state in MOVES["expire"].sources:
        _move([mail.pk for mail in mails if mail.state == state], "expire", state, note, now)
    return len(mails)


def _move(keys: list[int], action: str, source: str, note: str, now: dt.datetime) -> None:
    if not keys:
        return
    changes: dict[str, Any] = {
        "state": MOVES[action].target,
        "last_error": note,
        "claim": "",
        "claimed_at": None,
    }
    if action in ("defer", "release"):
        # The worker may be alive and only cut off from the database. The pause lets it record what
        # the server accepted before another worker sends the mail again.
        changes["due_at"] = now + dt.timedelta(seconds=settings.MAIL_TIMEOUT)
    if action in ("defer", "refuse"):
        changes |= {"attempts": F("attempts") + 1, "refusals": F("refusals") + 1}
    Mail.objects.filter(pk__in=keys, state=source).update(**changes)
    MailLog.objects.bulk_create(
        [
            MailLog(mail_id=key, at=now, from_state=source, to_state=changes["state"], note=note)
            for key in keys
        ]
    )
