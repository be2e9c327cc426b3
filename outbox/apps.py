from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from outbox.transports import SmtpTransport, open_transport

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = "Postausgang"

    def ready(self):
        register(check_mail_url)


def check_mail_url(app_configs=None, **options) -> list[Error | Warning]:
    """Report an error when MAIL_URL names no transport, and a warning when it would send a password
    unencrypted.
    """
    try:
        transport = open_transport()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="outbox.E001")]
    if not isinstance(transport, SmtpTransport) or transport.is_encrypted:
        return []
    if transport.password and urlsplit(settings.MAIL_URL).hostname not in LOCAL_HOSTS:
        return [
            Warning(
                "MAIL_URL sends the password of the mail server without encryption.",
                hint="Write `smtps://…`, or add `?tls=1`.",
                id="outbox.W001",
            )
        ]
    return []
