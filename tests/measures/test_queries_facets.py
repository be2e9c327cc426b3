import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from core.roles import OFFICE, PARTNER
from partners.models import Sector
from tests.measures.builders import (
    make_measure,
    make_milestone,
    make_plan,
    make_section,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
RED = {"traffic_light": "red", "traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}


@pytest.fixture
def stock():
    today = timezone.localdate()
    plan = make_plan("MPI 2018–2021", first_year=today.year, position=2)
    field = make_section(plan, "Rahmenbedingungen")
    cluster = make_section(plan, "Flächen", field)
    lead, sector = make_organisation("Kammer"), Sector.objects.create(name="Maschinenbau")
    ankauf = make_measure(
        plan,
        "Ankauf",
        section=cluster,
        lead=lead,
        phase="running",
        financing="open",
        status_on=today - dt.timedelta(days=400),
        **RED,
    )
    ankauf.sectors.add(sector)
    make_milestone(ankauf, due_on=today - dt.timedelta(days=1))
    make_measure(
        plan,
        "Brachen",
        is_lighthouse=True,
        section=field,
        lead_text="Bezirke",
        phase="running",
        status_on=today - dt.timedelta(days=200),
    )
    make_measure(make_plan("Früher", position=1), "Zubehör", phase="completed", status_on=today)
    return {"plan": plan, "field": field, "cluster": cluster, "lead": lead, "sector": sector}


def labels_of(client, name: str, query: str = "") -> list[str]:
    form = client.get(f"/massnahmen/?{query}").context["filter"].form
    flat = []
    for _value, label in form.fields[name].widget.choices:
        flat += [inner for _key, inner in label] if isinstance(label, list) else [label]
    return [str(label) for label in flat]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plan", ["alle", "MPI 2018–2021 (2)", "Früher (1)"]),
        ("section", ["alle", "Rahmenbedingungen (2)", "– Flächen (1)", "nicht belegt (1)"]),
        (
            "phase",
            [
                "alle",
                "nicht begonnen (0)",
                "in Vorbereitung (0)",
                "in Umsetzung (2)",
                "abgeschlossen (1)",
                "eingestellt (0)",
                "nicht belegt (0)",
            ],
        ),
        ("traffic_light", ["alle", "grün (0)", "gelb (0)", "rot (1)", "nicht belegt (2)"]),
        ("lead", ["alle", "Kammer (1)", "Bezirke (1)", "nicht belegt (1)"]),
        (
            "financing",
            [
                "alle",
                "nicht nötig (0)",
                "gesichert (0)",
                "teilweise (0)",
                "ungeklärt (1)",
                "nicht belegt (2)",
            ],
        ),
        ("sector", ["alle", "Maschinenbau (1)", "nicht belegt (2)"]),
        ("milestones", ["alle", "überfällig (1)"]),
        ("lighthouse", ["alle", "nur Leuchtturmprojekte (1)"]),
        (
            "status",
            [
                "alle",
                "seit sechs Monaten nicht gemeldet (2)",
                "seit einem Jahr nicht gemeldet (1)",
                "noch nie gemeldet (0)",
            ],
        ),
    ],
)
def test_choices_say_how_many_measures_they_find(client, stock, name, expected):
    client.force_login(make_user(OFFICE))

    assert labels_of(client, name, "plan=") == expected


def test_counts_follow_the_other_filters_but_not_their_own(client, stock):
    client.force_login(make_user(OFFICE))

    assert labels_of(client, "phase", "plan=&phase=completed&traffic_light=red")[3:5] == [
        "in Umsetzung (1)",
        "abgeschlossen (0)",
    ]


def test_counts_hold_only_what_the_reader_may_see(client, stock):
    stock["plan"].measures.update(is_published=False)
    client.force_login(make_user(PARTNER))

    assert labels_of(client, "phase", "plan=")[3:5] == ["in Umsetzung (0)", "abgeschlossen (1)"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("sector={sector}", ["Ankauf"]),
        ("sector=unknown", ["Brachen", "Zubehör"]),
        ("milestones=overdue", ["Ankauf"]),
        ("status=183", ["Ankauf", "Brachen"]),
        ("status=365", ["Ankauf"]),
        ("status=never", []),
        ("section=unknown", ["Zubehör"]),
    ],
)
def test_choices_find_what_they_count(client, stock, query, titles):
    client.force_login(make_user(OFFICE))

    query = query.format(sector=stock["sector"].pk)
    response = client.get(f"/massnahmen/?plan=&{query}")

    assert sorted(measure.label for measure in response.context["page_obj"]) == titles


def test_counts_are_kept_until_something_changes(client, stock, django_assert_max_num_queries):
    client.force_login(make_user(OFFICE))
    assert "in Umsetzung (2)" in labels_of(client, "phase")

    with django_assert_max_num_queries(10):
        assert "in Umsetzung (2)" in labels_of(client, "phase")
    measure = make_measure(stock["plan"], "Neu", phase="running")
    assert "in Umsetzung (3)" in labels_of(client, "phase")
    milestone = make_milestone(measure, due_on=timezone.localdate() - dt.timedelta(days=1))
    assert "überfällig (2)" in labels_of(client, "milestones")
    milestone.delete()
    assert "überfällig (1)" in labels_of(client, "milestones")


def test_kept_counts_follow_the_rights_of_the_reader(client, stock):
    user = make_user(PARTNER)
    client.force_login(user)
    make_measure(stock["plan"], "Verborgen", phase="running", is_published=False)
    assert "in Umsetzung (2)" in labels_of(client, "phase")

    user.groups.set([Group.objects.get(name=OFFICE)])

    assert "in Umsetzung (3)" in labels_of(client, "phase")


def test_kept_leads_follow_new_names(client, stock):
    client.force_login(make_user(OFFICE))
    lead = make_organisation("Kammer Nord")
    make_measure(stock["plan"], "Neu", lead=lead)
    make_measure(stock["plan"], "Auch neu", lead=None, lead_text="Land & Bund")
    assert "Kammer Nord (1)" in labels_of(client, "lead")

    lead.name = "Kammer Süd"
    lead.save()

    labels = labels_of(client, "lead")
    assert "Kammer Süd (1)" in labels
    assert "Kammer Nord (1)" not in labels
