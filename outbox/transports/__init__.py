"""Mail transports, chosen by MAIL_URL. They send the stored bytes unchanged."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from outbox.transports.base import (
    Deferred,
    OutgoingMail,
    Rejected,
    Throttled,
    Transport,
    Unreachable,
)
from outbox.transports.folder import FolderTransport, write_to_folder
from outbox.transports.smtp import SmtpTransport

__all__ = [
    "Deferred",
    "FolderTransport",
    "OutgoingMail",
    "Rejected",
    "SmtpTransport",
    "Throttled",
    "Transport",
    "Unreachable",
    "open_transport",
    "write_to_folder",
]


def open_transport() -> Transport:
    """Return the transport that MAIL_URL names; it connects when the first mail is sent."""
    parts = urlsplit(settings.MAIL_URL)
    if parts.scheme == "folder":
        return FolderTransport()
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        return SmtpTransport(settings.MAIL_URL)
    raise ImproperlyConfigured(
        "MAIL_URL must be `folder://` or `smtp://user:password@host:587/?tls=1`; set it in the "
        "environment or in .env."
    )
