"""What the page of a mail puts into its building blocks."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.dates import format_moment, format_span
from core.shell import HistoryEntry
from outbox.enums import MailState
from outbox.models import Mail
from outbox.preview import CalendarFacts

UNSENT = (MailState.WAITING, MailState.RETRY)


def section_tabs(current: str) -> list[tuple[str, str, bool]]:
    """Return the tabs of *Postausgang*; `current` is the URL name of the one shown. The forecast is
    a page above.
    """
    names = (
        ("outbox:list", _("E-Mails")),
        ("reminders:forecast", _("Vorschau")),
        ("reminders:rules", _("Erinnerungsregeln")),
    )
    return [(label, reverse(name), name == current) for name, label in names]


def fact_rows(mail: Mail) -> list[tuple[str, str]]:
    """Return *Eckdaten* of a mail."""
    rows = [
        (_("An"), mail.addressee),
        (_("Art"), mail.kind_title),
        (_("Geschrieben"), format_moment(mail.created_at)),
        (_("Versandt"), format_moment(mail.sent_at)),
        (_("Fällig"), format_moment(mail.due_at) if mail.state in UNSENT else ""),
        (_("Verfällt"), format_moment(mail.expires_at) if mail.state in UNSENT else ""),
        (_("Versuche"), str(mail.attempts) if mail.attempts else ""),
        (_("Grund"), mail.reason),
        (_("Erledigt"), format_moment(mail.settled_at)),
        (_("Antwort des Mailservers"), mail.server_answer),
        (_("Versand"), _sending_link(mail)),
        (
            _("Seite im Portal"),
            format_html('<a href="{0}">{0}</a>', mail.path) if mail.path else "",
        ),
        (_("Herkunft"), mail.get_origin_display() if mail.is_demo else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _sending_link(mail: Mail) -> str:
    """Return the way to the mails that were written together with `mail`, if there are any."""
    count = Mail.objects.filter(batch=mail.batch).count()
    if count == 1:
        return ""
    url = reverse("outbox:sending", args=[mail.batch])
    return format_html(
        '<a href="{}">{}</a>', url, _("eine von %(count)d E-Mails") % {"count": count}
    )


def calendar_rows(calendar: CalendarFacts | None) -> list[tuple[str, str]]:
    """Return the calendar part of a mail as rows, none when it has none."""
    if calendar is None:
        return []
    rows = [
        (_("Eintrag"), f"{calendar.method}: {calendar.title}"),
        (_("Termin"), format_span(calendar.starts_at, calendar.ends_at)),
        (_("Ort"), calendar.place),
        (_("Für"), calendar.attendee),
        (_("Antwort"), calendar.answer),
        (_("Fassung"), str(calendar.sequence)),
        (_("Datei"), calendar.file_name),
    ]
    return [(label, value) for label, value in rows if value]


def history_of(mail: Mail) -> list[HistoryEntry]:
    """Return *Verlauf* of a mail, the latest first: written, what the log holds, sent."""
    entries = [HistoryEntry(mail.created_at, _who(mail.created_by), _("geschrieben"))]
    for row in mail.log.select_related("by__person").order_by("at", "pk"):
        entries.append(HistoryEntry(row.at, _who(row.by), row.get_to_state_display(), row.note))
    if mail.sent_at:
        entries.append(HistoryEntry(mail.sent_at, _who(None), _("versandt"), mail.server_answer))
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def tabs_of(mail: Mail, view: str, *, has_calendar: bool) -> list[tuple[str, str, bool]]:
    """Return the tabs of the page of a mail; `view` is the one shown, empty for the first."""
    address = reverse("outbox:detail", args=[mail.pk])
    names = [("", _("Vorschau")), ("text", _("Text")), ("kopf", _("Kopfzeilen"))]
    if has_calendar:
        names.insert(2, ("kalender", _("Kalender")))
    return [
        (label, f"{address}?ansicht={name}" if name else address, name == view)
        for name, label in names
    ]


def _who(user) -> str:
    return str(user) if user else _("Portal")
