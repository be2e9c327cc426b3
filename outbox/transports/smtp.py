"""Mail over SMTP (RFC 5321)."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from outbox.transports.base import Deferred, Parcel, Rejected, Throttled, Unreachable
from outbox.transports.replies import answer, describe, is_timeout

TOO_MANY_CONNECTIONS = 432  # Exchange Online
SERVICE_CLOSING = 421
GO_AHEAD = 354


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

    @property
    def is_encrypted(self) -> bool:
        return self.implicit_tls or self.start_tls

    def send(self, parcel: Parcel, before_end: Callable[[], None]) -> str:
        try:
            connection = self._addressed(parcel.recipient)
            code, words = self._send_body(connection, parcel.data, before_end)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            if is_timeout(error):
                raise Unreachable(
                    _("Der Mailserver antwortet nicht: %s") % describe(error)
                ) from error
            raise Deferred(
                _("Die Verbindung zum Mailserver brach ab: %s") % describe(error)
            ) from error
        self._expect(connection, code, words)
        return answer(code, words)

    def _addressed(self, recipient: str) -> smtplib.SMTP:
        """Return a connection over which sender and recipient were named.

        A server may end one that lay idle or has carried many mails (RFC 5321, 3.8). That is no
        mail's fault, so it is tried once more over a new one.
        """
        if self.connection is not None:
            try:
                return self._address(self.connection, recipient)
            except (smtplib.SMTPServerDisconnected, OSError, Unreachable) as error:
                if is_timeout(error) or isinstance(error, Throttled):
                    raise
                self._drop()
        return self._address(self._connect(), recipient)

    def _address(self, connection: smtplib.SMTP, recipient: str) -> smtplib.SMTP:
        # Both are bare addresses already, so smtplib need not look for names in them.
        self._expect(connection, *connection.docmd(f"MAIL FROM:<{settings.MAIL_FROM}>"))
        self._expect(connection, *connection.docmd(f"RCPT TO:<{recipient}>"))
        return connection

    def _send_body(
        self, connection: smtplib.SMTP, data: bytes, before_end: Callable[[], None]
    ) -> tuple[int, bytes]:
        """Send the message and return the server's answer.

        What is not ended by a line with a single dot cannot be accepted (RFC 5321, 4.1.1.4), so all
        but that line is on its way already when `before_end` is called.
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
            raise Deferred(
                _("Der Mailserver hat den Empfang nicht bestätigt: %s") % describe(error)
            ) from error
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
            connection.sock.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
            )  # the last line must not wait
            if self.start_tls:
                connection.starttls(context=context)
            if self.user:
                connection.login(self.user, self.password)
            connection.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            kind = (
                Throttled if getattr(error, "smtp_code", 0) == TOO_MANY_CONNECTIONS else Unreachable
            )
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


def with_doubled_dots(data: bytes) -> bytes:
    """Return `data` as it goes over the line: lines end in CRLF, a dot that begins one is doubled
    (RFC 5321, 4.5).
    """
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n")
    return (b"\n" + lines + b"\n").replace(b"\n.", b"\n..")[1:].replace(b"\n", b"\r\n")
