"""What the pages of the outbox and the export show about a mail."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_moment, format_span
from core.progress import HistoryEntry
from core.states import allowed_actions
from outbox.enums import APPROVE, MOVES, QUEUED_STATES, RESEND, UNSOLVED_STATES, WITHDRAW
from outbox.models import Mail, MailLog
from outbox.rendering.preview import CalendarFacts
from outbox.texts import Recipient

EXPORT_HEADER = [
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


VIEW_TEMPLATES = {
    "": "outbox/_view_preview.html",
    "text": "outbox/_view_text.html",
    "kalender": "outbox/_view_calendar.html",
    "kopf": "outbox/_view_headers.html",
}


class MailLine(NamedTuple):
    """A line of the list. `addresses` and `reasons` hold at most one entry each."""

    mail: Mail
    name: str
    addresses: list[str]
    kind: str
    settled: str
    reasons: list[str]

    @property
    def label(self) -> str:
        return f"{self.mail.subject}, {self.name}"


def section_tabs(current: str) -> list[tuple[str, str, bool]]:
    """Return the tabs of *Postausgang*; `current` is the URL name of the one shown."""
    # `reminders`, a layer above, owns two of the tabs, so they are linked by URL name.
    names = (
        ("outbox:list", _("E-Mails")),
        ("reminders:forecast", _("Vorschau")),
        ("reminders:rules", _("Erinnerungsregeln")),
    )
    return [(label, reverse(name), name == current) for name, label in names]


def list_line(mail: Mail) -> MailLine:
    kind = mail.kind_title
    return MailLine(
        mail=mail,
        name=mail.recipient_name or mail.recipient,
        addresses=[mail.recipient] if mail.recipient_name else [],
        kind=f"{kind} · {mail.get_origin_display()}" if mail.is_demo else kind,
        settled=_("erledigt") if mail.settled_at else "",
        reasons=[mail.reason] if mail.reason else [],
    )


def post_buttons(mail: Mail, to: Recipient | None) -> list[tuple[str, str, str]]:
    """Return (label, URL, variant) of the actions on `mail` that need no confirmation; `to` is its
    recipient at another address.
    """
    actions = allowed_actions(MOVES, mail)
    can_settle = mail.state in UNSOLVED_STATES and not mail.settled_at
    buttons = [
        (APPROVE in actions, "approve", str(MOVES[APPROVE].label), "primary"),
        (RESEND in actions and to is None, "resend", str(MOVES[RESEND].label), "primary"),
        (can_settle, "settle", _("Als erledigt ablegen"), "secondary"),
    ]
    return [
        (label, reverse(f"outbox:{name}", args=[mail.pk]), variant)
        for is_offered, name, label, variant in buttons
        if is_offered
    ]


def link_buttons(mail: Mail, to: Recipient | None) -> list[tuple[str, str, str]]:
    """Return (label, URL, variant) of the actions that ask first; `to` as for `post_buttons`."""
    actions = allowed_actions(MOVES, mail)
    buttons = [(RESEND in actions and to, RESEND, "primary"), (True, WITHDRAW, "danger")]
    return [
        (str(MOVES[action].label), reverse(f"outbox:{action}", args=[mail.pk]), variant)
        for is_offered, action, variant in buttons
        if is_offered and action in actions
    ]


def view_template(view: str, *, has_calendar: bool) -> str:
    """Return the fragment that shows the tab `view`; the preview for anything unknown."""
    if view == "kalender" and not has_calendar:
        return VIEW_TEMPLATES[""]
    return VIEW_TEMPLATES.get(view, VIEW_TEMPLATES[""])


def hidden_link_note(mail: Mail, view: str) -> str:
    # Calendars are never written with a personal link, so there is nothing to explain.
    if not mail.has_personal_link or view == "kalender":
        return ""
    return _(
        "Der persönliche Link ist hier unkenntlich gemacht. Nur die angeschriebene Person erhält "
        "ihn."
    )


def mail_facts(mail: Mail) -> list[tuple[str, str]]:
    is_queued = mail.state in QUEUED_STATES
    facts = [
        (_("An"), mail.addressee),
        (_("Art"), mail.kind_title),
        (_("Geschrieben"), format_moment(mail.created_at)),
        (_("Versandt"), format_moment(mail.sent_at)),
        (_("Fällig"), format_moment(mail.due_at) if is_queued else ""),
        (_("Verfällt"), format_moment(mail.expires_at) if is_queued else ""),
        (_("Versuche"), str(mail.attempts) if mail.attempts else ""),
        (_("Grund"), mail.reason),
        (_("Erledigt"), format_moment(mail.settled_at)),
        (_("Antwort des Mailservers"), mail.server_answer),
        (_("Versand"), _batch_link(mail)),
        (_("Seite im Portal"), path_link(mail.path)),
        (_("Herkunft"), mail.get_origin_display() if mail.is_demo else ""),
    ]
    return [(label, value) for label, value in facts if value]


def calendar_facts(calendar: CalendarFacts | None) -> list[tuple[str, str]]:
    if calendar is None:
        return []
    facts = [
        (_("Eintrag"), f"{calendar.method}: {calendar.title}"),
        (_("Termin"), format_span(calendar.starts_at, calendar.ends_at)),
        (_("Ort"), calendar.place),
        (_("Für"), calendar.attendee),
        (_("Antwort"), calendar.answer),
        (_("Fassung"), str(calendar.sequence)),
        (_("Datei"), calendar.file_name),
    ]
    return [(label, value) for label, value in facts if value]


def mail_history(mail: Mail) -> list[HistoryEntry]:
    """Return *Verlauf*, latest first: creation, log entries, sending."""
    entries = [HistoryEntry(mail.created_at, _actor(mail.created_by), _("geschrieben"))]
    for entry in mail.log.select_related("by__person").order_by("at", "pk"):
        entries.append(
            HistoryEntry(entry.at, _actor(entry.by), entry.get_to_state_display(), entry.note)
        )
    if mail.sent_at:
        entries.append(HistoryEntry(mail.sent_at, _actor(None), _("versandt"), mail.server_answer))
    # Sorted and then reversed: of entries with the same time, the later step comes first.
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def mail_tabs(mail: Mail, view: str, *, has_calendar: bool) -> list[tuple[str, str, bool]]:
    """Return the tabs of a mail's page; `view` is the one shown, empty for the first."""
    url = reverse("outbox:detail", args=[mail.pk])
    names = [("", _("Vorschau")), ("text", _("Text")), ("kopf", _("Kopfzeilen"))]
    if has_calendar:
        names.insert(2, ("kalender", _("Kalender")))
    return [
        (label, f"{url}?ansicht={name}" if name else url, name == view) for name, label in names
    ]


def export_rows(mails: QuerySet[Mail]) -> Iterator[list]:
    """Yield one row per mail under EXPORT_HEADER, in two queries.

    The rows serve as proof in the office's files, so they hold no body and no personal link.
    """
    log_lines = _log_lines(mails)
    # In chunks: an export may cover all mails of a year.
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
            "\n".join(log_lines[mail.pk]),
        ]


def path_link(path: str) -> str:
    return format_html('<a href="{0}">{0}</a>', path) if path else ""


def _log_lines(mails: QuerySet[Mail]) -> dict[int, list[str]]:
    """Return the log of each mail by its primary key, one line per entry."""
    lines = defaultdict(list)
    # A subquery instead of a list of keys: an export may be of any length.
    log = MailLog.objects.filter(mail__in=mails.order_by().values("pk"))
    for entry in log.select_related("by__person").order_by("at", "pk"):
        line = f"{format_moment(entry.at)}, {_actor(entry.by)}: {entry.get_to_state_display()}"
        lines[entry.mail_id].append(f"{line} ({entry.note})" if entry.note else line)
    return lines


def _batch_link(mail: Mail) -> str:
    """Return a link to the batch of `mail`; empty when it was written alone."""
    count = Mail.objects.filter(batch=mail.batch).count()
    if count == 1:
        return ""
    url = reverse("outbox:batch", args=[mail.batch])
    text = _("eine von %(count)d E-Mails") % {"count": count}
    return format_html('<a href="{}">{}</a>', url, text)


def _actor(user) -> str:
    return str(user) if user else _("Portal")
