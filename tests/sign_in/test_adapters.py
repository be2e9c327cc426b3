"""Signing in by password and code: who can, and who must not."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from core.roles import OFFICE
from outbox.models import Mail
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

PASSWORD = "Havelbrücke 27"
CODE = r"\n\n([A-Z0-9-]{4,12})\n\n"
RESET_LINK = r"http://localhost:8000(/anmelden/passwort/\S+)"


@pytest.fixture
def account():
    return make_user(OFFICE, email="geschaeftsstelle@example.org", password=PASSWORD)


def sign_in(client, account, password=PASSWORD, **data):
    return client.post("/anmelden/", {"login": account.email, "password": password, **data})


def is_signed_in(client) -> bool:
    return client.get("/konto/").status_code == 200


def last_mail_text() -> str:
    return Mail.objects.order_by("pk").last().text


def test_password_signs_in(client, account):
    answer = sign_in(client, account)

    assert answer.status_code == 302
    assert is_signed_in(client)


def test_address_may_have_capitals(client, account):
    client.post("/anmelden/", {"login": "Geschaeftsstelle@Example.org", "password": PASSWORD})

    assert is_signed_in(client)


def test_wrong_password_keeps_the_address_and_says_so(client, account):
    answer = sign_in(client, account, password="falsch")

    page = answer.content.decode()
    assert "E-Mail-Adresse oder Passwort sind nicht richtig." in page
    assert 'value="geschaeftsstelle@example.org"' in page
    assert not is_signed_in(client)


def test_unknown_address_gets_the_same_sentence(client):
    answer = client.post("/anmelden/", {"login": "niemand@example.org", "password": "falsch"})

    assert "E-Mail-Adresse oder Passwort sind nicht richtig." in answer.content.decode()


def test_next_leads_back_to_the_page(client, account):
    assert sign_in(client, account, next="/partner/personen/").url == "/partner/personen/"


@pytest.mark.parametrize(
    "target", ("https://example.com/", "//example.com/", "javascript:alert(1)")
)
def test_next_never_leads_to_another_host(client, account, target):
    answer = sign_in(client, account, next=target)

    assert answer.status_code == 302
    assert answer.url == reverse("overview")


def test_sixth_attempt_after_wrong_passwords_is_refused_in_german(client, account):
    for _attempt in range(5):
        sign_in(client, account, password="falsch")

    answer = sign_in(client, account)

    assert "Zu viele Anmeldeversuche" in answer.content.decode()
    assert not is_signed_in(client)


def test_eleventh_failure_from_one_address_is_refused(client, account):
    for attempt in range(10):
        client.post("/anmelden/", {"login": f"niemand{attempt}@example.org", "password": "falsch"})

    answer = sign_in(client, account)

    assert "Zu viele Anmeldeversuche" in answer.content.decode()
    assert not is_signed_in(client)


def test_successful_sign_ins_do_not_count(client, account):
    for _attempt in range(31):
        assert sign_in(client, account).status_code == 302
        client.logout()

    assert sign_in(client, account).status_code == 302


@pytest.mark.parametrize("method", ("head", "options"))
@pytest.mark.parametrize(
    "path", ("/anmelden/", "/anmelden/konto-bekommen/", "/anmelden/passwort/1-falsch/")
)
def test_reading_a_page_does_not_count(client, path, method):
    assert {getattr(client, method)(path).status_code for _time in range(40)} == {200}

    assert client.post(path, {}).status_code == 200


def test_too_many_requests_get_a_german_page(client):
    for _attempt in range(20):
        client.post("/anmelden/konto-bekommen/")

    answer = client.post("/anmelden/konto-bekommen/")

    assert answer.status_code == 429
    assert "Bitte warten Sie einige Minuten" in answer.content.decode()


def test_code_by_mail_signs_in(client, account):
    client.post("/anmelden/code/", {"email": account.email})
    mail = Mail.objects.get()
    code = re.search(CODE, mail.text)[1]

    client.post("/anmelden/code/eingeben/", {"code": code})

    assert mail.recipient == account.email
    assert mail.is_account_mail
    assert is_signed_in(client)


def test_code_page_looks_the_same_without_an_account(client, account):
    known = client.post("/anmelden/code/", {"email": account.email}, follow=True)
    client.logout()
    client.cookies.clear()
    unknown = client.post("/anmelden/code/", {"email": "niemand@example.org"}, follow=True)

    pattern = re.compile(r'value="[^"]{60,}"|nonce="[^"]*"|csrf[^>]*|X-CSRFToken[^>]*')
    normal = pattern.sub("", known.content.decode()).replace(account.email, "niemand@example.org")
    assert normal == pattern.sub("", unknown.content.decode())
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("email", ["niemand@example.org", "gesperrt@example.org"])
def test_page_does_not_claim_a_code_that_nobody_is_sent(client, email):
    make_user(OFFICE, email="gesperrt@example.org", is_active=False)

    page = client.post("/anmelden/code/", {"email": email}, follow=True).text

    assert f"Wenn es zu {email} ein aktives Konto gibt, ist dorthin ein Code unterwegs." in page
    assert "Der Code ist angefordert." in page
    assert "gesendet" not in page
    assert not Mail.objects.exists()


def test_password_reset_sets_a_new_password(client, account):
    client.post("/anmelden/passwort/", {"email": account.email})
    link = re.search(RESET_LINK, last_mail_text())[1]

    form_url = client.get(link).url
    client.post(form_url, {"password1": "Spreeinsel 2031", "password2": "Spreeinsel 2031"})

    sign_in(client, account, password="Spreeinsel 2031")
    assert is_signed_in(client)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("is_valid", [True, False])
def test_opening_a_reset_link_changes_nothing(client, account, method, is_valid):
    client.post("/anmelden/passwort/", {"email": account.email})
    link = re.search(RESET_LINK, last_mail_text())[1]
    if not is_valid:
        link = f"/anmelden/passwort/{user_pk_to_url_str(account)}-c8x-{'0' * 32}/"
    EmailAddress.objects.all().delete()

    with nothing_changes(account):
        answer = getattr(client, method)(link, follow=True)

    assert answer.status_code == 200
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/anmelden/",
        "/anmelden/code/",
        "/anmelden/code/eingeben/",
        "/anmelden/konto-bekommen/",
        "/anmelden/passwort/",
        "/anmelden/passkey/",
        "/anmelden/zweiter-faktor/",
        "/anmelden/gesperrt/",
        "/konto/bestaetigen/",
        "/konto/passwort/",
        "/konto/sicherheit/",
        "/konto/sicherheit/passkeys/",
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_opening_a_page_to_sign_in_writes_no_address(client, account, path, is_known):
    if is_known:
        client.force_login(account, backend="sign_in.adapters.AccountBackend")

    with nothing_changes(account):
        client.get(path)

    assert not EmailAddress.objects.exists()


def test_new_address_revokes_a_reset_link(client, account):
    client.post("/anmelden/passwort/", {"email": account.email})
    link = re.search(RESET_LINK, last_mail_text())[1]
    account.email = "neu@example.org"
    account.save()

    assert "Dieser Link gilt nicht mehr" in client.get(link, follow=True).text


def test_used_reset_link_says_what_to_do(client, account):
    client.post("/anmelden/passwort/", {"email": account.email})
    link = re.search(RESET_LINK, last_mail_text())[1]
    form_url = client.get(link).url
    client.post(form_url, {"password1": "Spreeinsel 2031", "password2": "Spreeinsel 2031"})

    page = client.get(link, follow=True).content.decode()

    assert "Dieser Link gilt nicht mehr" in page
    assert "Neuen Link anfordern" in page


def test_reset_for_an_unknown_address_writes_no_mail(client):
    answer = client.post("/anmelden/passwort/", {"email": "niemand@example.org"}, follow=True)

    assert "ist eine E-Mail mit einem Link unterwegs" in answer.content.decode()
    assert Mail.objects.count() == 0


def test_sign_up_is_closed(client):
    page = client.get("/anmelden/konto-bekommen/").content.decode()
    answer = client.post(
        "/anmelden/konto-bekommen/",
        {"email": "neu@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert "Konten gibt es auf Einladung" in page
    assert "Konten gibt es auf Einladung" in answer.content.decode()
    assert Mail.objects.count() == 0


def test_session_ends_when_the_account_is_deactivated(client, account):
    sign_in(client, account)

    account.is_active = False
    account.save()

    assert not is_signed_in(client)


def test_deactivated_account_cannot_sign_in(client, account):
    account.is_active = False
    account.save()

    answer = client.post("/anmelden/", {"login": account.email, "password": PASSWORD}, follow=True)

    assert "Dieses Konto ist gesperrt" in answer.content.decode()
    assert not is_signed_in(client)


def test_demo_account_signs_in_by_its_button(client, settings):
    settings.DEMO = True
    account = make_user(
        OFFICE, email="demo@example.org", password=settings.DEMO_PASSWORD, is_demo=True
    )

    page = client.get("/anmelden/").content.decode()
    sign_in(client, account, password=settings.DEMO_PASSWORD)

    assert 'name="login" value="demo@example.org"' in page
    assert is_signed_in(client)


def test_demo_account_cannot_sign_in_by_password_outside_a_demo(client):
    account = make_user(
        OFFICE, email="demo@example.org", password=settings.DEMO_PASSWORD, is_demo=True
    )

    sign_in(client, account, password=settings.DEMO_PASSWORD)

    assert not is_signed_in(client)


def test_demo_account_cannot_sign_in_by_code_outside_a_demo(client):
    account = make_user(
        OFFICE, email="demo@example.org", password=settings.DEMO_PASSWORD, is_demo=True
    )
    client.post("/anmelden/code/", {"email": account.email})
    code = re.search(CODE, last_mail_text())[1]

    client.post("/anmelden/code/eingeben/", {"code": code})

    assert not is_signed_in(client)


def test_session_of_a_demo_account_ends_with_the_demo(client, settings):
    settings.DEMO = True
    account = make_user(
        OFFICE, email="demo@example.org", password=settings.DEMO_PASSWORD, is_demo=True
    )
    sign_in(client, account, password=settings.DEMO_PASSWORD)

    settings.DEMO = False

    assert not is_signed_in(client)


def test_signing_out_requires_post(client, account):
    sign_in(client, account)

    client.get("/konto/abmelden/")
    assert is_signed_in(client)

    client.post("/konto/abmelden/")
    assert not is_signed_in(client)
