"""What the office may do to a mail: send it again, or withdraw it while it waits."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.errors import NotEntitled, Refused
from core.states import target_of
from outbox.enums import MOVES
from outbox.models import Mail, MailLog
from outbox.permissions import can_manage_mails
from outbox.services.handover import hand_over_on_commit


@transaction.atomic
def resend_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Let a failed or expired mail wait anew, with its tries counted from zero and the same Message-ID.

    Raises `NotEntitled` for anybody but the office and `Refused` when its state or its removed text forbids it.
    """
    locked = _locked(mail, by)
    target = target_of(MOVES, "resend", locked)
    if not locked.mime:
        raise Refused(_("Der Inhalt dieser E-Mail wurde bereits entfernt; sie kann nicht erneut gesendet werden."))
    lifetime = settings.MAIL_ACCOUNT_EXPIRES_HOURS if locked.is_account_mail else settings.MAIL_EXPIRES_HOURS
    locked.attempts, locked.refusals, locked.due_at = 0, 0, now
    locked.expires_at = max(locked.expires_at, now + dt.timedelta(hours=lifetime))
    _move(locked, target, _("Erneut zum Versand gegeben"), now, by)
    hand_over_on_commit()
    return locked


@transaction.atomic
def withdraw_mail(mail: Mail, *, now: dt.datetime, by: Model) -> Mail:
    """Take back a mail that was not sent yet. Raises `NotEntitled` or, when it is too late, `Refused`."""
    locked = _locked(mail, by)
    _move(locked, target_of(MOVES, "withdraw", locked), _("Von der Geschäftsstelle zurückgezogen"), now, by)
    return locked


def _locked(mail: Mail, by: Model) -> Mail:
    if not can_manage_mails(by):
        raise NotEntitled(_("Nur die Geschäftsstelle darf den Versand ändern."))
    return Mail.objects.select_for_update().get(pk=mail.pk)


def _move(mail: Mail, target: str, note: str, now: dt.datetime, by: Model) -> None:
    MailLog.objects.create(mail=mail, at=now, from_state=mail.state, to_state=target, note=note, by=by)
    mail.state, mail.last_error = target, ""
    mail.save(update_fields=["state", "last_error", "attempts", "refusals", "due_at", "expires_at"])
