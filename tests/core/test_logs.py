import logging
import logging.config
import runpy
from io import StringIO

import pytest
from django.conf import settings

from core.links import sign_link
from core.roles import PARTNER
from operations.processes import web_command
from tests.partners.builders import make_user


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
        "/massnahmen/bericht/{}/",
    ],
)
def test_logs_contain_no_personal_link(client, log, path):
    token = sign_link("invitation", 1, 1)

    client.get(path.format(token))

    assert "/…/" in log.getvalue()
    assert token not in log.getvalue()


def test_logs_contain_no_password_link(log):
    logging.getLogger("django.request").warning(
        "%s: %s", "Not Found", "/anmelden/passwort/1-c8x-secret/"
    )

    assert log.getvalue().endswith("django.request: Not Found: /anmelden/passwort/…/\n")


@pytest.mark.django_db
def test_refused_page_is_logged_in_one_line(client, log):
    client.force_login(make_user(PARTNER))

    assert client.get("/partner/personen/neu/").status_code == 403

    [line] = log.getvalue().splitlines()
    assert line.endswith(
        "WARNING django.request: Forbidden (Permission denied): /partner/personen/neu/"
    )


def test_fault_of_the_portal_is_logged_with_its_traceback(log):
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("django.request").exception("fault", extra={"status_code": 500})

    assert "Traceback" in log.getvalue()
    assert log.getvalue().endswith("ZeroDivisionError\n")


def test_other_messages_stay_unchanged(log):
    logging.getLogger("outbox").warning("%d mails wait", 3)

    assert log.getvalue().endswith("WARNING outbox: 3 mails wait\n")


def test_no_server_of_ours_logs_addresses_of_pages(base_dir):
    # Queries such as `/suche/?q=…` contain names of people.
    gunicorn = runpy.run_path(str(base_dir / "deploy/gunicorn.conf.py"))
    caddy = (base_dir / "deploy/Caddyfile").read_text()

    assert gunicorn["accesslog"] is None
    assert not [part for part in web_command(["127.0.0.1:8000"]) if "access" in part]
    assert not [line for line in caddy.splitlines() if line.split()[:1] == ["log"]]
