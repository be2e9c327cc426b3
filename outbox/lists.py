"""The list of mails: what it shows, in which order, and its columns for Excel."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from outbox.models import Mail

SORTS = {
    "moment": ("moment",),
    "subject": ("subject",),
    "recipient": ("recipient_name", "recipient"),
    "state": ("state", "-created_at"),
}
HEADER = [
    _("Betreff"), _("Art"), _("Empfänger"), _("Adresse"), _("Stand"), _("Grund"),
    _("geschrieben"), _("versandt"), _("Versuche"), _("Message-ID"),
]  # fmt: skip


def ordering(sort: str) -> list[str]:
    """Return the order for `?sort=…`; newest first when it is empty or unknown."""
    names = SORTS.get(sort.removeprefix("-"))
    if names is None:
        return ["-created_at", "-pk"]
    if sort.startswith("-"):
        names = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in names)
    return [*names, "-pk"]


def export_rows(mails: Iterable[Mail]) -> Iterable[list]:
    """Return a row for each of `mails` under HEADER."""
    for mail in mails:
        yield [
            mail.subject, mail.kind_title, mail.recipient_name, mail.recipient, mail.get_state_display(), mail.reason,
            mail.created_at, mail.sent_at, mail.attempts, mail.message_id,
        ]  # fmt: skip
