"""Going back in a real browser and submitting the same form again."""

import pytest

from core.roles import PARTNER
from dialogues.models import Topic
from tests.partners.builders import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(client, page, live_server):
    """Return a function that opens the form of a new topic and submits it with a title."""
    client.force_login(make_user(PARTNER))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/branchengespraeche/themen/neu/")

    def send(title):
        page.locator("#id_title").fill(title)
        page.locator("#id_description").fill("Betriebe fragen danach.")
        page.get_by_role("button", name="Vorschlagen").click()
        page.wait_for_url("**/themen/*/")
        page.get_by_role("heading", level=1, name=title).wait_for()

    return send


def test_same_values_sent_again_after_going_back_create_one_topic(page, form):
    form("Wärme")
    page.go_back()
    form("Wärme")

    assert page.get_by_text("Dieses Formular war schon abgeschickt.").count() == 1
    assert Topic.objects.get().title == "Wärme"


def test_other_values_sent_after_going_back_create_another_topic(page, form):
    form("Wärme")
    page.go_back()
    form("Kälte")

    assert sorted(Topic.objects.values_list("title", flat=True)) == ["Kälte", "Wärme"]
