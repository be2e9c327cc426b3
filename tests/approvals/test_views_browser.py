"""Deciding in a browser: on a phone with a passkey, and when the session expires halfway."""

import datetime as dt

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalState
from core.roles import SENATOR_OFFICE
from tests.approvals.subjects import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user
from tests.sign_in.devices import add_authenticator, set_up_passkey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Havelbrücke 27"
PHONE = {"width": 390, "height": 844}
NOTICE = "wurde wiederhergestellt"
KEPT = (
    "Object.keys({...sessionStorage, ...localStorage}).filter((key) => key.includes('/freigaben/'))"
)


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org", password=PASSWORD)


def sign_in(page, senator):
    page.get_by_label("E-Mail").fill(senator.email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def open_approval(page, live_server, senator, approval) -> str:
    """Sign in on the way to `approval`, filtered by kind; return the URL of the page."""
    address = f"{live_server.url}{reverse('approval', args=[approval.pk])}?art={approval.kind}"
    page.goto(address)
    sign_in(page, senator)
    page.wait_for_url(address)
    return address


def end_session(page):
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def press(page, name: str):
    page.get_by_role("button", name=name, exact=True).click()


def test_session_that_ends_before_the_confirmation_loses_no_entry(page, live_server, senator):
    approval = make_topic_approval()
    address = open_approval(page, live_server, senator, approval)
    page.get_by_text("Mit Auflage freigeben").first.click()
    page.fill("[name=conditions]", "Bezirke beteiligen\nKosten nennen")
    page.fill("[name=comment]", "Gern")
    press(page, "Mit Auflage freigeben")

    end_session(page)
    press(page, "Ja, mit Auflage freigeben")
    sign_in(page, senator)
    page.wait_for_url(address)

    assert page.get_by_text(NOTICE).is_visible()
    assert page.locator("[name=conditions]").is_visible()
    assert page.input_value("[name=conditions]") == "Bezirke beteiligen\nKosten nennen"
    assert page.input_value("[name=comment]") == "Gern"
    press(page, "Mit Auflage freigeben")
    press(page, "Ja, mit Auflage freigeben")
    page.wait_for_url(f"{live_server.url}{reverse('approvals_desk')}?art=topic")
    assert page.evaluate(KEPT) == []
    assert [condition.text for condition in approval.conditions.order_by("pk")] == [
        "Bezirke beteiligen",
        "Kosten nennen",
    ]


@pytest.mark.parametrize("way", ["back", "error"])
def test_session_that_ends_after_a_detour_keeps_the_latest_entry(page, live_server, senator, way):
    approval = make_two_dates_approval()
    address = open_approval(page, live_server, senator, approval)
    page.get_by_label(approval.options[1]["label"]).check()
    if way == "back":
        page.fill("[name=comment]", "Gern")
        press(page, "Freigeben")
        press(page, "Zurück zur Vorlage")
    else:
        press(page, "Zurückgeben")
    assert page.url.endswith("/entscheiden/?art=dates")
    assert page.get_by_text(NOTICE).count() == 0  # the server has already filled in the form

    page.fill("[name=comment]", "Sehr gern")
    end_session(page)
    press(page, "Freigeben")
    sign_in(page, senator)
    page.wait_for_url(address)

    assert page.get_by_text(NOTICE).is_visible()
    assert page.input_value("[name=comment]") == "Sehr gern"
    ticks = [page.get_by_label(option["label"]).is_checked() for option in approval.options]
    assert ticks == [False, True]


def test_passkey_leads_from_the_link_to_the_decision_and_on(page, live_server, senator):
    first, second = (make_topic_approval(due_on=dt.date(2030, 5, day)) for day in (10, 20))
    page.set_viewport_size(PHONE)
    add_authenticator(page)
    page.goto(f"{live_server.url}/anmelden/")
    sign_in(page, senator)
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


def test_decision_is_within_the_first_screen_of_a_phone(page, live_server, senator):
    approval = make_topic_approval()
    approval.snapshot = [["Termin", "Mo, 18.05.2026, 14:00 Uhr"], ["Gastgeber", "Spreewerk"]]
    approval.assessment = "Das Thema liegt in der Federführung des Hauses. " * 12
    approval.save_without_historical_record()
    page.set_viewport_size(PHONE)
    open_approval(page, live_server, senator, approval)

    for name in ("Freigeben", "Zurückgeben", "Ablehnen"):
        button = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert button["y"] + button["height"] <= PHONE["height"], name
    facts, reason = page.locator(".facts").last, page.get_by_text("in der Federführung")
    assert not facts.evaluate("facts => facts.checkVisibility()")
    assert not reason.evaluate("text => text.checkVisibility()")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert reason.evaluate("text => text.checkVisibility()")
    page.set_viewport_size(PHONE)
    page.emulate_media(media="print")
    # Playwright itself takes whatever is in a closed `details` for hidden.
    assert facts.evaluate("facts => facts.checkVisibility()")
    assert reason.evaluate("text => text.checkVisibility()")


def test_dates_to_tick_begin_on_the_first_screen_of_a_phone(page, live_server, senator):
    page.set_viewport_size(PHONE)
    open_approval(page, live_server, senator, make_two_dates_approval())

    for box in page.get_by_role("checkbox").all():
        place = box.bounding_box()
        assert place["y"] + place["height"] <= PHONE["height"]


@pytest.mark.parametrize("address", ["/freigaben/", "/"])
def test_deadline_is_below_the_title_on_a_phone(page, live_server, senator, address):
    approval = make_topic_approval(due_on=timezone.localdate() - dt.timedelta(days=9))
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/anmelden/?next={address}")
    sign_in(page, senator)
    page.wait_for_url(f"{live_server.url}{address}")

    row = page.locator(".rows > li").filter(has_text=approval.title)
    title, due = (
        row.locator(part).bounding_box()
        for part in (":scope > :first-child", ":scope > :last-child")
    )

    assert due["y"] >= title["y"] + title["height"]
    assert due["x"] == title["x"]
