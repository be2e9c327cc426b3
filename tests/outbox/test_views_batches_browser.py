"""A batch's page in a real Chromium refreshes itself until the batch is finished."""

import pytest

from core.roles import OFFICE
from outbox.models import Mail
from tests.outbox.builders import NOW, make_batch
from tests.partners.builders import make_user

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(client, page, live_server):
    """The office account, signed in in the browser."""
    user = make_user(OFFICE)
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    return user


@pytest.fixture
def asked(page):
    """The requests that htmx sends."""
    requests: list[str] = []
    page.on(
        "request",
        lambda request: requests.append(request.url) if "hx-request" in request.headers else None,
    )
    return requests


@pytest.fixture
def trouble(page):
    """What the browser reports: policy violations and script errors."""
    lines: list[str] = []
    page.on(
        "console", lambda message: lines.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


def move(mails, **columns):
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(**columns)


def test_page_refreshes_until_the_batch_is_finished(page, live_server, office, asked, trouble):
    mails = make_batch(4)
    page.goto(f"{live_server.url}/postausgang/versand/{mails[0].batch}/")
    page.get_by_text("0 von 4 E-Mails sind versandt.").wait_for()

    move(mails[:3], state="sent", sent_at=NOW)
    page.locator("#batch").get_by_text("3 von 4 E-Mails sind versandt.").wait_for(timeout=15_000)
    assert page.get_by_role("progressbar").get_attribute("value") == "3"
    assert page.get_by_role("status").text_content() == "3 von 4 E-Mails sind versandt."

    move(mails[3:], state="failed", last_error="550 unbekannt")
    page.get_by_role("link", name="1 fehlgeschlagene E-Mail erneut senden").wait_for(timeout=15_000)
    count = len(asked)
    page.wait_for_timeout(4000)

    assert len(asked) == count >= 2
    assert page.get_by_role("link", name="Aktualisieren").count() == 0
    assert trouble == []


def test_focus_survives_a_refresh(page, live_server, office, asked):
    mails = make_batch(2)
    page.goto(f"{live_server.url}/postausgang/versand/{mails[0].batch}/")
    page.locator("#proof").focus()

    with page.expect_response(lambda response: "?stand=" in response.url, timeout=15_000):
        pass
    page.wait_for_timeout(300)

    assert page.evaluate("document.activeElement.id") == "proof"


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_link_refreshes_the_page_without_scripts(page, live_server, office):
    mails = make_batch(2)
    page.goto(f"{live_server.url}/postausgang/versand/{mails[0].batch}/")

    move(mails[:1], state="sent", sent_at=NOW)
    page.get_by_role("link", name="Aktualisieren").click()

    assert page.get_by_text("1 von 2 E-Mails sind versandt.").is_visible()
