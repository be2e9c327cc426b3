"""The finished message: headers, text, HTML and calendar part as one ASCII text, ready to go on the
wire.
"""

import datetime as dt
import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from uuid import uuid4

from django.conf import settings

from outbox.drafts import Recipient
from outbox.errors import TextError
from outbox.rendering.calendars import calendar_file_name
from outbox.rendering.headers import normalise_address, one_line
from outbox.rendering.messages import Letter

METHOD = re.compile(r"^METHOD:(\w+)\r?$", re.MULTILINE)
# `email` loses the quotes of a long name when it folds the line; what needs them would then begin
# another address.
NEEDS_QUOTES = re.compile(r'[<>@,;:()\[\]\\"]')

LINE_LENGTH = 76  # of a line with an encoded word (RFC 2047, 2)


class WholeWords(EmailPolicy):
    """Encodes text with umlauts as a whole (RFC 2047): `email` alone doubles or loses a space where
    it folds between encoded and plain words.
    """

    def fold_binary(self, name, value) -> bytes:
        if str(value).isascii():
            return super().fold_binary(name, value)
        if addresses := getattr(value, "addresses", ()):
            [address] = addresses
            shown = _encoded(name, address.display_name, self.linesep)
            last_line = f"{name}: {shown}".rpartition(self.linesep)[2]
            fits = len(last_line) + len(address.addr_spec) + len(" <>") <= LINE_LENGTH
            text = f"{shown}{'' if fits else self.linesep} <{address.addr_spec}>"
        else:
            text = _encoded(name, str(value), self.linesep)
        return f"{name}: {text}{self.linesep}".encode("ascii")


@lru_cache(256)  # the sender stands in every mail, a subject in all of one sending
def _encoded(name: str, text: str, linesep: str) -> str:
    # `Header` itself is sometimes one character late.
    return Header(text, "utf-8", header_name=name, maxlinelen=LINE_LENGTH - 1).encode(
        linesep=linesep
    )


POLICY = WholeWords(cte_type="7bit", linesep="\r\n")


def make_message_id() -> str:
    """Return a new Message-ID of the office's mail domain; it stays with the mail over all tries."""
    return f"<{uuid4().hex}@{settings.MAIL_FROM.rpartition('@')[2]}>"


def build_mime(
    letter: Letter, *, to: Recipient, message_id: str, now: dt.datetime, calendar: str = ""
) -> str:
    """Return the message as ASCII text with CRLF. No value can add a header: each is cut to one
    line first.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(settings.OFFICE_NAME, settings.MAIL_FROM)
    message["To"] = _address(to.name, to.email)
    message["Reply-To"] = _address(settings.OFFICE_NAME, settings.OFFICE_EMAIL)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if calendar:
        _add_calendar(message, calendar)
    return message.as_bytes().decode("ascii")


def _address(name: str, email: str) -> Address:
    return Address(
        display_name=one_line(NEEDS_QUOTES.sub(" ", name), 120), addr_spec=normalise_address(email)
    )


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    """Add the entry twice, byte for byte the same: as what Outlook acts on, and as a file for
    everybody else.
    """
    found = METHOD.search(calendar)
    if found is None:
        raise TextError("the calendar part has no METHOD")
    data, name = calendar.encode(), calendar_file_name(calendar)
    parameters = {"charset": "utf-8", "method": found.group(1)}
    message.add_alternative(data, maintype="text", subtype="calendar", params=parameters)
    message.add_attachment(
        data, maintype="application", subtype="ics", filename=name, params={"name": name}
    )
