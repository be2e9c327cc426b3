"""Measures and projects that the plan singles out (*Leuchtturmprojekte*)."""

import pytest

from core.roles import OBSERVER, OFFICE
from measures.models import Measure
from tests.measures.builders import make_measure, make_plan, make_project
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
WORD = "Leuchtturmprojekt"


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("role", [OFFICE, OBSERVER])
def test_lists_mark_lighthouses_and_filter_by_them(client, role):
    client.force_login(make_user(role))
    plan = make_plan()
    make_measure(plan, title="Leuchtet", is_lighthouse=True)
    make_measure(plan, title="Leuchtet nicht")
    make_project("Hub leuchtet", is_lighthouse=True)
    make_project("Hub ohne")

    everything = text_of(client.get(f"/massnahmen/?plan={plan.pk}"))
    only = text_of(client.get(f"/massnahmen/?plan={plan.pk}&lighthouse=True"))
    projects = text_of(client.get("/massnahmen/ausserhalb/?lighthouse=True"))

    assert everything.count(f">{WORD}</span>") == 1
    assert (">Leuchtet</a>" in only, ">Leuchtet nicht</a>" in only) == (True, False)
    assert (">Hub leuchtet</a>" in projects, ">Hub ohne</a>" in projects) == (True, False)


def test_page_says_so_and_the_office_can_change_it(client):
    client.force_login(make_user(OFFICE))
    plan = make_plan()

    client.post("/massnahmen/neu/", {"title": "Leuchtet", "plan": plan.pk, "is_lighthouse": "on"})

    measure = Measure.objects.get()
    assert measure.is_lighthouse
    assert f"Maßnahme · {WORD}" in text_of(client.get(measure.get_absolute_url()))
    project = make_project(is_lighthouse=True)
    assert f"Projekt außerhalb des Plans · {WORD}" in text_of(
        client.get(project.get_absolute_url())
    )
