"""States of a mail and the ways between them (DOMAIN, *Mail*)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Move


class MailState(models.TextChoices):
    DRAFT = "draft", _("Entwurf")
    WAITING = "waiting", _("wartet")
    SENDING = "sending", _("wird gesendet")
    SENT = "sent", _("versandt")
    RETRY = "retry", _("neuer Versuch")
    FAILED = "failed", _("fehlgeschlagen")
    UNDELIVERABLE = "undeliverable", _("unzustellbar")
    WITHDRAWN = "withdrawn", _("zurückgezogen")
    EXPIRED = "expired", _("verfallen")


class Priority(models.IntegerChoices):
    """What goes first: the smaller number."""

    ACCOUNT = 0, _("Konto")
    NORMAL = 5, _("normal")


# `accept` may also start from where the sweep leads, and the office from there: they overtake a
# worker that could not
# record for a while, and what the server accepted stays accepted.
MOVES = {
    "claim": Move((MailState.WAITING, MailState.RETRY), MailState.SENDING),
    "accept": Move(
        (
            MailState.SENDING,
            MailState.RETRY,
            MailState.FAILED,
            MailState.EXPIRED,
            MailState.WAITING,
            MailState.WITHDRAWN,
        ),
        MailState.SENT,
    ),
    "defer": Move((MailState.SENDING,), MailState.RETRY),
    "refuse": Move((MailState.SENDING,), MailState.FAILED),
    "release": Move((MailState.SENDING,), MailState.WAITING),
    "bundle": Move((MailState.WAITING,), MailState.WITHDRAWN),
    "expire": Move((MailState.WAITING, MailState.RETRY), MailState.EXPIRED),
    "approve": Move((MailState.DRAFT,), MailState.WAITING, _("Versenden")),
    "withdraw": Move(
        (MailState.DRAFT, MailState.WAITING, MailState.RETRY),
        MailState.WITHDRAWN,
        _("Zurückziehen"),
    ),
    "resend": Move((MailState.FAILED, MailState.EXPIRED), MailState.WAITING, _("Erneut senden")),
}

# What is over: nothing more happens to these by itself.
ENDED = (
    MailState.SENT,
    MailState.FAILED,
    MailState.UNDELIVERABLE,
    MailState.WITHDRAWN,
    MailState.EXPIRED,
)

BADGE_COLOURS = {
    MailState.DRAFT: "neutral",
    MailState.WAITING: "info",
    MailState.SENDING: "info",
    MailState.SENT: "success",
    MailState.RETRY: "warning",
    MailState.FAILED: "danger",
    MailState.UNDELIVERABLE: "danger",
    MailState.WITHDRAWN: "muted",
    MailState.EXPIRED: "danger",
}
