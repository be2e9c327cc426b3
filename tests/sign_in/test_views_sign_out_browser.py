"""Signing out in a real browser, with text that was not sent."""

import pytest

from core.roles import PARTNER
from tests.partners.builders import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_signing_out_forgets_what_was_typed(client, page, live_server):
    client.force_login(make_user(PARTNER))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/branchengespraeche/themen/neu/")
    page.locator("#id_title").fill("Vertraulich")
    page.wait_for_timeout(1500)
    assert "Vertraulich" in page.evaluate("JSON.stringify(localStorage)")

    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url("**/anmelden/**")

    assert page.evaluate("Object.keys(localStorage)") == []
    assert "Vertraulich" not in page.evaluate("JSON.stringify(sessionStorage)")
