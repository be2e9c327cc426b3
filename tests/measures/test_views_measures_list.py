import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_round,
    make_section,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
LIST = "/massnahmen/"
RED = {"traffic_light": "red", "traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def titles(response) -> list[str]:
    return [measure.label for measure in response.context["page_obj"]]


@pytest.fixture
def stock():
    """Three measures in two plans that differ in every filterable field."""
    plan, old = make_plan("MPI 2018–2021", position=2), make_plan("MPI 2010–2020", position=1)
    field = make_section(plan, "Rahmenbedingungen")
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


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Ankauf", "Öffentliche Flächen"]),
        ("plan=", ["Ankauf", "Öffentliche Flächen", "C 1: Zubehör"]),
        ("page=1", ["Ankauf", "Öffentliche Flächen"]),
        ("plan={plan}", ["Ankauf", "Öffentliche Flächen"]),
        ("q=oeffentliche", ["Öffentliche Flächen"]),
        ("q=FLÄCH", ["Öffentliche Flächen"]),
        ("q=hwk", ["Öffentliche Flächen"]),
        ("q=c+1", ["C 1: Zubehör"]),
        ("q=bezirk", ["Ankauf"]),
        ("q=nirgends", []),
        ("phase=running", ["Öffentliche Flächen"]),
        ("phase=unknown", ["C 1: Zubehör"]),
        ("traffic_light=red", ["Öffentliche Flächen"]),
        ("traffic_light=unknown", ["C 1: Zubehör"]),
        ("financing=open", ["Öffentliche Flächen"]),
        ("financing=unknown", ["Ankauf", "C 1: Zubehör"]),
        ("lead=unknown", ["C 1: Zubehör"]),
        ("plan={old}", ["C 1: Zubehör"]),
        ("section={field}", ["Ankauf", "Öffentliche Flächen"]),
        ("section={cluster}", ["Öffentliche Flächen"]),
        ("lead={lead}", ["Öffentliche Flächen"]),
        ("lead=text:Bezirke", ["Ankauf"]),
        ("plan=&sort=title", ["Ankauf", "Öffentliche Flächen", "C 1: Zubehör"]),
        ("plan=&sort=-title", ["C 1: Zubehör", "Öffentliche Flächen", "Ankauf"]),
        ("plan=&sort=traffic_light", ["Öffentliche Flächen", "Ankauf", "C 1: Zubehör"]),
        ("plan=&sort=phase", ["Ankauf", "Öffentliche Flächen", "C 1: Zubehör"]),
        ("plan=&sort=lead", ["Öffentliche Flächen", "Ankauf", "C 1: Zubehör"]),
        ("plan=&sort=status", ["Ankauf", "Öffentliche Flächen", "C 1: Zubehör"]),
        ("plan=&sort=unsinn", ["Ankauf", "Öffentliche Flächen", "C 1: Zubehör"]),
        ("sort=-title", ["Öffentliche Flächen", "Ankauf"]),
        (
            "phase=unsinn&plan=unsinn&section=abc&lead=x&page=99",
            ["Ankauf", "Öffentliche Flächen", "C 1: Zubehör"],
        ),
    ],
)
def test_list_is_filtered_searched_and_sorted(client, office, stock, query, expected):
    ids = {name: obj.pk for name, obj in stock.items()}

    response = client.get(f"{LIST}?{query.format(**ids)}")

    assert response.status_code == 200
    assert titles(response) == expected
    assert response.context["page_obj"].paginator.count == len(expected)


def test_list_offers_each_plan_and_all_with_the_other_filters_kept(client, office, stock):
    plan, old = stock["plan"].pk, stock["old"].pk

    start = client.get(LIST).context["plan_tabs"]
    filtered = client.get(f"{LIST}?phase=running&plan=&page=2&section={stock['field'].pk}")

    assert start == [
        ("MPI 2018–2021", f"?plan={plan}", True),
        ("MPI 2010–2020", f"?plan={old}", False),
        ("Alle Pläne", "?plan=", False),
    ]
    assert filtered.context["plan_tabs"] == [
        ("MPI 2018–2021", f"?phase=running&plan={plan}", False),
        ("MPI 2010–2020", f"?phase=running&plan={old}", False),
        ("Alle Pläne", "?phase=running&plan=", True),
    ]
    # The form sends the plan along with whatever is searched in it.
    assert client.get(LIST).context["filter"].form["plan"].value() == str(plan)


@time_machine.travel(NOW, tick=False)
def test_list_starts_with_the_plan_that_runs_today(client, office):
    make_measure(make_plan(first_year=2022, last_year=2026, position=1), "Läuft")
    make_measure(make_plan(first_year=2027, last_year=2030, position=2), "Kommt")

    assert titles(client.get(LIST)) == ["Läuft"]


def test_running_plan_without_measures_points_to_the_others(client, office):
    make_measure(make_plan(position=1), "Früher")
    make_plan(position=2)

    response = client.get(LIST)

    assert titles(response) == []
    assert "Im laufenden Plan steht noch keine Maßnahme." in response.content.decode()


@pytest.mark.parametrize(
    ("role", "query", "text"),
    [
        (OFFICE, "", "Maßnahme anlegen"),
        (OFFICE, "?phase=running", "Keine Maßnahme passt zu diesen Filtern"),
        (PARTNER, "", "Noch keine Maßnahmen veröffentlicht"),
    ],
)
def test_empty_list_says_what_to_do(client, role, query, text):
    client.force_login(make_user(role))

    assert text in client.get(LIST + query).content.decode()


def test_list_has_pages_that_keep_the_filter(client, office):
    plan = make_plan()
    for number in range(51):
        make_measure(plan, f"Maßnahme {number:02}", phase="running")

    response = client.get(f"{LIST}?phase=running&page=2")

    assert titles(response) == ["Maßnahme 50"]
    page = response.content.decode()
    # The pages are buttons of the form of the ticks, which carries the filter.
    assert 'formaction="/massnahmen/?phase=running&amp;page=2" name="page"' in page
    assert '<input type="hidden" name="phase" value="running">' in page


def test_page_of_a_search_in_all_plans_reads_only_the_plans_it_shows(client, office):
    plans = [
        make_plan(f"Plan {number}", position=place) for number, place in enumerate((3, 2, 2, 1))
    ]
    for number in range(20):
        for plan in plans:
            make_measure(plan, f"Ankauf {number:02} {plan}")
    # The newest first; two plans at one place are sorted as one.
    expected = [f"Ankauf {number:02} Plan 0" for number in range(20)]
    expected += [f"Ankauf {number:02} Plan {plan}" for number in range(20) for plan in (1, 2)]
    expected += [f"Ankauf {number:02} Plan 3" for number in range(20)]

    pages = []
    for number in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            pages.append(client.get(f"{LIST}?q=ankauf&page={number}"))
        read = [query["sql"] for query in queries if 'AS "lead_light"' in query["sql"]]
        assert len(read) == 2
        assert not any('"position" DESC' in sql for sql in read)

    assert [*titles(pages[0]), *titles(pages[1])] == expected
    assert pages[1].context["page_obj"].paginator.count == 80


def test_other_pages_and_orders_of_a_search_count_nothing_again(client, office):
    plan = make_plan()
    for number in range(51):
        make_measure(plan, f"Maßnahme {number:02}")
    client.get(f"{LIST}?q=massnahme")

    with CaptureQueriesContext(connection) as queries:
        assert titles(client.get(f"{LIST}?q=massnahme&page=2")) == ["Maßnahme 50"]
        assert titles(client.get(f"{LIST}?q=massnahme&sort=-title"))[0] == "Maßnahme 50"

    assert not any("COUNT(" in query["sql"] for query in queries)


def test_list_shows_unpublished_measures_inside_only(client):
    plan = make_plan()
    make_measure(plan, title="Offen")
    make_measure(plan, title="Verborgen", is_published=False)

    for role, expected in (
        (SENATOR_OFFICE, {"Offen", "Verborgen"}),
        (PARTNER, {"Offen"}),
        (OBSERVER, {"Offen"}),
    ):
        client.force_login(make_user(role))
        assert set(titles(client.get(LIST))) == expected


def test_list_marks_invented_measures_and_invented_status(client, office):
    plan = make_plan()
    make_measure(plan, title="Ganz", origin=Origin.DEMO)
    make_measure(plan, title="Nur der Stand", origin=Origin.TAKEN_OVER, status_origin=Origin.DEMO)
    make_measure(plan, title="Echt")

    response = client.get(LIST)

    lines = response.context["rows"].removesuffix("</tr>").split("</tr>")
    rows = dict(zip(titles(response), lines, strict=True))
    assert ">Demodaten<" in rows["Ganz"]
    assert ">Stand: Demodaten<" in rows["Nur der Stand"]
    assert "Demodaten" not in rows["Echt"]


def test_partner_sees_its_due_reports_above_the_list(client):
    partner = make_user(PARTNER)
    plan = make_plan()
    make_round(plan)
    measure = make_measure(plan, lead_id=partner.organisation_id)
    client.force_login(partner)

    text = client.get(LIST).content.decode()

    assert "Ihre fälligen Berichte" in text
    assert f"/massnahmen/{measure.pk}/bericht/" in text
