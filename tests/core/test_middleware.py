import pytest
from django.test.client import FakePayload
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


PART = b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X--\r\n'
MULTIPART = "multipart/form-data; boundary=X"


class Stalled(FakePayload):
    def read(self, size=None):
        raise BlockingIOError


@pytest.mark.parametrize(
    ("content_type", "body", "status", "sentence"),
    [
        ("application/json", b'{"a": 1}', 415, "Es wurde nichts geändert."),
        ("text/plain", b"a=1", 415, "Es wurde nichts geändert."),
        ("", b"a=1", 415, "Es wurde nichts geändert."),
        (f"{MULTIPART}; charset=base64", PART, 400, "unvollständig"),
        ("multipart/form-data", PART, 400, "unvollständig oder beschädigt"),
        (MULTIPART, b"kaputt", 400, "unvollständig oder beschädigt"),
        # As long as an empty form, and with the boundary of another.
        (MULTIPART, b"kaput", 400, "unvollständig oder beschädigt"),
        (MULTIPART, b"--Y--\r\n", 400, "unvollständig oder beschädigt"),
        (MULTIPART, b"--X--", 404, "Diese Seite gibt es nicht"),
        (MULTIPART, PART[-7:], 404, "Diese Seite gibt es nicht"),
        (MULTIPART, PART, 404, "Diese Seite gibt es nicht"),
        ("", b"", 404, "Diese Seite gibt es nicht"),
    ],
)
def test_only_forms_that_can_be_read_reach_a_page(client, content_type, body, status, sentence):
    client.force_login(make_user(OFFICE))

    answer = client.generic("POST", "/gibtesnicht/", body, content_type=content_type)

    assert (answer.status_code, sentence in answer.text) == (status, True)


@pytest.mark.parametrize("length", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}])
def test_parts_are_announced_but_there_is_no_body(client, length):
    client.force_login(make_user(OFFICE))

    answer = client.generic("POST", "/gibtesnicht/", CONTENT_TYPE=MULTIPART, **length)

    assert (answer.status_code, "unvollständig" in answer.text) == (400, True)


def test_body_that_is_not_announced_or_does_not_arrive_reaches_no_page(client):
    client.force_login(make_user(OFFICE))
    form = {"content_type": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "3"}

    chunked = client.generic("POST", "/", b"a=1", HTTP_TRANSFER_ENCODING="chunked", **form)
    stalled = client.generic("POST", "/", b"a=1", **form | {"wsgi.input": Stalled()})

    assert (chunked.status_code, stalled.status_code) == (415, 400)
