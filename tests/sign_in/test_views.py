"""The page *Konto*, and the accounts that the sign-in page of a demo offers."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.partners.builders import make_deputyship, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", (OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER))
def test_account_opens_for_each_role(client, role):
    client.force_login(make_user(role, organisation=make_organisation()))

    assert client.get(reverse("account")).status_code == 200


def test_account_sends_strangers_to_the_sign_in(client):
    answer = client.get(reverse("account"))

    assert answer.status_code == 302
    assert answer.url == "/anmelden/?next=/konto/"


def test_account_shows_own_and_lent_roles(client):
    user = make_user(OBSERVER)
    make_deputyship(make_user(SENATOR_OFFICE), user)
    client.force_login(user)

    facts = dict(client.get(reverse("account")).context["facts"])

    assert facts["Rollen"] == "Steuerungskreis"
    assert facts["in Vertretung"] == "Büro der Senatorin"


@pytest.mark.parametrize(
    ("password", "types", "states"),
    [
        (None, [], ["noch keines", "keiner eingerichtet", "nicht eingerichtet"]),
        ("Havelbrücke 27", ["webauthn"], ["gesetzt", "1 eingerichtet", "Passkey"]),
        (None, ["webauthn", "totp"], ["noch keines", "1 eingerichtet", "App mit Einmalcodes"]),
    ],
)
def test_account_shows_the_ways_of_signing_in(client, password, types, states):
    user = make_user(OBSERVER, password=password)
    for kind in types:
        Authenticator.objects.create(user=user, type=kind, data={})
    client.force_login(user)

    credentials = client.get(reverse("account")).context["credentials"]

    assert [title for title, *_ in credentials] == ["Passwort", "Passkeys", "Zweiter Schritt"]
    assert [state for _title, state, *_ in credentials] == states


def test_sign_in_page_offers_no_demo_account_outside_a_demo(client, settings):
    make_user(OFFICE, email="demo@example.org", password=settings.DEMO_PASSWORD, is_demo=True)

    page = client.get("/anmelden/").content.decode()

    assert "demo@example.org" not in page
    assert settings.DEMO_PASSWORD not in page


def test_sign_in_page_of_a_demo_offers_no_real_account(client, settings):
    settings.DEMO = True
    account = make_user(OFFICE)

    assert account.email not in client.get("/anmelden/").content.decode()


def test_requested_password_reset_does_not_keep_an_account_from_a_second_factor(client):
    account = make_user(OFFICE, email="referat@example.org", password="lang genug 4711")
    client.post("/anmelden/passwort/", {"email": account.email})
    client.post("/anmelden/", {"login": account.email, "password": "lang genug 4711"})

    asked = client.get(reverse("mfa_activate_totp"))

    answer = client.post(asked.url, {"password": "lang genug 4711"}, follow=True)

    assert answer.redirect_chain == [("/konto/sicherheit/app/einrichten/", 302)]
    assert answer.status_code == 200
