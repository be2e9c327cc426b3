import pytest
from django.urls import reverse

from core.middleware import page_above
from core.roles import OFFICE
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["overview", "outbox:list", "partners:list"])
def test_pages_for_signed_in_users_are_private(client, name):
    client.force_login(make_user(OFFICE))

    assert client.get(reverse(name)).headers["Cache-Control"] == "private, no-cache"


def test_public_page_may_be_cached(client):
    assert "Cache-Control" not in client.get(reverse("imprint")).headers


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/branchengespraeche/themen/11/aufgreifen/", "/branchengespraeche/themen/11/"),
        ("/branchengespraeche/einladungen/3/streichen/", "/branchengespraeche/"),
        ("/gibtesnicht/", "/"),
    ],
)
def test_parent_page_is_the_nearest_existing_one(path, page):
    assert page_above(path) == page


def test_opened_form_url_says_what_to_do(client, db):
    client.force_login(make_user(OFFICE))

    answer = client.get("/branchengespraeche/themen/11/vorschlagen/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Es wurde nichts geändert." in answer.text
    assert 'href="/branchengespraeche/themen/11/"' in answer.text
