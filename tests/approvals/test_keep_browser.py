"""The session lapses in the middle of a decision: after signing in, all that was typed stands on
the request again.
"""

import pytest
from django.conf import settings
from django.urls import reverse

from core.roles import SENATOR_OFFICE
from tests.approvals.requests import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Havelbrücke 27"
NOTICE = "Ihre Eingaben von vorhin stehen wieder da"


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org", password=PASSWORD)


def sign_in(page, senator):
    page.get_by_label("E-Mail").fill(senator.email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def open_approval(page, live_server, senator, approval) -> str:
    """Sign in on the way to `approval`, filtered by kind; return its address."""
    address = f"{live_server.url}{reverse('approval', args=[approval.pk])}?art={approval.kind}"
    page.goto(address)
    sign_in(page, senator)
    page.wait_for_url(address)
    return address


def lapse(page):
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def tap(page, name: str):
    page.get_by_role("button", name=name, exact=True).click()


def test_lapse_at_the_second_tap_keeps_what_was_typed_before_the_first(page, live_server, senator):
    approval = make_topic_approval()
    address = open_approval(page, live_server, senator, approval)
    page.get_by_text("Mit Auflage freigeben").first.click()
    page.fill("[name=conditions]", "Bezirke beteiligen\nKosten nennen")
    page.fill("[name=comment]", "Gern")
    tap(page, "Mit Auflage freigeben")

    lapse(page)
    tap(page, "Ja, mit Auflage freigeben")
    sign_in(page, senator)
    page.wait_for_url(address)

    assert page.get_by_text(NOTICE).is_visible()
    assert page.locator("[name=conditions]").is_visible()
    assert page.input_value("[name=conditions]") == "Bezirke beteiligen\nKosten nennen"
    assert page.input_value("[name=comment]") == "Gern"
    tap(page, "Mit Auflage freigeben")
    tap(page, "Ja, mit Auflage freigeben")
    page.wait_for_url(f"{live_server.url}{reverse('approvals_desk')}?art=topic")
    assert page.evaluate("sessionStorage.length") == 0
    assert [row.text for row in approval.conditions.order_by("pk")] == [
        "Bezirke beteiligen",
        "Kosten nennen",
    ]


@pytest.mark.parametrize("way", ["back", "error"])
def test_lapse_after_going_back_or_an_error_keeps_the_latest_words(page, live_server, senator, way):
    approval = make_two_dates_approval()
    address = open_approval(page, live_server, senator, approval)
    page.get_by_label(approval.options[1]["label"]).check()
    if way == "back":
        page.fill("[name=comment]", "Gern")
        tap(page, "Freigeben")
        tap(page, "Zurück zur Vorlage")
    else:
        tap(page, "Zurückgeben")
    assert page.url.endswith("/entscheiden/?art=dates")
    assert page.get_by_text(NOTICE).count() == 0  # the server filled the form in

    page.fill("[name=comment]", "Sehr gern")
    lapse(page)
    tap(page, "Freigeben")
    sign_in(page, senator)
    page.wait_for_url(address)

    assert page.get_by_text(NOTICE).is_visible()
    assert page.input_value("[name=comment]") == "Sehr gern"
    ticks = [page.get_by_label(option["label"]).is_checked() for option in approval.options]
    assert ticks == [False, True]
