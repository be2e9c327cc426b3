"""The senator's office on a phone: the mail's link, a passkey, straight to the request, two taps,
the next one.
"""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalState
from core.roles import SENATOR_OFFICE
from tests.approvals.requests import make_topic_approval
from tests.partners.builders import make_user
from tests.sign_in.devices import add_authenticator, set_up_passkey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Havelbrücke 27"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org", password=PASSWORD)


def test_passkey_leads_from_the_link_to_the_request_and_two_taps_on(page, live_server, senator):
    first, second = (make_topic_approval(due_on=dt.date(2030, 5, day)) for day in (10, 20))
    page.set_viewport_size(PHONE)
    add_authenticator(page)
    page.goto(f"{live_server.url}/anmelden/")
    page.get_by_label("E-Mail").fill(senator.email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")
    set_up_passkey(page, live_server.url, PASSWORD)
    page.context.clear_cookies()

    link = f"{live_server.url}{reverse('approval', args=[first.pk])}"
    page.goto(link)
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    page.wait_for_url(link)
    page.get_by_role("button", name="Freigeben", exact=True).click()
    page.get_by_role("button", name="Ja, freigeben").click()
    page.wait_for_url(f"{live_server.url}{reverse('approval', args=[second.pk])}")

    first.refresh_from_db()
    assert (first.state, first.decided_by) == (ApprovalState.APPROVED, senator)
    assert page.get_by_text(f"Freigegeben: {first.title}").is_visible()


@pytest.mark.parametrize("address", ["/freigaben/", "/"])
def test_date_leaves_the_title_its_width_on_a_phone(page, live_server, senator, address):
    approval = make_topic_approval(due_on=timezone.localdate() - dt.timedelta(days=9))
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/anmelden/?next={address}")
    page.get_by_label("E-Mail").fill(senator.email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(f"{live_server.url}{address}")

    row = page.locator(".rows > li").filter(has_text=approval.title)
    title, due = (
        row.locator(part).bounding_box()
        for part in (":scope > :first-child", ":scope > :last-child")
    )

    assert due["y"] >= title["y"] + title["height"]
    assert due["x"] == title["x"]
