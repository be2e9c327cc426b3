"""What the page of a mail puts into its building blocks."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment, format_span
from core.progress import HistoryEntry
from outbox.choices import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.enums import MailState
from outbox.models import Mail
from outbox.queries import WILL_BE_SENT
from outbox.rendering.preview import CalendarFacts

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


def label_for(action: str, counts: dict[str, int]) -> str:
    """Return what the act does to `counts` (state → number of mails): „3 fehlgeschlagene E-Mails
    erneut senden“.
    """
    count, states = sum(counts.values()), {state for state, number in counts.items() if number}
    return _LABELS[action](count, states) % {"count": count}


def done_text(action: str, count: int) -> str:
    """Return what was done."""
    texts = {
        APPROVE: ngettext(
            "%(count)d E-Mail geht nun hinaus.", "%(count)d E-Mails gehen nun hinaus.", count
        ),
        RESEND: ngettext(
            "%(count)d E-Mail wird erneut gesendet.",
            "%(count)d E-Mails werden erneut gesendet.",
            count,
        ),
        WITHDRAW: ngettext(
            "%(count)d E-Mail ist zurückgezogen und wird nicht gesendet.",
            "%(count)d E-Mails sind zurückgezogen und werden nicht gesendet.",
            count,
        ),
        SETTLE: ngettext(
            "%(count)d E-Mail ist als erledigt abgelegt.",
            "%(count)d E-Mails sind als erledigt abgelegt.",
            count,
        ),
    }
    return texts[action] % {"count": count}


def _approve_label(count: int, states: set[str]) -> str:
    return ngettext("%(count)d Entwurf versenden", "%(count)d Entwürfe versenden", count)


def _resend_label(count: int, states: set[str]) -> str:
    if states == {MailState.FAILED}:
        return ngettext(
            "%(count)d fehlgeschlagene E-Mail erneut senden",
            "%(count)d fehlgeschlagene E-Mails erneut senden",
            count,
        )
    if states == {MailState.EXPIRED}:
        return ngettext(
            "%(count)d verfallene E-Mail erneut senden",
            "%(count)d verfallene E-Mails erneut senden",
            count,
        )
    return ngettext(
        "%(count)d fehlgeschlagene oder verfallene E-Mail erneut senden",
        "%(count)d fehlgeschlagene oder verfallene E-Mails erneut senden",
        count,
    )


def _withdraw_label(count: int, states: set[str]) -> str:
    if states == {MailState.DRAFT}:
        return ngettext("%(count)d Entwurf zurückziehen", "%(count)d Entwürfe zurückziehen", count)
    if states <= set(WILL_BE_SENT):
        return ngettext(
            "%(count)d wartende E-Mail zurückziehen",
            "%(count)d wartende E-Mails zurückziehen",
            count,
        )
    return ngettext(
        "%(count)d noch nicht versandte E-Mail zurückziehen",
        "%(count)d noch nicht versandte E-Mails zurückziehen",
        count,
    )


def _settle_label(count: int, states: set[str]) -> str:
    return ngettext(
        "%(count)d ungelöste E-Mail als erledigt ablegen",
        "%(count)d ungelöste E-Mails als erledigt ablegen",
        count,
    )


_LABELS = {
    APPROVE: _approve_label,
    RESEND: _resend_label,
    WITHDRAW: _withdraw_label,
    SETTLE: _settle_label,
}
