import re

import pytest
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from measures.models import Project
from tests.measures.builders import (
    make_measure,
    make_project,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
LIST = "/massnahmen/"


def test_project_page_does_not_name_a_hidden_measure(client):
    lead = make_user(PARTNER)
    hidden = make_measure(title="Verborgen", is_published=False)
    project = make_project("Hub", measure=hidden, lead_id=lead.organisation_id)
    client.force_login(lead)

    response = client.get(project.get_absolute_url())

    assert response.status_code == 200
    assert "Verborgen" not in response.content.decode()


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def version_on(client, url) -> str:
    return re.search(r'name="version" value="(\w+)"', client.get(url).content.decode())[1]


def test_projects_are_added_and_edited(client, office):
    measure = make_measure()
    client.post(reverse("measures:project_add", args=[measure.pk]), {"title": "Hub"})
    client.post(reverse("measures:project_add_outside"), {"title": "Fonds", "is_published": "on"})
    hub = Project.objects.get(title="Hub")
    assert hub.measure == measure
    url = reverse("measures:project_edit", args=[hub.pk])

    client.post(url, {"title": "TransferHUB", "version": version_on(client, url)})

    assert Project.objects.get(pk=hub.pk).title == "TransferHUB"
    assert Project.objects.outside_plans().get().title == "Fonds"


def test_projects_outside_the_plans_have_their_own_list(client, office):
    measure = make_measure()
    make_project("Im Plan", measure=measure)
    make_project("Ankaufsfonds", theme="Flächen")

    text = client.get("/massnahmen/ausserhalb/?q=flächen").content.decode()

    assert "Ankaufsfonds" in text
    assert "Im Plan" not in text
    assert "Ankaufsfonds" not in client.get(LIST).content.decode()
