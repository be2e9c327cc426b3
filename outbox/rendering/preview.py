"""What may be shown of a mail: never a personal link, never the body of an account mail.

The stored message contains both, since it has to be sent. Every page, preview and download gets its
content from here. A mail that cannot be redacted with certainty is not shown at all.
"""

import datetime as dt
import html
import re
from email import message_from_string
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import NamedTuple, Protocol
from urllib.parse import quote, unquote

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar

from outbox.rendering.calendars import ACCEPTED, CANCEL, NEEDS_ACTION, PUBLISH, REQUEST, TENTATIVE
from outbox.rendering.messages import Message, inline_styles
from outbox.rendering.mime import POLICY

SHOWN_HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted")
BODY = re.compile(r"<body[^>]*>")
# A part of a personal link of this length gives it away, even without the rest.
TOKEN = re.compile(r"[\w:.~-]{16,}")
# By METHOD and whether the whole appointment is cancelled.
METHODS = {
    (REQUEST, False): gettext_lazy("Einladung"),
    (CANCEL, False): gettext_lazy("Rücknahme des Eintrags"),
    (CANCEL, True): gettext_lazy("Absage"),
    (PUBLISH, False): gettext_lazy("Hinweis"),
    (PUBLISH, True): gettext_lazy("Hinweis auf den Wegfall"),
}
PARTSTATS = {
    NEEDS_ACTION: gettext_lazy("offen"),
    ACCEPTED: gettext_lazy("Zusage"),
    TENTATIVE: gettext_lazy("Vorbehalt"),
}


class Mail(Protocol):
    """The parts of `outbox.models.Mail` used here. Rendering is a layer below the models."""

    subject: str
    recipient: str
    message_id: str
    text: str
    mime: str
    secret: str
    has_personal_link: bool
    is_account_mail: bool


class CalendarFacts(NamedTuple):
    """The calendar part of a mail in words; `answer` is the answer stored in the entry."""

    method: str
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    attendee: str
    answer: str
    uid: str
    sequence: int
    file_name: str


def preview_text(mail: Mail) -> str:
    return _reason_to_hide(mail) or _redact(mail, mail.text)


def preview_html(mail: Mail) -> str:
    """Return a complete HTML page."""
    if notice := _reason_to_hide(mail):
        return _notice_page(notice)
    part = _parse(mail).get_body(("html",))
    return (
        _redact(mail, part.get_content())
        if part
        else _notice_page(_("Diese E-Mail hat keine HTML-Fassung."))
    )


def preview_headers(mail: Mail) -> list[tuple[str, str]]:
    """Return (name, value) of the headers that are useful to people."""
    if not mail.mime:
        return [("To", mail.recipient), ("Subject", mail.subject), ("Message-ID", mail.message_id)]
    message = _parse(mail)
    return [(name, _redact(mail, str(message[name]))) for name in SHOWN_HEADERS if name in message]


def preview_calendar(mail: Mail) -> CalendarFacts | None:
    text = preview_ics(mail)
    if not text:
        return None
    calendar = Calendar.from_ical(text)
    event = calendar.walk("VEVENT")[0]
    method, attendee = str(calendar["METHOD"]), event.get("ATTENDEE")
    return CalendarFacts(
        method=str(METHODS[method, event.get("STATUS") == "CANCELLED"]),
        title=str(event["SUMMARY"]),
        starts_at=event.decoded("DTSTART"),
        ends_at=event.decoded("DTEND"),
        place=str(event.get("LOCATION", "")),
        attendee=re.sub("^mailto:", "", str(attendee or ""), flags=re.IGNORECASE),
        answer=str(PARTSTATS[attendee.params["PARTSTAT"]])
        if attendee and method == REQUEST
        else "",
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        file_name=_file_name(_parse(mail)),
    )


def preview_ics(mail: Mail) -> str:
    """Return the calendar part as it was written; empty when there is none that may be shown."""
    if mail.is_account_mail or "text/calendar" not in mail.mime:
        return ""
    part = next(part for part in _parse(mail).walk() if part.get_content_type() == "text/calendar")
    text = part.get_content()
    # No calendar is written with a personal link. This is the second line of defence; it looks at
    # unfolded lines, because folding could split the link.
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return "" if mail.has_personal_link and _reveals_link(mail, unfolded) else text


def _file_name(message: EmailMessage) -> str:
    return next((name for part in message.iter_attachments() if (name := part.get_filename())), "")


def preview_eml(mail: Mail) -> bytes:
    """Return the message as an .eml file that may leave the portal."""
    if notice := _reason_to_hide(mail):
        return _reduced_message(mail, notice).as_bytes()
    if not mail.has_personal_link:
        return mail.mime.encode("ascii")
    message = _parse(mail)
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            part.set_content(_redact(mail, part.get_content()), subtype=part.get_content_subtype())
    return message.as_bytes()


def sample_page(message: Message, *, as_text: bool) -> str:
    """Return a page that shows `message` with its subject, as plain text or as HTML."""
    if as_text:
        return inline_styles(render_to_string("outbox/sample.html", {"message": message}))
    subject = render_to_string("outbox/sample_subject.html", {"message": message})
    return BODY.sub(lambda match: match[0] + subject, message.html, count=1)


def faults_page(sentences: list[str]) -> str:
    """Return a page that explains why there is nothing to preview yet."""
    return inline_styles(render_to_string("outbox/sample.html", {"sentences": sentences}))


def _reason_to_hide(mail: Mail) -> str:
    if mail.is_account_mail:
        return _(
            "Der Inhalt von E-Mails zum Konto wird aus Gründen der Sicherheit nicht angezeigt."
        )
    return "" if mail.mime else _("Der Inhalt dieser E-Mail wurde entfernt.")


def _parse(mail: Mail) -> EmailMessage:
    return message_from_string(mail.mime, policy=POLICY)


def _redact(mail: Mail, words: str) -> str:
    if not mail.has_personal_link:
        return words
    shown = _("[persönlicher Link]")
    for form in _forms_of(mail.secret):
        words = re.sub(r'href="[^"]*' + re.escape(form) + r'[^"]*"', 'href="#"', words)
        words = re.sub(r'(?:https?://[^\s"\'<>/]+)?' + re.escape(form), shown, words)
    # The link may occur in an unexpected form: better no preview than a usable link.
    if _reveals_link(mail, words):
        return _("Diese E-Mail enthält einen persönlichen Link und wird deshalb nicht angezeigt.")
    return words


def _reveals_link(mail: Mail, words: str) -> bool:
    plain = unquote(html.unescape(words))
    return any(token in plain for token in TOKEN.findall(mail.secret))


def _forms_of(secret: str) -> list[str]:
    """Return the forms in which the link may be written in text, HTML and addresses."""
    forms = {
        secret,
        html.escape(secret),
        quote(secret),
        quote(secret, safe="/:?=&"),
        secret.rstrip("/"),
    }
    # Longest first: replacing a shorter form would leave the rest of a longer one behind.
    return sorted(forms, key=len, reverse=True)


def _notice_page(notice: str) -> str:
    return render_to_string("outbox/notice.html", {"notice": notice})


def _reduced_message(mail: Mail, notice: str) -> EmailMessage:
    message = EmailMessage(policy=default_policy.clone(linesep="\r\n"))
    for name, value in preview_headers(mail):
        message[name] = value
    message.set_content(notice)
    return message
