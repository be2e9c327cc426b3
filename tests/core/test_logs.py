import logging
import logging.config
from io import StringIO

import pytest
from django.conf import settings

from core.links import sign_link


@pytest.fixture
def log():
    """Capture what the portal's own handler writes, with its formatter and filters."""
    stream = StringIO()
    logging.config.DictConfigurator(settings.LOGGING).configure()
    stderr = next(
        handler
        for handler in logging.getLogger().handlers
        if type(handler) is logging.StreamHandler
    )
    before, stderr.stream = stderr.stream, stream
    yield stream
    stderr.stream = before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/branchengespraeche/einladung/{}/",
        "/branchengespraeche/einladung/{}/termin.ics",
        "/anmelden/einladung/{}/",
    ],
)
def test_logs_contain_no_personal_link(client, log, path):
    token = sign_link("invitation", 1, 1)

    client.get(path.format(token))

    assert "/einladung/…/" in log.getvalue()
    assert token not in log.getvalue()


def test_logs_contain_no_password_link(log):
    logging.getLogger("django.request").warning(
        "%s: %s", "Not Found", "/anmelden/passwort/1-c8x-secret/"
    )

    assert log.getvalue().endswith("django.request: Not Found: /anmelden/passwort/…/\n")


def test_other_messages_stay_unchanged(log):
    logging.getLogger("outbox").warning("%d mails wait", 3)

    assert log.getvalue().endswith("WARNING outbox: 3 mails wait\n")
