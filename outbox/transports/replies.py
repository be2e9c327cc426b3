"""What a mail server says, and what went wrong with it, in one line."""

import smtplib
import socket

from django.utils.translation import gettext as _

from outbox.rendering.headers import CONTROL


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
