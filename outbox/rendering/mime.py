"""Build the finished message: headers, text, HTML and calendar in one ASCII text, sent as is."""

import datetime as dt
import re
from collections.abc import Callable
from email import message_from_string
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from uuid import uuid4

from django.conf import settings

from outbox.rendering import TextError
from outbox.rendering.calendars import calendar_file_name, readdress_calendar
from outbox.rendering.headers import normalise_address, one_line
from outbox.rendering.messages import Message
from outbox.texts import Recipient

METHOD = re.compile(r"^METHOD:(\w+)\r?$", re.MULTILINE)
# The `email` package loses the quotes of a long name when it folds the line. Without quotes, these
# characters would start another address.
NEEDS_QUOTES = re.compile(r'[<>@,;:()\[\]\\"]')
# The limit for lines with an encoded word (RFC 2047, 2).
MAX_LINE_LENGTH = 76
MAX_NAME_LENGTH = 120


class WholeHeaderPolicy(EmailPolicy):
    """Encodes a header with umlauts as a whole (RFC 2047).

    The standard policy encodes single words and doubles or loses a space when it folds between an
    encoded and a plain word.
    """

    def fold_binary(self, name, value) -> bytes:
        if str(value).isascii():
            return super().fold_binary(name, value)
        if addresses := getattr(value, "addresses", ()):
            [address] = addresses
            shown = _encoded(name, address.display_name, self.linesep)
            last_line = f"{name}: {shown}".rpartition(self.linesep)[2]
            fits = len(last_line) + len(address.addr_spec) + len(" <>") <= MAX_LINE_LENGTH
            text = f"{shown}{'' if fits else self.linesep} <{address.addr_spec}>"
        else:
            text = _encoded(name, str(value), self.linesep)
        return f"{name}: {text}{self.linesep}".encode("ascii")


# Cached: all mails have the same sender, and the mails of a batch often the same subject.
@lru_cache(256)
def _encoded(name: str, text: str, linesep: str) -> str:
    # `Header` sometimes exceeds the length by one character.
    return Header(text, "utf-8", header_name=name, maxlinelen=MAX_LINE_LENGTH - 1).encode(
        linesep=linesep
    )


POLICY = WholeHeaderPolicy(cte_type="7bit", linesep="\r\n")


def make_message_id() -> str:
    """Return a new Message-ID in the domain of MAIL_FROM."""
    return f"<{uuid4().hex}@{settings.MAIL_FROM.rpartition('@')[2]}>"


def build_mime(
    content: Message,
    *,
    to: Recipient,
    message_id: str,
    now: dt.datetime,
    calendar: str = "",
    reply_to: str = "",
) -> str:
    """Return the message as ASCII text with CRLF. Answers go to `reply_to`, else to the office."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(settings.OFFICE_NAME, settings.MAIL_FROM)
    message["To"] = _address(to.name, to.email)
    # Replies reach people even when MAIL_FROM is an address that nobody reads.
    office = _address(settings.OFFICE_NAME, settings.OFFICE_EMAIL)
    message["Reply-To"] = _address("", reply_to) if reply_to else office
    message["Subject"] = one_line(content.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    # Keeps vacation responders from answering (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content.text)
    message.add_alternative(content.html, subtype="html")
    if calendar:
        _add_calendar(message, calendar)
    return message.as_bytes().decode("ascii")


def readdress(mime: str, to: Recipient, *, now: dt.datetime) -> str:
    """Return the finished message as it would have been written to `to` at `now`."""
    message = message_from_string(mime, policy=POLICY)
    calendar = _calendar_of(message)
    return build_mime(
        _content_of(message),
        to=to,
        message_id=str(message["Message-ID"]),
        now=now,
        calendar=readdress_calendar(calendar, to) if calendar else "",
        reply_to=_reply_to_of(message),
    )


def reword(mime: str, change: Callable[[str], str]) -> str:
    """Return the finished message with `change` applied to its text and its HTML."""
    message = message_from_string(mime, policy=POLICY)
    content = _content_of(message)
    [address] = message["To"].addresses
    return build_mime(
        content._replace(text=change(content.text), html=change(content.html)),
        to=Recipient(address.addr_spec, address.display_name),
        message_id=str(message["Message-ID"]),
        now=message["Date"].datetime,
        calendar=_calendar_of(message),
        reply_to=_reply_to_of(message),
    )


def _content_of(message: EmailMessage) -> Message:
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return Message(str(message["Subject"]), text, html)


def _reply_to_of(message: EmailMessage) -> str:
    """Return the address for answers; empty if the message names the office."""
    [address] = message["Reply-To"].addresses
    # Only the office is named beside its address, and it may have another one by now.
    return "" if address.display_name else address.addr_spec


def _calendar_of(message: EmailMessage) -> str:
    parts = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    part = next(parts, None)
    return part.get_content() if part else ""


def _address(name: str, email: str) -> Address:
    display_name = one_line(NEEDS_QUOTES.sub(" ", name), MAX_NAME_LENGTH)
    return Address(display_name=display_name, addr_spec=normalise_address(email))


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    found = METHOD.search(calendar)
    if found is None:
        raise TextError("the calendar part has no METHOD")
    data, name = calendar.encode(), calendar_file_name(calendar)
    parameters = {"charset": "utf-8", "method": found.group(1)}
    # Twice with the same bytes: Outlook acts on the alternative, other programs open the file.
    message.add_alternative(data, maintype="text", subtype="calendar", params=parameters)
    message.add_attachment(
        data, maintype="application", subtype="ics", filename=name, params={"name": name}
    )
