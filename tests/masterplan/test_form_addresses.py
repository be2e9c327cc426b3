"""Addresses that only take forms lead back to a page when they are opened."""

import pytest

from core.roles import OFFICE
from masterplan.form_addresses import page_above
from tests.partners.builders import make_user


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/branchengespraeche/themen/11/aufgreifen/", "/branchengespraeche/themen/11/"),
        ("/branchengespraeche/einladungen/3/streichen/", "/branchengespraeche/"),
        ("/gibtesnicht/", "/"),
    ],
)
def test_page_above_is_the_nearest_that_exists(path, page):
    assert page_above(path) == page


def test_opened_form_address_says_what_to_do(client, db):
    client.force_login(make_user(OFFICE))

    answer = client.get("/branchengespraeche/themen/11/aufgreifen/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Es wurde nichts geändert." in answer.text
    assert 'href="/branchengespraeche/themen/11/"' in answer.text
