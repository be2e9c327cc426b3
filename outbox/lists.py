"""The list of mails: what it shows, in which order, and what of it is proof for the file."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_moment
from outbox.models import Mail, MailLog

SORTS = {
    "moment": ("moment",),
    "subject": ("subject",),
    "recipient": ("recipient_name", "recipient"),
    "state": ("state", "-created_at"),
}
HEADER = [
    gettext_lazy("Betreff"),
    gettext_lazy("Art"),
    gettext_lazy("An"),
    gettext_lazy("Adresse"),
    gettext_lazy("Stand"),
    gettext_lazy("Grund"),
    gettext_lazy("geschrieben"),
    gettext_lazy("fällig"),
    gettext_lazy("versandt"),
    gettext_lazy("als erledigt abgelegt"),
    gettext_lazy("Versuche"),
    gettext_lazy("Message-ID"),
    gettext_lazy("Antwort des Mailservers"),
    gettext_lazy("Verlauf"),
]


def ordering(sort: str) -> list[str]:
    """Return the order for `?sort=…`; newest first when it is empty or unknown."""
    names = SORTS.get(sort.removeprefix("-"))
    if names is None:
        return ["-created_at", "-pk"]
    if sort.startswith("-"):
        names = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in names)
    return [*names, "-pk"]


def export_rows(mails: QuerySet[Mail]) -> Iterator[list]:
    """Return a row for each of `mails` under HEADER, in two queries. Neither bodies nor personal
    links are read.
    """
    courses = _courses(mails)
    for mail in mails.iterator(500):
        yield [
            mail.subject,
            mail.kind_title,
            mail.recipient_name,
            mail.recipient,
            mail.get_state_display(),
            mail.reason,
            mail.created_at,
            mail.due_at,
            mail.sent_at,
            mail.settled_at,
            mail.attempts,
            mail.message_id,
            mail.server_answer,
            "\n".join(courses[mail.pk]),
        ]


def _courses(mails: QuerySet[Mail]) -> dict[int, list[str]]:
    """Return what the log holds of `mails`, a line an entry, by mail."""
    lines = defaultdict(list)
    log = MailLog.objects.filter(mail__in=mails.order_by().values("pk")).select_related(
        "by__person"
    )
    for row in log.order_by("at", "pk"):
        who = str(row.by) if row.by else _("Portal")
        line = f"{format_moment(row.at)}, {who}: {row.get_to_state_display()}"
        lines[row.mail_id].append(f"{line} ({row.note})" if row.note else line)
    return lines
