import pytest
from django.urls import reverse

from core.roles import OFFICE
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["overview", "outbox:list", "partners:list"])
def test_pages_of_the_signed_in_are_private(client, name):
    client.force_login(make_user(OFFICE))

    assert client.get(reverse(name)).headers["Cache-Control"] == "private, no-cache"


def test_public_page_may_be_kept(client):
    assert "Cache-Control" not in client.get(reverse("imprint")).headers
