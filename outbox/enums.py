"""States of a mail and the moves between them (`docs/reliability.md`)."""

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
    WITHDRAWN = "withdrawn", _("zurückgezogen")
    EXPIRED = "expired", _("verfallen")


class Audience(models.TextChoices):
    """Whom mails of a kind reach, as far as somebody may have left (docs/adr/0023)."""

    ACCOUNTS = "accounts", _("wer ein aktives Konto hat")
    CONTACTS = "contacts", _("aktive Personen")
    # For mails that cancel or correct what a person was told, and for mailboxes of an office.
    EVERYBODY = "everybody", _("auch, wer ausgeschieden ist")


class StateFilter(models.TextChoices):
    """Filters that combine several states, or a state and the current time."""

    UNSOLVED = "unsolved", _("ungelöst")
    LATE = "late", _("verspätet")
    # Apart from what was sent to others, so that a draft that is tried out counts as no mail.
    TESTED = "tested", _("als Test versandt")


class Priority(models.IntegerChoices):
    """Smaller numbers are sent first."""

    ACCOUNT = 0, _("Konto")
    NORMAL = 5, _("normal")


MOVES = {
    "claim": Move((MailState.WAITING, MailState.RETRY), MailState.SENDING),
    # The server's acceptance is final, so it may be recorded from any state in which the sweep or
    # the office can have put the mail while its worker was cut off from the database.
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

# A worker picks these up by itself once they are due.
QUEUED_STATES = MOVES["claim"].sources
UNDER_WAY_STATES = (*QUEUED_STATES, MailState.SENDING)
# These are not sent unless the office acts.
UNSOLVED_STATES = (MailState.FAILED, MailState.EXPIRED)
FINAL_STATES = (MailState.SENT, *UNSOLVED_STATES, MailState.WITHDRAWN)

# Actions of the office on one or many mails. Settling is not a move: the state stays the same.
APPROVE, RESEND, WITHDRAW, SETTLE = "approve", "resend", "withdraw", "settle"
SOURCES_OF_ACTION = {
    APPROVE: MOVES[APPROVE].sources,
    RESEND: MOVES[RESEND].sources,
    WITHDRAW: MOVES[WITHDRAW].sources,
    SETTLE: UNSOLVED_STATES,
}
LINK_REPLACED_NOTE = _("Persönlicher Link ersetzt")
LOG_NOTES = {
    APPROVE: _("Zum Versand gegeben"),
    RESEND: _("Erneut zum Versand gegeben"),
    WITHDRAW: _("Von der Geschäftsstelle zurückgezogen"),
    SETTLE: _("Als erledigt abgelegt"),
}

MAIL_BADGE_COLOURS = {
    MailState.DRAFT: "neutral",
    MailState.WAITING: "info",
    MailState.SENDING: "info",
    MailState.SENT: "success",
    MailState.RETRY: "warning",
    MailState.FAILED: "danger",
    MailState.WITHDRAWN: "muted",
    MailState.EXPIRED: "danger",
}
