"""A form submitted twice is saved once; with other values it is saved again."""

import pytest
from django.test import Client

from core.roles import PARTNER
from dialogues.models import Topic
from tests.dialogues.pages import BASE, text_of
from tests.journeys.visitor import Page
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import mails_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office", "monday")]
ADDRESS = f"{BASE}/themen/neu/"
AGAIN = "Dieses Formular war schon abgeschickt. Es wurde nicht noch einmal gespeichert."


@pytest.fixture
def partner(client):
    user = make_user(PARTNER)
    client.force_login(user)
    return user


def filled_in(client, title="Wärme") -> dict:
    """Open the form and return what clicking *Vorschlagen* posts."""
    [form] = [
        form for form in Page(client.get(ADDRESS).content.decode()).forms if "title" in form.names
    ]
    sent = {name: value for name, value in form.controls if value}
    assert "form_token" in sent
    return sent | {"title": title, "description": "Öfen brauchen Strom.", "act": "propose"}


@pytest.mark.usefixtures("partner")
def test_form_sent_again_redirects_to_the_topic_it_created(client):
    sent = filled_in(client)

    first, second = client.post(ADDRESS, sent), client.post(ADDRESS, sent)

    topic = Topic.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == topic.get_absolute_url()
    assert AGAIN in text_of(client.get(second.headers["Location"]))
    assert [kind for kind, _to in mails_written()] == ["topic_proposed"]


@pytest.mark.usefixtures("partner")
def test_other_values_in_the_same_form_are_saved_too(client):
    sent = filled_in(client)

    client.post(ADDRESS, sent)
    client.post(ADDRESS, sent | {"title": "Kälte"})

    assert sorted(Topic.objects.values_list("title", flat=True)) == ["Kälte", "Wärme"]


@pytest.mark.usefixtures("partner")
def test_same_values_in_a_new_form_are_saved_too(client):
    for _time in range(2):
        client.post(ADDRESS, filled_in(client))

    assert Topic.objects.count() == 2


@pytest.mark.usefixtures("partner")
def test_refused_form_can_be_sent_again(client):
    sent = filled_in(client, title="")

    for _time in range(2):
        response = client.post(ADDRESS, sent)
        assert (response.status_code, AGAIN in text_of(response)) == (200, False)

    assert Topic.objects.count() == 0


def test_token_of_another_user_does_not_block_a_form(client, partner):
    sent, other = filled_in(client), Client()
    other.force_login(make_user(PARTNER))

    client.post(ADDRESS, sent)
    other.post(ADDRESS, sent)

    assert Topic.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_submissions_create_one_topic(client, partner):
    sent = filled_in(client)
    clients = [Client() for _tap in range(2)]
    for tap in clients:
        tap.cookies = client.cookies

    responses = race(*[lambda tap=tap: tap.post(ADDRESS, sent) for tap in clients])

    topic = Topic.objects.get()
    assert {response.headers["Location"] for response in responses} == {topic.get_absolute_url()}
