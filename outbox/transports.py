"""The ways out of the house, chosen by MAIL_URL. What goes out are the stored bytes, nothing else."""

import datetime as dt
import os
import smtplib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from outbox.headers import CONTROL

TOO_MANY_CONNECTIONS = 432  # Exchange Online
SERVICE_CLOSING = 421
GO_AHEAD = 354


class Unreachable(Exception):
    """The server cannot be talked to now; the other mails of the batch would fare no better."""


class Throttled(Unreachable):
    """The server asks for fewer connections."""


class Deferred(Exception):
    """This mail is to be tried again later: the server asks for it (4xx), or the line broke in the middle."""


class Rejected(Exception):
    """The server refuses this mail for good (5xx)."""


class Parcel(NamedTuple):
    """One mail as a transport needs it."""

    pk: int
    created_at: dt.datetime
    recipient: str
    data: bytes


class Transport(Protocol):
    """Sends parcels.

    `send` calls `before_end` at the last moment before the server could accept the parcel, and returns the server's
    answer or raises `Unreachable`, `Deferred` or `Rejected`.
    """

    def send(self, parcel: Parcel, before_end: Callable[[], None]) -> str: ...

    def close(self) -> None: ...


def open_transport() -> Transport:
    """Return the transport that MAIL_URL names; it connects with the first mail."""
    parts = urlsplit(settings.MAIL_URL)
    if parts.scheme == "folder":
        return FolderTransport()
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        return SmtpTransport(settings.MAIL_URL)
    raise ImproperlyConfigured(
        "MAIL_URL must be `folder://` or `smtp://user:password@host:587/?tls=1`; set it in the environment or in .env."
    )


class FolderTransport:
    """Writes each mail as a file to MAIL_FOLDER, for trying out."""

    def send(self, parcel: Parcel, before_end: Callable[[], None]) -> str:
        before_end()
        try:
            name = write_to_folder(parcel.pk, parcel.created_at, parcel.data)
        except OSError as error:
            raise Unreachable(_("Der Ordner für E-Mails ist nicht beschreibbar: %s") % error.strerror) from error
        return _("abgelegt als %s") % name

    def close(self) -> None:
        pass


class SmtpTransport:
    """One connection for many mails, to `smtp://user:password@host:port/?tls=1` or `smtps://…`."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        self.implicit_tls = parts.scheme == "smtps"
        self.start_tls = parse_qs(parts.query).get("tls", ["0"])[0] in ("1", "true")
        self.port = parts.port or (465 if self.implicit_tls else 587 if self.start_tls else 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.connection: smtplib.SMTP | None = None

    def send(self, parcel: Parcel, before_end: Callable[[], None]) -> str:
        connection = self.connection or self._connect()
        try:
            # Both are bare addresses already, so smtplib need not look for names in them.
            self._expect(connection, *connection.docmd(f"MAIL FROM:<{settings.MAIL_FROM}>"))
            self._expect(connection, *connection.docmd(f"RCPT TO:<{parcel.recipient}>"))
            code, words = self._send_body(connection, parcel.data, before_end)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            if is_timeout(error):
                raise Unreachable(_("Der Mailserver antwortet nicht: %s") % describe(error)) from error
            raise Deferred(_("Die Verbindung zum Mailserver brach ab: %s") % describe(error)) from error
        self._expect(connection, code, words)
        return answer(code, words)

    def _send_body(self, connection: smtplib.SMTP, data: bytes, before_end: Callable[[], None]) -> tuple[int, bytes]:
        """Send the message and return the server's answer.

        What is not ended by a line with a single dot cannot be accepted (RFC 5321, 4.1.1.4), so all but that line is
        on its way already when `before_end` is called.
        """
        code, words = connection.docmd("DATA")
        if code != GO_AHEAD:
            return code if code >= 400 else SERVICE_CLOSING, words
        connection.send(with_doubled_dots(data))
        try:
            before_end()
        except BaseException:
            self._drop()
            raise
        return self._end_body(connection)

    def _end_body(self, connection: smtplib.SMTP) -> tuple[int, bytes]:
        """Send the last line and wait longer than for other answers: who gives up too early sends twice (RFC 5321,
        4.5.3.2.6). Silence counts against the mail, so it is not repeated for ever.
        """
        connection.sock.settimeout(settings.MAIL_END_TIMEOUT)
        try:
            connection.send(b".\r\n")
            code, words = connection.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if not is_timeout(error):
                raise
            self._drop()
            raise Deferred(_("Der Mailserver hat den Empfang nicht bestätigt: %s") % describe(error)) from error
        connection.sock.settimeout(settings.MAIL_TIMEOUT)
        return code, words

    def close(self) -> None:
        if self.connection is not None:
            try:
                self.connection.quit()
            except (smtplib.SMTPException, OSError):
                self.connection.close()
            self.connection = None

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        try:
            if self.implicit_tls:
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=settings.MAIL_TIMEOUT, context=context
                )
            else:
                connection = smtplib.SMTP(self.host, self.port, timeout=settings.MAIL_TIMEOUT)
            self.connection = connection
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the last line must not wait
            if self.start_tls:
                connection.starttls(context=context)
            if self.user:
                connection.login(self.user, self.password)
            connection.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            kind = Throttled if getattr(error, "smtp_code", 0) == TOO_MANY_CONNECTIONS else Unreachable
            raise kind(_("Der Mailserver ist nicht erreichbar: %s") % describe(error)) from error
        return connection

    def _expect(self, connection: smtplib.SMTP, code: int, words: bytes | str) -> None:
        if 200 <= code < 300:
            return
        if code in (SERVICE_CLOSING, TOO_MANY_CONNECTIONS) or code < 0:
            self._drop()
            raise (Throttled if code == TOO_MANY_CONNECTIONS else Unreachable)(answer(code, words))
        self._reset(connection)
        raise Rejected(answer(code, words)) if code >= 500 else Deferred(answer(code, words))

    def _reset(self, connection: smtplib.SMTP) -> None:
        try:
            connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def write_to_folder(pk: int, created_at: dt.datetime, data: bytes) -> str:
    """Write `data` whole or not at all to MAIL_FOLDER and return the file's name.

    The name depends on the mail alone, so writing it a second time leaves one file.
    """
    folder = Path(settings.MAIL_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{created_at.astimezone(dt.UTC):%Y%m%d-%H%M%S}-{pk}.eml"
    draft = folder / f".{name}.{os.getpid()}"
    draft.write_bytes(data)
    draft.replace(folder / name)
    return name


def with_doubled_dots(data: bytes) -> bytes:
    """Return `data` as it goes over the line: lines end in CRLF, a dot that begins one is doubled (RFC 5321, 4.5)."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n")
    return (b"\n" + lines + b"\n").replace(b"\n.", b"\n..")[1:].replace(b"\n", b"\r\n")


def answer(code: int, words: bytes | str) -> str:
    """Return the server's answer in one line: `250 OK`."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(CONTROL.sub(' ', text).split())}".strip()[:500]


def describe(error: Exception) -> str:
    """Return what went wrong in one line, the server's words where it spoke."""
    if isinstance(error, smtplib.SMTPResponseException):
        return answer(error.smtp_code, error.smtp_error)
    if isinstance(error, socket.gaierror):
        return _("Rechnername unbekannt")
    if is_timeout(error):
        return _("keine Antwort in der vorgesehenen Zeit")
    if isinstance(error, ConnectionRefusedError):
        return _("Verbindung abgelehnt")
    if isinstance(error, ConnectionError | smtplib.SMTPServerDisconnected):
        return _("Verbindung unterbrochen")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:300]


def is_timeout(error: Exception) -> bool:
    """Say whether the server kept silent for too long; smtplib hides that behind its own error."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
