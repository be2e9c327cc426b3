"""The start page: what waits for whom, by role."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.roles import OBSERVER, OFFICE, PARTNER, ROLES, SENATOR_OFFICE
from masterplan.overview import waiting_lines
from outbox.enums import MailState
from outbox.models import Mail
from tests.masterplan.builders import make_topic_request
from tests.outbox.builders import make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER])
def test_every_role_has_a_start_page(client, role):
    client.force_login(make_user(role))

    response = client.get(reverse("overview"))

    assert response.status_code == 200
    assert "<h1" in response.content.decode()


def test_account_without_a_role_is_told_whom_to_ask(client):
    client.force_login(make_user())

    assert "Ihr Konto hat zurzeit keine Aufgabe im Portal" in client.get(reverse("overview")).content.decode()


def test_open_approval_waits_for_the_senators_office_on_both_start_pages():
    make_user(SENATOR_OFFICE)
    approval = make_topic_request()

    for role in (OFFICE, SENATOR_OFFICE):
        lines = waiting_lines(make_user(role), timezone.localdate(), [])
        assert ("Büro der Senatorin", reverse("approval", args=[approval.pk])) in [(x.who, x.url) for x in lines]


def test_partner_does_not_see_what_waits_for_the_house():
    make_topic_request()

    assert waiting_lines(make_user(PARTNER), timezone.localdate(), []) == []


def test_failed_mail_waits_for_the_office():
    make_mail()
    Mail.objects.update(state=MailState.FAILED)

    texts = [line.what for line in waiting_lines(make_user(OFFICE), timezone.localdate(), [])]

    assert "1 E-Mail ist fehlgeschlagen" in texts


def test_oldest_deadline_stands_first(client):
    late = make_topic_request(due_on=dt.date(2030, 5, 20))
    early = make_topic_request(due_on=dt.date(2030, 5, 10))
    client.force_login(make_user(SENATOR_OFFICE))

    page = client.get(reverse("overview")).content.decode()

    assert page.index(reverse("approval", args=[early.pk])) < page.index(reverse("approval", args=[late.pk]))


@pytest.mark.parametrize(
    ("name", "roles"), [("timeline", ROLES), ("sector_balance", (OFFICE, SENATOR_OFFICE, OBSERVER))]
)
@pytest.mark.parametrize("role", ROLES)
def test_charts_open_for_those_who_see_them_on_the_start_page(client, name, roles, role):
    client.force_login(make_user(role))

    page = client.get(reverse("overview")).content.decode()

    status = 200 if role in roles else 403
    assert client.get(reverse(name)).status_code == status
    assert (f'hx-get="{reverse(name)}"' in page) == (role in roles and name == "sector_balance")


def test_chart_comes_without_the_shell_for_the_start_page(client):
    client.force_login(make_user(OFFICE))

    fragment = client.get(reverse("sector_balance"), headers={"HX-Request": "true"}).content.decode()

    assert fragment.lstrip().startswith("<section")
    assert "<html" not in fragment
