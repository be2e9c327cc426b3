"""The search in a browser: its key, narrow screens, and axe."""

import pytest

from core.roles import OFFICE
from tests.journeys.screen import open_screen
from tests.journeys.site import open_site
from tests.measures.builders import make_measure
from tests.partners.builders import make_user

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
FIELD = "document.activeElement?.name"


@pytest.fixture
def signed_in(transactional_db, client):
    client.force_login(make_user(OFFICE), backend="sign_in.adapters.AccountBackend")
    return client


def test_key_jumps_to_the_search_and_enter_searches(browser, signed_in, live_server):
    make_measure(title="Ankauf von Flächen")
    with open_screen(browser, signed_in, live_server.url, viewport=WIDE) as screen:
        page = screen.page
        page.goto(f"{live_server.url}/massnahmen/")

        page.keyboard.press("/")
        page.keyboard.type("ankauf")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live_server.url}/suche/?q=ankauf")

        assert page.get_by_role("link", name="Ankauf von Flächen").is_visible()


def test_key_types_a_slash_in_fields(browser, signed_in, live_server):
    with open_screen(browser, signed_in, live_server.url, viewport=WIDE) as screen:
        page = screen.page
        page.goto(f"{live_server.url}/partner/organisationen/neu/")

        page.get_by_label("Name", exact=True).focus()
        page.keyboard.type("A/B")

        assert page.get_by_label("Name", exact=True).input_value() == "A/B"


def test_key_on_a_phone_opens_the_page_of_the_search(browser, signed_in, live_server):
    with open_screen(browser, signed_in, live_server.url, viewport=PHONE) as screen:
        page = screen.page
        page.goto(f"{live_server.url}/massnahmen/")

        page.keyboard.press("/")
        page.wait_for_url(f"{live_server.url}/suche/")

        assert page.evaluate(FIELD) == "q"


def test_key_can_be_turned_off(browser, signed_in, live_server):
    with open_screen(browser, signed_in, live_server.url, viewport=WIDE) as screen:
        page = screen.page
        page.goto(f"{live_server.url}/suche/")
        page.get_by_role("button", name="Taste „/“ fürs Suchfeld ausschalten").click()
        page.goto(f"{live_server.url}/massnahmen/")

        page.keyboard.press("/")

        assert page.evaluate(FIELD) is None
        page.goto(f"{live_server.url}/suche/")
        assert page.get_by_role("button", name="Taste „/“ fürs Suchfeld einschalten").is_visible()


def test_search_has_no_findings_at_any_width(browser, db, client, tmp_path):
    client.force_login(make_user(OFFICE))
    make_measure(title="Donaudampfschifffahrt" * 9)
    addresses = ("/suche/", "/suche/?q=donau", "/suche/?q=donau&art=measures", "/suche/?q=x")

    with open_site(tmp_path) as site:
        for width in (320, 768, 1440):
            window = {"width": width, "height": 900}
            with open_screen(browser, client, site, viewport=window) as screen:
                found = [line for address in addresses for line in screen.findings(address)]
            assert not found + screen.complaints, "\n".join(found + screen.complaints)
