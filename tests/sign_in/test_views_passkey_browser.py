"""Passkeys in a real Chromium with a virtual authenticator."""

from urllib.parse import urlencode

import pytest

from core.roles import OBSERVER
from tests.partners.builders import make_user
from tests.sign_in.devices import add_authenticator, set_up_passkey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "Havelbrücke 27"


@pytest.fixture
def account():
    return make_user(OBSERVER, email="steuerungskreis@example.org", password=PASSWORD)


@pytest.fixture
def browser_errors(page):
    """Violations of the content security policy and script errors."""
    lines: list[str] = []
    page.on(
        "console", lambda message: lines.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.fixture
def authenticator(page):
    return add_authenticator(page)


def sign_in_by_password(page, live_server, account):
    page.goto(f"{live_server.url}/anmelden/")
    page.get_by_label("E-Mail").fill(account.email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")


def sign_out(page):
    page.context.clear_cookies()


def test_passkey_signs_in_and_leads_back(page, live_server, account, authenticator, browser_errors):
    sign_in_by_password(page, live_server, account)
    set_up_passkey(page, live_server.url, PASSWORD)
    assert authenticator() == 1
    sign_out(page)

    page.goto(f"{live_server.url}/partner/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()

    page.wait_for_url(f"{live_server.url}/partner/")
    assert page.get_by_role("heading", level=1).inner_text() == "Organisationen"
    assert browser_errors == []


def test_passkey_as_second_step_leads_back(
    page, live_server, account, authenticator, browser_errors
):
    sign_in_by_password(page, live_server, account)
    set_up_passkey(page, live_server.url, PASSWORD)
    sign_out(page)

    page.goto(f"{live_server.url}/partner/?q=werk")
    page.get_by_label("E-Mail").fill(account.email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.get_by_role("heading", name="Zweiter Schritt der Anmeldung").wait_for()
    page.get_by_role("button", name="Passkey benutzen").click()

    page.wait_for_url(f"{live_server.url}/partner/?q=werk")
    assert browser_errors == []


def test_device_without_a_passkey_gets_a_german_explanation(page, live_server, authenticator):
    page.goto(f"{live_server.url}/anmelden/")

    page.get_by_role("button", name="Mit Passkey anmelden").click()

    page.get_by_text("Das hat mit dem Passkey nicht geklappt.").wait_for()


def test_demo_passkey_is_refused_outside_a_demo(page, live_server, authenticator, settings):
    settings.DEMO = True
    account = make_user(OBSERVER, email="demo@example.org", password=PASSWORD, is_demo=True)
    page.goto(f"{live_server.url}/anmelden/")
    page.get_by_label("E-Mail").fill(account.email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main form").filter(has=page.get_by_label("E-Mail")).get_by_role("button").click()
    page.wait_for_url(f"{live_server.url}/")
    set_up_passkey(page, live_server.url, PASSWORD)
    settings.DEMO = False
    sign_out(page)

    page.goto(f"{live_server.url}/anmelden/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()

    page.get_by_role("heading", name="Dieses Konto ist gesperrt").wait_for()
    page.goto(f"{live_server.url}/konto/")
    assert "/anmelden/" in page.url


@pytest.mark.parametrize(
    "target", ["https://example.com/", "//example.com/", "/\\example.com", "https:example.com"]
)
def test_passkey_never_leads_to_another_host(page, live_server, account, authenticator, target):
    sign_in_by_password(page, live_server, account)
    set_up_passkey(page, live_server.url, PASSWORD)
    sign_out(page)

    page.goto(f"{live_server.url}/anmelden/?{urlencode({'next': target})}")
    page.get_by_role("button", name="Mit Passkey anmelden").click()

    page.wait_for_url(f"{live_server.url}/")
