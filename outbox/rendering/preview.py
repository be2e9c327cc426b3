"""What of a mail may be shown: never a personal link, never the body of an account mail.

The finished message is stored with both, since it has to be sent. Every page, preview and download
takes its words from here. What cannot be blotted out with certainty is not shown at all.
"""

import datetime as dt
import html
import re
from email import message_from_string
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import NamedTuple
from urllib.parse import quote, unquote

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from icalendar import Calendar

from outbox.models import Mail
from outbox.rendering.calendars import ACCEPTED, CANCEL, NEEDS_ACTION, PUBLISH, REQUEST, TENTATIVE
from outbox.rendering.messages import Letter, styled
from outbox.rendering.mime import POLICY

SHOWN_HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted")
BODY = re.compile(r"<body[^>]*>")
TOKEN = re.compile(r"[\w:.~-]{16,}")
METHODS = {  # by METHOD and whether the whole appointment does not take place
    (REQUEST, False): _lazy("Einladung"),
    (CANCEL, False): _lazy("Rücknahme des Eintrags"),
    (CANCEL, True): _lazy("Absage"),
    (PUBLISH, False): _lazy("Hinweis"),
    (PUBLISH, True): _lazy("Hinweis auf den Wegfall"),
}
PARTSTATS = {NEEDS_ACTION: _lazy("offen"), ACCEPTED: _lazy("Zusage"), TENTATIVE: _lazy("Vorbehalt")}


class CalendarFacts(NamedTuple):
    """The calendar part of a mail as people read it; `answer` is how it stands in the calendar of
    the attendee.
    """

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


def shown_text(mail: Mail) -> str:
    """Return the text of `mail` as it may be shown."""
    return _hidden_notice(mail) or _redact(mail, mail.text)


def shown_html(mail: Mail) -> str:
    """Return the HTML of `mail` as it may be shown, a whole page."""
    if notice := _hidden_notice(mail):
        return _notice_page(notice)
    part = _parse(mail).get_body(("html",))
    return (
        _redact(mail, part.get_content())
        if part
        else _notice_page(_("Diese E-Mail hat keine HTML-Fassung."))
    )


def shown_headers(mail: Mail) -> list[tuple[str, str]]:
    """Return the headers of `mail` that matter to people, as (name, value)."""
    if not mail.mime:
        return [("To", mail.recipient), ("Subject", mail.subject), ("Message-ID", mail.message_id)]
    message = _parse(mail)
    return [(name, _redact(mail, str(message[name]))) for name in SHOWN_HEADERS if name in message]


def shown_calendar(mail: Mail) -> CalendarFacts | None:
    """Return the facts of the calendar part of `mail`, or None when it has none."""
    text = shown_ics(mail)
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


def shown_ics(mail: Mail) -> str:
    """Return the calendar part of `mail` as it was written, empty when it has none that may be
    shown.

    No personal link goes into a calendar; should one ever stand there, nothing of it is shown.
    """
    if mail.is_account_mail or "text/calendar" not in mail.mime:
        return ""
    part = next(part for part in _parse(mail).walk() if part.get_content_type() == "text/calendar")
    text = part.get_content()
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return "" if mail.has_personal_link and _tells_link(mail, unfolded) else text


def _file_name(message: EmailMessage) -> str:
    return next((name for part in message.iter_attachments() if (name := part.get_filename())), "")


def shown_eml(mail: Mail) -> bytes:
    """Return the message of `mail` as a file that may leave the portal."""
    if notice := _hidden_notice(mail):
        return _reduced_message(mail, notice).as_bytes()
    if not mail.has_personal_link:
        return mail.mime.encode("ascii")
    message = _parse(mail)
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            part.set_content(_redact(mail, part.get_content()), subtype=part.get_content_subtype())
    return message.as_bytes()


def sample_page(letter: Letter, *, as_text: bool) -> str:
    """Return a page that shows the words of `letter` with their subject, as plain text or as HTML."""
    if as_text:
        return styled(render_to_string("outbox/sample.html", {"letter": letter}))
    subject = render_to_string("outbox/sample_subject.html", {"letter": letter})
    return BODY.sub(lambda match: match[0] + subject, letter.html, count=1)


def faults_page(sentences: list[str]) -> str:
    """Return a page that says why there is nothing to preview yet."""
    return styled(render_to_string("outbox/sample.html", {"sentences": sentences}))


def _hidden_notice(mail: Mail) -> str:
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
    if _tells_link(mail, words):
        return _("Diese E-Mail enthält einen persönlichen Link und wird deshalb nicht angezeigt.")
    return words


def _tells_link(mail: Mail, words: str) -> bool:
    plain = unquote(html.unescape(words))
    return any(token in plain for token in TOKEN.findall(mail.secret))


def _forms_of(secret: str) -> list[str]:
    """Return how the link may be written in text, HTML and addresses, the longest form first."""
    forms = {
        secret,
        html.escape(secret),
        quote(secret),
        quote(secret, safe="/:?=&"),
        secret.rstrip("/"),
    }
    return sorted(forms, key=len, reverse=True)


def _notice_page(notice: str) -> str:
    return render_to_string("outbox/notice.html", {"notice": notice})


def _reduced_message(mail: Mail, notice: str) -> EmailMessage:
    message = EmailMessage(policy=default_policy.clone(linesep="\r\n"))
    for name, value in shown_headers(mail):
        message[name] = value
    message.set_content(notice)
    return message
