"""Mail over SMTP (RFC 5321)."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.texts import CONTROL
from outbox.transports.base import Deferred, OutgoingMail, Rejected, Throttled, Unreachable

# Not in any RFC: the reply of Exchange Online to a sender with too many open connections.
TOO_MANY_CONNECTIONS = 432
SERVICE_CLOSING = 421
START_INPUT = 354
ANSWER_LENGTH = 500
ERROR_LENGTH = 300


class SmtpTransport:
    """Sends many mails over one connection to `smtp://user:password@host:port/?tls=1` or `smtps://…`."""

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

    def send(self, mail: OutgoingMail, before_end: Callable[[], None]) -> str:
        try:
            connection = self._start_mail(mail.recipient)
            code, reply = self._send_body(connection, mail.data, before_end)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            # A timeout would hit any mail. A broken connection may be the fault of this one, so it
            # counts as a refusal of it.
            if is_timeout(error):
                raise Unreachable(
                    _("Der Mailserver antwortet nicht: %s") % describe(error)
                ) from error
            raise Deferred(
                _("Die Verbindung zum Mailserver brach ab: %s") % describe(error)
            ) from error
        self._require_success(connection, code, reply)
        return format_reply(code, reply)

    def close(self) -> None:
        if self.connection is not None:
            try:
                self.connection.quit()
            except (smtplib.SMTPException, OSError):
                self.connection.close()
            self.connection = None

    def _start_mail(self, recipient: str) -> smtplib.SMTP:
        """Send MAIL FROM and RCPT TO; return the connection used."""
        if self.connection is not None:
            try:
                return self._name_parties(self.connection, recipient)
            except (smtplib.SMTPServerDisconnected, OSError, Unreachable) as error:
                if is_timeout(error) or isinstance(error, Throttled):
                    raise
                # Servers may close a connection that was idle or carried many mails (RFC 5321,
                # 3.8). That says nothing about this mail, so it gets a fresh connection.
                self._drop()
        return self._name_parties(self._connect(), recipient)

    def _name_parties(self, connection: smtplib.SMTP, recipient: str) -> smtplib.SMTP:
        # `docmd` instead of `mail` and `rcpt`: both addresses are normalised already, so smtplib
        # need not parse them again for every mail.
        self._require_success(connection, *connection.docmd(f"MAIL FROM:<{settings.MAIL_FROM}>"))
        self._require_success(connection, *connection.docmd(f"RCPT TO:<{recipient}>"))
        return connection

    def _send_body(
        self, connection: smtplib.SMTP, data: bytes, before_end: Callable[[], None]
    ) -> tuple[int, bytes]:
        """Send the message and return the server's reply."""
        code, reply = connection.docmd("DATA")
        if code != START_INPUT:
            return code if code >= 400 else SERVICE_CLOSING, reply
        # A message cannot be accepted before the line with a single dot (RFC 5321, 4.1.1.4), so
        # everything else is sent while the previous mail is still being recorded.
        connection.send(with_doubled_dots(data))
        try:
            before_end()
        except BaseException:
            # Closing the connection is the only way to abandon a message after DATA.
            self._drop()
            raise
        return self._end_body(connection)

    def _end_body(self, connection: smtplib.SMTP) -> tuple[int, bytes]:
        # Servers may take minutes for this reply; giving up too early means sending the mail twice
        # (RFC 5321, 4.5.3.2.6).
        connection.sock.settimeout(settings.MAIL_END_TIMEOUT)
        try:
            connection.send(b".\r\n")
            code, reply = connection.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if not is_timeout(error):
                raise
            self._drop()
            # Unlike other timeouts, this one counts against the mail: the server may have accepted
            # it each time, so the attempts must be limited.
            raise Deferred(
                _("Der Mailserver hat den Empfang nicht bestätigt: %s") % describe(error)
            ) from error
        connection.sock.settimeout(settings.MAIL_TIMEOUT)
        return code, reply

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
            # Nagle's algorithm would hold the final dot back until the body is acknowledged.
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.start_tls:
                connection.starttls(context=context)
            if self.user:
                connection.login(self.user, self.password)
            connection.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            is_throttled = getattr(error, "smtp_code", 0) == TOO_MANY_CONNECTIONS
            exception = Throttled if is_throttled else Unreachable
            raise exception(
                _("Der Mailserver ist nicht erreichbar: %s") % describe(error)
            ) from error
        return connection

    def _require_success(self, connection: smtplib.SMTP, code: int, reply: bytes | str) -> None:
        if 200 <= code < 300:
            return
        message = format_reply(code, reply)
        # smtplib reports a connection that was closed without a reply as code -1.
        if code in (SERVICE_CLOSING, TOO_MANY_CONNECTIONS) or code < 0:
            self._drop()
            raise (Throttled if code == TOO_MANY_CONNECTIONS else Unreachable)(message)
        self._reset(connection)
        raise Rejected(message) if code >= 500 else Deferred(message)

    def _reset(self, connection: smtplib.SMTP) -> None:
        """Cancel the current mail, so that the next one can use the connection."""
        try:
            connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def with_doubled_dots(data: bytes) -> bytes:
    """Return `data` as it is transmitted: lines end in CRLF, and a dot that starts one is doubled
    (RFC 5321, 4.5.2).
    """
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n")
    return (b"\n" + lines + b"\n").replace(b"\n.", b"\n..")[1:].replace(b"\n", b"\r\n")


def format_reply(code: int, reply: bytes | str) -> str:
    """Return the server's reply in one line: `250 OK`."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(CONTROL.sub(' ', text).split())}".strip()[:ANSWER_LENGTH]


def describe(error: Exception) -> str:
    """Return a description of `error` in one line, in German where possible."""
    if isinstance(error, smtplib.SMTPResponseException):
        return format_reply(error.smtp_code, error.smtp_error)
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
    return " ".join(str(error).split())[:ERROR_LENGTH]


def is_timeout(error: Exception) -> bool:
    # smtplib turns a timeout into SMTPServerDisconnected and keeps it only as the context.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
