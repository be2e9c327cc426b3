"""allauth's pages in the portal's design: in German and without inline scripts."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse

from core.roles import OFFICE
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "Havelbrücke 27"
PUBLIC = {
    "account_login": "Anmelden",
    "account_signup": "Konten gibt es auf Einladung",
    "account_request_login_code": "Anmelden mit Code",
    "account_reset_password": "Passwort vergessen",
    "account_reset_password_done": "Bitte sehen Sie in Ihr Postfach",
    "account_reset_password_from_key_done": "Ihr Passwort ist geändert",
    "account_inactive": "Dieses Konto ist gesperrt",
}
OWN = {
    "account_logout": "Abmelden",
    "account_change_password": "Passwort ändern",
    "account_reauthenticate": "Bitte bestätigen Sie, dass Sie es sind",
    "mfa_index": "Anmeldung und Sicherheit",
    "mfa_activate_totp": "App einrichten",
    "mfa_list_webauthn": "Passkeys",
    "mfa_add_webauthn": "Passkey einrichten",
}
WITH_SECOND_FACTOR = {
    "mfa_index": "Anmeldung und Sicherheit",
    "mfa_deactivate_totp": "App entfernen",
    "mfa_view_recovery_codes": "Ersatzcodes",
    "mfa_generate_recovery_codes": "Neue Ersatzcodes",
    "mfa_reauthenticate": "Bitte bestätigen Sie, dass Sie es sind",
}
ENGLISH = re.compile(
    r"\b(the|your|you|password|sign in|please|email address|(security|master) key|authenticator)\b",
    re.I,
)
DU = re.compile(r"\b(du|dein|deine|deinen|deiner|dir|dich)\b", re.I)


@pytest.fixture
def account(client):
    """An account that is signed in and was just reauthenticated."""
    account = make_user(OFFICE, password=PASSWORD)
    client.post("/anmelden/", {"login": account.email, "password": PASSWORD})
    client.post("/konto/bestaetigen/", {"password": PASSWORD})
    return account


def read(answer, heading: str) -> str:
    """Check what applies to every page, then return its visible text."""
    page = answer.content.decode()
    assert answer.status_code == 200
    assert heading in re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)[1]
    for script in re.findall(r"<script([^>]*)>", page):
        assert "src=" in script or "application/json" in script
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
    words = re.sub(r"<script.*?</script>|<head>.*?</head>|<[^>]+>", " ", page, flags=re.S)
    assert not ENGLISH.search(words), ENGLISH.search(words)
    assert not DU.search(words), DU.search(words)
    return words


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def activate_app(client) -> str:
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    return secret


@pytest.mark.parametrize("name", PUBLIC)
def test_public_page_is_in_german(client, name):
    read(client.get(reverse(name)), PUBLIC[name])


@pytest.mark.parametrize("name", OWN)
def test_own_page_is_in_german(client, account, name):
    read(client.get(reverse(name)), OWN[name])


@pytest.mark.parametrize("name", WITH_SECOND_FACTOR)
def test_page_of_the_second_factor_is_in_german(client, account, name):
    activate_app(client)

    read(client.get(reverse(name)), WITH_SECOND_FACTOR[name])


def test_qr_code_is_embedded_in_the_page(client, account):
    page = client.get(reverse("mfa_activate_totp")).content.decode()

    assert 'src="data:image/svg+xml;base64,' in page


def test_app_asks_for_its_code(client, account):
    activate_app(client)
    client.logout()

    answer = client.post("/anmelden/", {"login": account.email, "password": PASSWORD}, follow=True)
    words = read(answer, "Zweiter Schritt der Anmeldung")
    wrong = client.post("/anmelden/zweiter-faktor/", {"code": "000000"})

    assert "Geben Sie den Code aus Ihrer App ein" in words
    assert "Der Code ist nicht richtig." in wrong.content.decode()
    assert client.get("/konto/").status_code == 302


def test_recovery_code_signs_in_once(client, account):
    activate_app(client)
    recovery_code = (
        Authenticator.objects.get(user=account, type="recovery_codes").wrap().get_unused_codes()[0]
    )
    client.logout()
    client.post("/anmelden/", {"login": account.email, "password": PASSWORD})

    client.post("/anmelden/zweiter-faktor/", {"code": recovery_code})
    assert client.get("/konto/").status_code == 200

    client.logout()
    client.post("/anmelden/", {"login": account.email, "password": PASSWORD})
    client.post("/anmelden/zweiter-faktor/", {"code": recovery_code})
    assert client.get("/konto/").status_code == 302


def test_changing_the_password_leads_back_to_the_account(client, account):
    new = "Spreeinsel 2031"

    answer = client.post(
        "/konto/passwort/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    account.refresh_from_db()
    assert answer.url == "/konto/"
    assert account.check_password(new)
    assert client.get("/konto/").status_code == 200


def test_credentials_ask_for_the_password_first(client):
    account = make_user(OFFICE, password=PASSWORD)
    client.force_login(account)

    answer = client.get(reverse("mfa_add_webauthn"))

    assert answer.status_code == 302
    assert answer.url.startswith("/konto/bestaetigen/")
