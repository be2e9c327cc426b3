"""Actions on one mail by the office, and withdrawing mails whose subject has changed."""

import datetime as dt
import html
from collections.abc import Collection, Iterable, Sequence
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import Refused, violation_as
from core.queries import in_batches
from core.states import target_of
from outbox.enums import (
    APPROVE,
    LINK_REPLACED_NOTE,
    LOG_NOTES,
    MOVES,
    RESEND,
    SETTLE,
    UNSOLVED_STATES,
    WITHDRAW,
    Audience,
    MailState,
)
from outbox.models import Mail, MailLog
from outbox.permissions import require_can_manage_mails
from outbox.queries.mails import pending_mails_to
from outbox.registry import Addressed, current_recipients
from outbox.rendering.headers import normalise_address, one_line
from outbox.rendering.messages import complete_link
from outbox.rendering.mime import readdress, reword
from outbox.services.queueing import MAX_NAME_LENGTH, deliver_on_commit
from outbox.texts import Recipient


@transaction.atomic
def approve_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Queue a draft. Raises NotAllowed for anybody but the office, Refused in any other state."""
    locked = _lock_mail(mail, by)
    target = target_of(MOVES, APPROVE, locked)
    _require_body(locked)
    locked.due_at = max(locked.due_at, now)
    # A draft may have waited for days; its lifetime starts when it is released.
    locked.expires_at = max(locked.expires_at, now + locked.lifetime)
    _move(locked, target, LOG_NOTES[APPROVE], now, by)
    deliver_on_commit()
    return locked


@transaction.atomic
def resend_mail(mail: Mail, *, to: Recipient | None = None, now: dt.datetime, by: Model) -> Mail:
    """Queue a failed or expired mail again: same Message-ID, counters reset, full lifetime. With
    `to` it goes to that address instead of its own.

    Raises NotAllowed for anybody but the office. Raises Refused when the state forbids it, the
    body was removed, the code or link of an account mail is no longer valid, or `to` was written
    the same mail already.
    """
    locked = _lock_mail(mail, by)
    target = target_of(MOVES, RESEND, locked)
    _require_body(locked)
    note: str | Promise = LOG_NOTES[RESEND]
    if to and to.email != locked.recipient:
        note = readdress_mail(locked, to, now=now)
    locked.attempts, locked.refusals, locked.due_at, locked.settled_at = 0, 0, now, None
    locked.expires_at = _renewed_expiry(locked, now)
    _move(locked, target, note, now, by)
    deliver_on_commit()
    return locked


def readdress_mail(mail: Mail, to: Recipient, *, now: dt.datetime) -> str:
    """Write the locked, unsent `mail` to `to`, and return the note about it for its log."""
    address = normalise_address(to.email)
    note = _("Erneut zum Versand gegeben, an %(new)s statt an %(old)s")
    note %= {"new": address, "old": mail.recipient}
    mail.mime = readdress(mail.mime, to, now=now)
    mail.recipient, mail.recipient_name = address, one_line(to.name, MAX_NAME_LENGTH)
    twin = Refused(_("An diese Adresse ist dieselbe E-Mail schon geschrieben."))
    with violation_as(twin):
        mail.save(update_fields=["mime", "recipient", "recipient_name", "search"])
    return note


@transaction.atomic
def readdress_pending(addresses: Collection[str], *, now: dt.datetime, by: Model | None) -> int:
    """Write the unsent mails to `addresses` to those that their recipients have now
    (`outbox.registry`); return how many. Those of accounts and those that a worker has claimed are
    left alone; what the new address was written already is withdrawn.
    """
    unsent = Mail.objects.filter(
        recipient__in=addresses, is_account_mail=False, state__in=MOVES[WITHDRAW].sources
    )
    # As in `_withdraw`, a locked mail is being claimed at this moment.
    mails = list(unsent.exclude(mime="").order_by("pk").select_for_update(skip_locked=True))
    moved = current_recipients({Addressed(mail.recipient, mail.recipient_name) for mail in mails})
    count = 0
    for mail in mails:
        to = moved.get(Addressed(mail.recipient, mail.recipient_name))
        if to:
            count += _readdress_pending(mail, to, now, by)
    return count


def _readdress_pending(mail: Mail, to: Recipient, now: dt.datetime, by: Model | None) -> bool:
    note = _("Adresse geändert: an %(new)s statt an %(old)s")
    note %= {"new": normalise_address(to.email), "old": mail.recipient}
    try:
        readdress_mail(mail, to, now=now)
    except Refused as error:
        _withdraw(Mail.objects.filter(pk=mail.pk), str(error), now, by)
        return False
    if mail.state == MailState.RETRY:
        # What the server said was about the former address.
        mail.refusals, mail.last_error, mail.due_at = 0, "", now
        mail.save(update_fields=["refusals", "last_error", "due_at"])
    _log(mail, mail.state, note, now, by)
    return True


@transaction.atomic
def withdraw_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Raises NotAllowed for anybody but the office, Refused once a worker has claimed the mail."""
    locked = _lock_mail(mail, by)
    _move(locked, target_of(MOVES, WITHDRAW, locked), LOG_NOTES[WITHDRAW], now, by)
    return locked


@transaction.atomic
def settle_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Stop reporting an unsolved mail as a problem; its state stays.

    Raises NotAllowed for anybody but the office, Refused when there is nothing (left) to settle.
    """
    locked = _lock_mail(mail, by)
    if locked.state not in UNSOLVED_STATES or locked.settled_at:
        raise Refused(
            _(
                "Diese E-Mail ist nicht (mehr) ungelöst; vielleicht hat sie inzwischen jemand "
                "anderes erledigt."
            )
        )
    locked.settled_at = now
    locked.save(update_fields=["settled_at"])
    _log(locked, locked.state, LOG_NOTES[SETTLE], now, by)
    return locked


@transaction.atomic
def replace_links(*, subject_key: str, link: str, now: dt.datetime, by: Model) -> int:
    """Put `link` in the place of the personal link in every mail about `subject_key` that was not
    sent yet, and return their number. Mails that a worker has claimed are left alone.
    """
    unsent = Mail.objects.filter(
        subject_key=subject_key,
        has_personal_link=True,
        state__in=(*MOVES[WITHDRAW].sources, *UNSOLVED_STATES),
    )
    # As in `_withdraw_some`, a locked mail is being claimed at this moment.
    mails = unsent.exclude(mime="").order_by("pk").select_for_update(skip_locked=True)
    secret = complete_link(link).removeprefix(settings.SITE_URL)
    found = list(mails)
    for mail in found:
        change = partial(_relinked, old=mail.secret, new=secret)
        mail.text, mail.mime = change(mail.text), reword(mail.mime, change)
        mail.secret = secret
        mail.save(update_fields=["text", "mime", "secret"])
        _log(mail, mail.state, LINK_REPLACED_NOTE, now, by)
    return len(found)


def _relinked(words: str, *, old: str, new: str) -> str:
    # In the HTML part of the mail, the link is escaped.
    return words.replace(old, new).replace(html.escape(old), html.escape(new))


@transaction.atomic
def settle_superseded(
    *, subject_key: str, kinds: Iterable[str], note: str, now: dt.datetime, by: Model
) -> int:
    """Settle the unsolved mails of `kinds` about `subject_key`, as another takes their place."""
    unsolved = Mail.objects.filter(
        subject_key=subject_key, kind__in=kinds, state__in=UNSOLVED_STATES, settled_at=None
    )
    mails = list(unsolved.order_by("pk").select_for_update())
    for mail in mails:
        mail.settled_at = now
        mail.save(update_fields=["settled_at"])
        _log(mail, mail.state, note, now, by)
    return len(mails)


@transaction.atomic
def withdraw_pending(
    *,
    subject_keys: Iterable[str],
    kinds: Iterable[str],
    note: str,
    now: dt.datetime,
    by: Model | None = None,
) -> int:
    """Withdraw the unsent mails of `kinds` about `subject_keys` and return their number.

    `note` is the reason in the log, in German. Mails that a worker has claimed are left alone.
    """
    return sum(
        _withdraw_some(keys, list(kinds), note, now, by) for keys in in_batches(list(subject_keys))
    )


@transaction.atomic
def replace_pending(
    *, subject_key: str, kind: str, note: str, now: dt.datetime, by: Model | None
) -> dt.datetime:
    """Withdraw the unsent mails of `kind` about `subject_key`, as another takes their place, and
    return when that one is due: now, or MAIL_BUNDLE_MINUTES after the last that was not withdrawn.

    So whoever changes their mind several times in a row gets one mail at once and one at the end.
    """
    withdraw_pending(subject_keys=[subject_key], kinds=[kind], note=note, now=now, by=by)
    others = Mail.objects.filter(
        subject_key=subject_key, kind=kind, state__in=(MailState.SENDING, MailState.SENT)
    )
    last_due = others.aggregate(last=Max("due_at"))["last"]
    window = dt.timedelta(minutes=settings.MAIL_BUNDLE_MINUTES)
    return max(now, last_due + window) if last_due else now


@transaction.atomic
def hasten_pending(*, subject_keys: Iterable[str], kinds: Iterable[str], now: dt.datetime) -> None:
    """Let waiting mails of `kinds` about `subject_keys` that are due later go out now, before
    another mail contradicts them.
    """
    later = Mail.objects.filter(state=MailState.WAITING, due_at__gt=now, kind__in=list(kinds))
    for keys in in_batches(list(subject_keys)):
        later.filter(subject_key__in=keys).update(due_at=now)


@transaction.atomic
def withdraw_mails_to(
    people: Iterable[Recipient],
    audiences: Collection[Audience],
    *,
    note: str,
    now: dt.datetime,
    by: Model | None = None,
) -> int:
    """Withdraw the unsent mails of `pending_mails_to`; `note` as in `withdraw_pending`."""
    return _withdraw(pending_mails_to(people, audiences), note, now, by)


def _withdraw_some(
    subject_keys: Sequence[str], kinds: list[str], note: str, now: dt.datetime, by: Model | None
) -> int:
    mails = Mail.objects.filter(subject_key__in=subject_keys, kind__in=kinds)
    return _withdraw(mails, note, now, by)


def _withdraw(found: QuerySet[Mail], note: str, now: dt.datetime, by: Model | None) -> int:
    move = MOVES[WITHDRAW]
    pending = found.filter(state__in=move.sources)
    # A locked row is being claimed at this moment. Waiting for it would block the caller, and the
    # mail could not be recalled anyway.
    mails = list(pending.order_by("pk").select_for_update(skip_locked=True).only("pk", "state"))
    for keys in in_batches([mail.pk for mail in mails]):
        Mail.objects.filter(pk__in=keys).update(state=move.target, last_error="")
    if mails:
        MailLog.objects.bulk_create(
            MailLog(
                mail=mail, at=now, from_state=mail.state, to_state=move.target, note=note, by=by
            )
            for mail in mails
        )
    return len(mails)


def _lock_mail(mail: Mail, by: Model) -> Mail:
    require_can_manage_mails(by)
    return Mail.objects.select_for_update().get(pk=mail.pk)


def _require_body(mail: Mail) -> None:
    if not mail.mime:
        raise Refused(
            _(
                "Der Inhalt dieser E-Mail wurde bereits entfernt; sie kann nicht mehr gesendet "
                "werden."
            )
        )


def _renewed_expiry(mail: Mail, now: dt.datetime) -> dt.datetime:
    if not mail.is_account_mail:
        return max(mail.expires_at, now + mail.lifetime)
    # The code or link inside expires together with the mail and cannot be prolonged.
    if mail.expires_at <= now:
        raise Refused(
            _(
                "Der Code oder Link in dieser E-Mail gilt nicht mehr. Er muss neu angefordert "
                "werden."
            )
        )
    return mail.expires_at


def _move(mail: Mail, target: str, note: str | Promise, now: dt.datetime, by: Model) -> None:
    # First, because the line names the state from which the mail moves.
    _log(mail, target, note, now, by)
    mail.state, mail.last_error = target, ""
    mail.save(
        update_fields=[
            "state",
            "last_error",
            "attempts",
            "refusals",
            "due_at",
            "expires_at",
            "settled_at",
        ]
    )


def _log(mail: Mail, target: str, note: str | Promise, now: dt.datetime, by: Model | None) -> None:
    MailLog.objects.create(
        mail=mail, at=now, from_state=mail.state, to_state=target, note=note, by=by
    )
