"""The link of an invitation, which sets the first password."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from core.roles import OFFICE
from partners.models import User
from partners.services import (
    deactivate_account,
    resend_invitation,
)
from tests.partners.builders import invitation_link, make_invited_user, make_user

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
PASSWORD = "Havelbrücke 27"


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_link_sets_the_password_once(client, office):
    make_invited_user(office)
    link = invitation_link()

    page = client.get(link)
    assert page.status_code == 200
    assert User.objects.get(email="ihk@example.org").is_pending

    answer = client.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer.url == "/anmelden/"
    assert User.objects.get(email="ihk@example.org").check_password(PASSWORD)

    again = client.post(
        link, {"new_password1": "Anderes Wort 99", "new_password2": "Anderes Wort 99"}
    )
    assert again.status_code == 410
    assert "ist schon ein Passwort gesetzt" in again.content.decode()
    assert User.objects.get(email="ihk@example.org").check_password(PASSWORD)


def test_weak_password_is_refused_in_german(client, office):
    make_invited_user(office)

    answer = client.post(invitation_link(), {"new_password1": "kurz", "new_password2": "kurz"})

    assert "mindestens 10 Zeichen" in answer.content.decode()
    assert User.objects.get(email="ihk@example.org").is_pending


def test_link_expires_after_fourteen_days(client, office):
    with time_machine.travel(NOW, tick=False):
        make_invited_user(office)
        link = invitation_link()
    with time_machine.travel(NOW + dt.timedelta(days=13, hours=23), tick=False):
        assert client.get(link).status_code == 200
    with time_machine.travel(NOW + dt.timedelta(days=14, seconds=2), tick=False):
        answer = client.get(link)

    assert answer.status_code == 410
    assert "Dieser Link ist abgelaufen" in answer.content.decode()


def test_new_invitation_revokes_the_older_link(client, office):
    account = make_invited_user(office)
    older = invitation_link()

    resend_invitation(account=account, by=office, now=timezone.now())

    assert "durch eine neuere ersetzt" in client.get(older).content.decode()
    assert client.get(invitation_link()).status_code == 200


def test_damaged_link_says_what_to_do(client):
    answer = client.get("/anmelden/einladung/abgeschnitten/")

    assert answer.status_code == 410
    assert "noch einmal vollständig aus der E-Mail" in answer.content.decode()


def test_deactivating_an_account_revokes_its_link(client, office):
    account = make_invited_user(office)
    link = invitation_link()

    deactivate_account(account=account, by=office, now=NOW)

    assert client.get(link).status_code == 410
