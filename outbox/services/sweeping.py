"""What was lost on the way is found here, every minute."""

import datetime as dt
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from outbox.enums import ENDED, MOVES, MailState
from outbox.models import Mail, MailLog
from outbox.queries import ORDER_OF_SENDING

SWEEP_SIZE = 300
CLAIMS_AT_ONCE = 5


def sweep_mails(*, now: dt.datetime) -> int:
    """Take back claims whose lease ended and let mails expire; return how many mails are due at
    `now`.
    """
    while _take_back_claims(now) == CLAIMS_AT_ONCE:
        pass
    while _expire(now) == SWEEP_SIZE:
        pass
    return Mail.objects.due(now).count()


def remove_bodies(*, now: dt.datetime) -> int:
    """Remove the words of mails that are over: of account mails at once, of others after
    MAIL_BODY_DAYS.

    Who got what when stays as proof. Returns how many mails were emptied.
    """
    old = Q(created_at__lte=now - dt.timedelta(days=settings.MAIL_BODY_DAYS)) | Q(
        is_account_mail=True
    )
    full = Mail.objects.filter(old, state__in=ENDED).exclude(mime="")
    count = 0
    while keys := list(full.order_by("pk").values_list("pk", flat=True)[:SWEEP_SIZE]):
        count += Mail.objects.filter(pk__in=keys).update(text="", mime="", secret="")
    return count


@transaction.atomic
def _take_back_claims(now: dt.datetime) -> int:
    """Set stuck mails back: their worker died, perhaps after the server accepted; hence the stable
    Message-ID.

    A worker sends its mails in the order of the claim, so it was at the first one that is left: to
    that one alone the try counts, and a mail at which workers die does not take its neighbours with
    it. Returns how many claims ended.
    """
    stuck = Mail.objects.filter(
        state=MailState.SENDING,
        claimed_at__lte=now - dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS),
    )
    claims = list(
        stuck.order_by("claim").values_list("claim", flat=True).distinct()[:CLAIMS_AT_ONCE]
    )
    rows = (
        stuck.filter(claim__in=claims)
        .order_by("claim", *ORDER_OF_SENDING)
        .select_for_update(skip_locked=True)
    )
    first: list[Mail] = []
    others: list[int] = []
    for _claim, mails in groupby(rows.only("pk", "claim", "refusals"), key=lambda mail: mail.claim):
        under_way, *untouched = mails
        first.append(under_way)
        others += [mail.pk for mail in untouched]
    note = _("Der Versand wurde unterbrochen.")
    for action in ("defer", "refuse"):
        hopeless = action == "refuse"
        keys = [
            mail.pk
            for mail in first
            if (mail.refusals + 1 >= settings.MAIL_MAX_ATTEMPTS) == hopeless
        ]
        _move(keys, action, MailState.SENDING, note, now)
    _move(others, "release", MailState.SENDING, note, now)
    return len(first)


@transaction.atomic
def _expire(now: dt.datetime) -> int:
    late = Mail.objects.filter(state__in=MOVES["expire"].sources, expires_at__lte=now)
    mails = list(
        late.order_by("pk").select_for_update(skip_locked=True).only("pk", "state")[:SWEEP_SIZE]
    )
    note = _("Die späteste Zeit für den Versand ist verstrichen.")
    for state in MOVES["expire"].sources:
        _move([mail.pk for mail in mails if mail.state == state], "expire", state, note, now)
    return len(mails)


def _move(keys: list[int], action: str, source: str, note: str, now: dt.datetime) -> None:
    if not keys:
        return
    fields: dict[str, Any] = {
        "state": MOVES[action].target,
        "last_error": note,
        "claim": "",
        "claimed_at": None,
    }
    if action in ("defer", "release"):
        # A worker that was merely cut off from the database records first what the server accepted.
        fields["due_at"] = now + dt.timedelta(seconds=settings.MAIL_TIMEOUT)
    if action in ("defer", "refuse"):
        fields |= {"attempts": F("attempts") + 1, "refusals": F("refusals") + 1}
    Mail.objects.filter(pk__in=keys, state=source).update(**fields)
    MailLog.objects.bulk_create(
        [
            MailLog(mail_id=key, at=now, from_state=source, to_state=fields["state"], note=note)
            for key in keys
        ]
    )
