import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.roles import OFFICE, PARTNER
from measures.models import Measure, Plan
from tests.measures.builders import (
    make_measure,
    make_plan,
    make_section,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
RED = {"traffic_light": "red", "traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def stock():
    """Three measures in two plans that differ in every filterable field."""
    plan, old = make_plan("MPI 2018–2021", position=2), make_plan("MPI 2010–2020", position=1)
    field = make_section(plan, "Rahmenbedingungen", page=14)
    cluster = make_section(plan, "Flächen", field)
    lead = make_organisation("Handwerkskammer", short_name="HWK")
    make_measure(
        plan,
        "Öffentliche Flächen",
        section=cluster,
        lead=lead,
        phase="running",
        financing="open",
        **RED,
    )
    make_measure(
        plan, "Ankauf", section=field, lead_text="Bezirke", phase="preparing", traffic_light="green"
    )
    make_measure(old, "Zubehör", code="C 1")
    return {"plan": plan, "old": old, "field": field, "cluster": cluster, "lead": lead}


def test_tree_shows_one_plan_with_its_counts_and_pages(client, office, stock):
    response = client.get(f"/massnahmen/baum/?plan={stock['plan'].pk}")
    measure = client.get(Measure.objects.get(title="Öffentliche Flächen").get_absolute_url())

    assert response.context["root"].count == 2
    assert "Quelle: MPI 2018–2021, S. 14" in response.content.decode()
    # The page of its own section is unknown, so the one above says where to look.
    assert ("Quelle", "MPI 2018–2021, S. 14") in measure.context["facts"]
    assert "Zubehör" not in response.content.decode()
    assert client.get("/massnahmen/baum/?plan=unsinn").context["plan"] == stock["plan"]


@pytest.mark.parametrize("count", [1, 12])
def test_tree_needs_the_same_queries_for_any_number_of_sections(
    client, office, stock, count, django_assert_num_queries
):
    for number in range(count):
        section = make_section(stock["plan"], f"Abschnitt {number}", stock["cluster"])
        make_measure(stock["plan"], f"Messung {number}", section=section)

    with django_assert_num_queries(9):
        client.get(f"/massnahmen/baum/?plan={stock['plan'].pk}")


def test_tree_without_a_plan_says_so(client):
    client.force_login(make_user(PARTNER))
    make_plan(is_published=False)

    assert "Noch kein Plan veröffentlicht" in client.get("/massnahmen/baum/").content.decode()


def test_branch_of_a_large_plan_opens_by_link_and_as_a_fragment(client, office, stock, monkeypatch):
    monkeypatch.setattr("measures.queries.plans.BRANCH_SIZE", 1)
    make_measure(stock["plan"], "Brachen", section=stock["cluster"])
    address = f"/massnahmen/baum/?plan={stock['plan'].pk}&zweig={stock['cluster'].pk}"

    closed = client.get(f"/massnahmen/baum/?plan={stock['plan'].pk}").content.decode()
    page = client.get(address).content.decode()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "2 Maßnahmen anzeigen" in closed
    assert "Brachen" not in closed
    for shown in (page, fragment):
        assert "Brachen" in shown
        assert "1 weitere Maßnahme in der Liste" in shown
        assert f"/massnahmen/?plan={stock['plan'].pk}&amp;section={stock['cluster'].pk}" in shown
    assert "<h1" not in fragment


@pytest.mark.parametrize("branch", ["unsinn", "999999", "-1", "²", "9" * 30])
def test_unknown_branch_is_ignored_or_not_found(client, office, stock, branch):
    address = f"/massnahmen/baum/?plan={stock['plan'].pk}&zweig={branch}"

    assert client.get(address).status_code == 200
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 404


def test_branch_of_a_plan_that_is_not_visible_is_not_shown(client, stock):
    client.force_login(make_user(PARTNER))
    Plan.objects.update(is_published=False)
    address = f"/massnahmen/baum/?plan={stock['plan'].pk}&zweig={stock['cluster'].pk}"

    assert client.get(address, headers={"HX-Request": "true"}).status_code == 404


def test_tree_needs_the_same_queries_for_3_and_33_sections(client, office, stock):
    address, counts = f"/massnahmen/baum/?plan={stock['plan'].pk}", []
    client.get(address)
    for count in (1, 30):
        for _number in range(count):
            make_section(stock["plan"], doubts="Im Plan schlecht lesbar.")
        with CaptureQueriesContext(connection) as queries:
            assert "schlecht lesbar" in client.get(address).content.decode()
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15
