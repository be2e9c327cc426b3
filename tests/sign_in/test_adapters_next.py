"""Each way of signing in leads back to the requested page, and never to another host."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from core.roles import OFFICE
from outbox.models import Mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "Havelbrücke 27"
PAGE = "/freigaben/?stand=entschieden&art=topic"
FOREIGN = (
    "https://evil.example/",
    "http://evil.example",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    " //evil.example",
    "evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
)


@pytest.fixture
def account():
    return make_user(OFFICE, email="geschaeftsstelle@example.org", password=PASSWORD)


def inputs(html: str) -> dict[str, str]:
    """Return the hidden fields as {name: value}; the first of several with the same name counts."""
    found: dict[str, str] = {}
    for field in re.findall(r'<input type="hidden"[^>]*>', html):
        name, value = (re.search(rf'{key}="([^"]*)"', field) for key in ("name", "value"))
        if name and value:
            found.setdefault(name[1], value[1].replace("&amp;", "&"))
    return found


def link_to(html: str, path: str) -> str:
    return re.search(rf'href="({path}[^"]*)"', html)[1].replace("&amp;", "&")


def post_form(client, address: str, **values):
    """Open the page and post its form with `values` and the hidden `next`, if there is one."""
    form = form_to(urlsplit(address).path, client.get(address).content.decode())
    kept = {name: value for name, value in inputs(form).items() if name == "next"}
    return client.post(urlsplit(address).path, kept | values)


def form_to(path: str, html: str) -> str:
    """Return the HTML of the first form that posts to `path`."""
    return next(
        form for form in re.findall(r"<form.*?</form>", html, re.S) if f'action="{path}"' in form
    )


def sign_in_address(client, target: str = PAGE) -> str:
    """Open `target` without a session and return the URL of the sign-in page it redirects to."""
    answer = client.get(target)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.url).query) == {"next": [target]}
    return answer.url


def by_password(client, account, address) -> str:
    return post_form(client, address, login=account.email, password=PASSWORD).url


def by_code(client, account, address) -> str:
    code_page = link_to(client.get(address).content.decode(), "/anmelden/code/")
    enter_page = post_form(client, code_page, email=account.email).url
    code = re.search(r"\n\n([A-Z0-9-]{4,12})\n\n", Mail.objects.latest("pk").text)[1]
    return post_form(client, enter_page, code=code).url


def by_password_and_app(client, account, address) -> str:
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    second = by_password(client, account, address)
    assert second.startswith("/anmelden/zweiter-faktor/")
    number = hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
    return post_form(client, second, code=format_hotp_value(number)).url


def by_new_password(client, account, address) -> str:
    """Request a link, open it in another browser, set the password and sign in with it there."""
    reset_page = link_to(client.get(address).content.decode(), "/anmelden/passwort/")
    assert (
        urlsplit(post_form(client, reset_page, email=account.email).url).path
        == "/anmelden/passwort/versandt/"
    )
    link = re.search(
        r"http://localhost:8000(/anmelden/passwort/\S+)", Mail.objects.latest("pk").text
    )[1]
    other = Client()
    set_page = other.get(link).url
    values = {"password1": "Spreeufer 31 neu", "password2": "Spreeufer 31 neu"}
    after = post_form(other, set_page, **values).url
    if urlsplit(after).path == "/anmelden/passwort/geaendert/":
        sign_in = link_to(other.get(after).content.decode(), "/anmelden/")
    else:
        sign_in = other.get(after).url
    answer = post_form(other, sign_in, login=account.email, password="Spreeufer 31 neu")
    client.cookies = other.cookies
    return answer.url


WAYS = [by_password, by_code, by_password_and_app, by_new_password]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_leads_straight_back(client, account, way):
    assert way(client, account, sign_in_address(client)) == PAGE

    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("target", FOREIGN)
@pytest.mark.parametrize("way", WAYS)
def test_foreign_host_leads_to_the_start_page(client, account, way, target):
    address = "/anmelden/?" + urlencode({"next": target})

    assert way(client, account, address) == "/"


@pytest.mark.parametrize("target", FOREIGN)
def test_foreign_host_typed_into_the_form_leads_to_the_start_page(client, account, target):
    answer = client.post(
        "/anmelden/", {"login": account.email, "password": PASSWORD, "next": target}
    )

    assert answer.url == "/"


@pytest.mark.parametrize("target", FOREIGN)
def test_foreign_host_is_ignored_for_a_signed_in_user(client, account, target):
    client.force_login(account)

    assert client.get("/anmelden/", {"next": target}).url == "/"
    assert client.get("/anmelden/code/", {"next": target}).url == "/"


def test_signed_in_user_goes_straight_to_the_page(client, account):
    client.force_login(account)

    assert client.get("/anmelden/", {"next": PAGE}).url == PAGE


def test_code_after_a_wrong_password_still_leads_back(client, account):
    address = sign_in_address(client)
    wrong = post_form(client, address, login=account.email, password="falsch").content.decode()

    assert inputs(form_to("/anmelden/", wrong))["next"] == PAGE
    code_page = link_to(wrong, "/anmelden/code/")
    assert parse_qs(urlsplit(code_page).query) == {"next": [PAGE]}


def test_new_code_after_a_wrong_one_still_leads_back(client, account):
    code_page = link_to(client.get(sign_in_address(client)).content.decode(), "/anmelden/code/")
    enter_page = post_form(client, code_page, email=account.email).url

    wrong = post_form(client, enter_page, code="AAAA-BBBB").content.decode()
    assert inputs(form_to("/anmelden/code/eingeben/", wrong))["next"] == PAGE
    again = post_form(client, enter_page, action="resend").url

    code = re.search(r"\n\n([A-Z0-9-]{4,12})\n\n", Mail.objects.latest("pk").text)[1]
    assert post_form(client, again, code=code).url == PAGE


def test_cancelling_the_code_keeps_the_page(client, account):
    code_page = link_to(client.get(sign_in_address(client)).content.decode(), "/anmelden/code/")
    html = client.get(code_page).content.decode()

    assert parse_qs(urlsplit(link_to(html, r"/anmelden/\?")).query) == {"next": [PAGE]}


def test_fragment_without_a_session_reloads_the_whole_page(client):
    answer = client.get(PAGE, headers={"HX-Request": "true"}, follow=True)

    assert (answer.status_code, answer.headers["HX-Refresh"], answer.content) == (200, "true", b"")


def test_passkey_form_carries_the_page(client):
    html = client.get(sign_in_address(client)).content.decode()

    assert inputs(form_to("/anmelden/passkey/", html))["next"] == PAGE


def test_demo_buttons_carry_the_page(client, settings):
    settings.DEMO = True
    account = make_user(OFFICE, email="demo@example.org", is_demo=True)

    html = client.get(sign_in_address(client)).content.decode()

    form = html[: html.index(f'value="{account.email}"')].rpartition("<form")[2]
    assert inputs(form)["next"] == PAGE
