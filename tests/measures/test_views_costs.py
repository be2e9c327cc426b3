import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from tests.measures.builders import (
    make_contact,
    make_measure,
    make_milestone,
    make_plan,
    make_project,
    make_report,
    make_round,
    make_section,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def fill(plan, section, lead, count: int) -> None:
    """Add `count` measures with everything that a page can show of them."""
    for _number in range(count):
        measure = make_measure(
            plan, section=section, lead=lead, phase="running", traffic_light="green"
        )
        make_milestone(measure)
        make_project(lead=lead)
        make_project(measure=measure)


@pytest.mark.parametrize("name", ["list", "export", "tree", "outside", "rounds"])
@pytest.mark.parametrize("role", [OFFICE, PARTNER])
def test_lists_need_the_same_queries_for_1_and_30_rows(client, name, role):
    client.force_login(make_user(role))
    plan, lead = make_plan(), make_organisation()
    section = make_section(plan, parent=make_section(plan))
    running = make_round(plan)
    fill(plan, section, lead, 1)
    url = reverse(f"measures:{name}")
    client.get(url)
    # Counts are kept until something changes, which the measures below do.
    cache.clear()
    with CaptureQueriesContext(connection) as once:
        client.get(url)

    fill(plan, section, lead, 29)
    for _number in range(29):
        make_round(plan, state="closed")
    with CaptureQueriesContext(connection) as many:
        response = client.get(url)

    assert response.status_code == 200
    # Two of them find the leads to choose from, organisations and texts, and keep them.
    assert len(many) == len(once) <= 22
    assert running.pk


@pytest.mark.parametrize("role", [OFFICE, PARTNER])
def test_measure_page_needs_the_same_queries_for_1_and_30_of_everything(client, role):
    client.force_login(make_user(role))
    plan = make_plan()
    measure = make_measure(plan, section=make_section(plan, parent=make_section(plan)))
    supporters = [make_organisation() for _number in range(30)]

    def grow(count):
        for number in range(count):
            make_milestone(measure, f"Schritt {number}")
            make_project(measure=measure)
            make_report(measure, "accepted", reported_by=make_user(PARTNER))
            make_contact(measure)
        measure.supporters.set(supporters[:count])

    grow(1)
    client.get(measure.get_absolute_url())
    with CaptureQueriesContext(connection) as once:
        client.get(measure.get_absolute_url())
    grow(29)
    with CaptureQueriesContext(connection) as many:
        client.get(measure.get_absolute_url())

    assert len(many) == len(once) <= 28


def test_round_page_needs_the_same_queries_for_1_and_30_measures(client, office):
    plan = make_plan()
    running = make_round(plan)

    def grow(count):
        for _number in range(count):
            make_report(make_measure(plan, lead=make_organisation()), "accepted", round=running)
            make_measure(plan, lead=make_organisation())

    grow(1)
    client.get(running.get_absolute_url())
    with CaptureQueriesContext(connection) as once:
        client.get(running.get_absolute_url())
    grow(29)
    with CaptureQueriesContext(connection) as many:
        response = client.get(running.get_absolute_url())

    assert len(response.context["lines"]) == 50
    assert response.context["page_obj"].paginator.count == 60
    assert len(many) == len(once) <= 24
