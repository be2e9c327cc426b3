"""The office asks people without an account to report."""

import pytest
import time_machine
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from outbox.models import Mail
from tests.confirming import fill_in, press
from tests.measures.builders import NOW, make_measure, make_plan, make_request, make_round
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead():
    return make_user(PARTNER, email="lead@example.org")


@pytest.fixture
def running():
    return make_round(make_plan())


@pytest.fixture
def measures(running, lead):
    return [make_measure(running.plan, "Ankauf", lead_id=lead.organisation_id)]


def test_office_asks_shows_replaces_and_revokes(client, running, measures, lead):
    client.force_login(make_user(OFFICE))
    person = make_person()
    create = reverse("measures:request_create", args=[running.pk])
    form = fill_in(client, create, {"organisation": lead.organisation_id, "person": person.pk})
    assert "E-Mail an 1 Adresse" in form.content.decode()
    assert "massnahmen/bericht/" not in form.content.decode()
    press(client, form)
    (asked,) = running.requests.all()
    assert Mail.objects.get().recipient == person.email
    page = client.get(running.get_absolute_url()).content.decode()
    assert (str(person) in page, asked.personal_link in page) == (True, False)

    link = reverse("measures:request_link", args=[asked.pk])
    assert asked.personal_link not in client.get(link).content.decode()
    shown = fill_in(client, link)
    assert asked.personal_link in shown.content.decode()
    replace = client.get(reverse("measures:request_replace", args=[asked.pk]))
    press(client, replace)
    asked.refresh_from_db()
    assert asked.link_version == 2
    fill_in(client, reverse("measures:request_revoke", args=[asked.pk]))
    asked.refresh_from_db()
    assert asked.revoked_at is not None
    assert client.get(link).status_code == 302


def test_people_without_an_account_are_offered_with_those_of_the_chosen_lead_first(
    client, running, measures, lead
):
    client.force_login(make_user(OFFICE))
    free, silent = make_person("Frei"), make_person("Stumm", email="")
    other = make_organisation("Anderes Werk")
    make_measure(running.plan, "Netze", lead=other)
    near, far = (
        make_person("Geschäftsführung", organisation=organisation)
        for organisation in (lead.person.organisation, other)
    )
    url = reverse("measures:request_create", args=[running.pk])

    assert client.get(url, {"federfuehrung": "abc\0"}).status_code == 200
    form = client.get(url, {"federfuehrung": lead.organisation_id}).context["form"]

    person = form.fields["person"]
    assert person.widget.first == (str(near.pk), str(far.pk))
    label = f"Geschäftsführung ({lead.person.organisation})"
    assert str(form["person"]).count(label) == 1
    offered = set(form.fields["person"].queryset)
    assert (free in offered, silent in offered, lead.person in offered) == (True, False, False)
    assert {organisation.pk for organisation in form.fields["organisation"].queryset} == {
        lead.organisation_id,
        other.pk,
    }


def test_preview_of_a_start_shows_no_personal_link(client):
    client.force_login(make_user(OFFICE))
    planned, lead = make_round(make_plan(), state="planned"), make_organisation()
    make_measure(planned.plan, "Ankauf", lead=lead)
    asked = make_request(planned, lead)

    page = client.get(reverse("measures:round_open", args=[planned.pk])).content.decode()

    assert "[persönlicher Link]" in page
    assert asked.personal_link.rstrip("/").rpartition("/")[2] not in page
