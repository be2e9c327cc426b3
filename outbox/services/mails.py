"""What the office may do to one mail: let a draft go, send it again, withdraw it while it waits,
put it away.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import NotAllowed, Refused
from core.states import target_of
from outbox.choices import APPROVE, NOTES, RESEND, SETTLE, WITHDRAW
from outbox.enums import MOVES
from outbox.models import Mail, MailLog
from outbox.permissions import can_manage_mails
from outbox.queries import UNSOLVED
from outbox.services.handover import hand_over_on_commit


@transaction.atomic
def approve_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Let a draft go out. Raises `NotEntitled` for anybody but the office, `Refused` for what is no
    draft.
    """
    locked = _locked(mail, by)
    target = target_of(MOVES, APPROVE, locked)
    _require_body(locked)
    locked.due_at = max(locked.due_at, now)
    locked.expires_at = max(locked.expires_at, now + locked.lifetime)
    _move(locked, target, NOTES[APPROVE], now, by)
    hand_over_on_commit()
    return locked


@transaction.atomic
def resend_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Let a failed or expired mail wait anew, with its tries counted from zero and the same
    Message-ID.

    It lives as long as it did at first. Raises `NotEntitled` for anybody but the office and
    `Refused` when its state or its removed text forbids it, or when it is a mail of an account
    whose code or link is over.
    """
    locked = _locked(mail, by)
    target = target_of(MOVES, RESEND, locked)
    _require_body(locked)
    locked.attempts, locked.refusals, locked.due_at, locked.settled_at = 0, 0, now, None
    locked.expires_at = _renewed_expiry(locked, now)
    _move(locked, target, NOTES[RESEND], now, by)
    hand_over_on_commit()
    return locked


@transaction.atomic
def withdraw_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Take back a mail that was not sent yet. Raises `NotEntitled` or, when it is too late,
    `Refused`.
    """
    locked = _locked(mail, by)
    _move(locked, target_of(MOVES, WITHDRAW, locked), NOTES[WITHDRAW], now, by)
    return locked


@transaction.atomic
def settle_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Put away a mail that did not go out: its state stays, but it counts as unsolved no longer.

    Raises `NotEntitled` for anybody but the office and `Refused` for what is not unsolved.
    """
    locked = _locked(mail, by)
    if locked.state not in UNSOLVED or locked.settled_at:
        raise Refused(
            _(
                "Diese E-Mail ist nicht (mehr) ungelöst; vielleicht hat sie inzwischen jemand "
                "anderes erledigt."
            )
        )
    locked.settled_at = now
    locked.save(update_fields=["settled_at"])
    _log(locked, locked.state, NOTES[SETTLE], now, by)
    return locked


def _locked(mail: Mail, by: Model) -> Mail:
    if not can_manage_mails(by):
        raise NotAllowed(_("Nur die Geschäftsstelle darf den Versand ändern."))
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
    if mail.expires_at <= now:
        raise Refused(
            _(
                "Der Code oder Link in dieser E-Mail gilt nicht mehr. Er muss neu angefordert "
                "werden."
            )
        )
    return mail.expires_at


def _move(mail: Mail, target: str, note: str | Promise, now: dt.datetime, by: Model) -> None:
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


def _log(mail: Mail, target: str, note: str | Promise, now: dt.datetime, by: Model) -> None:
    MailLog.objects.create(
        mail=mail, at=now, from_state=mail.state, to_state=target, note=note, by=by
    )
