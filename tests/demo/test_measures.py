"""The real plans and measures as the demo loads them."""

import datetime as dt

import pytest
from django.utils import timezone

from core.models import Origin
from core.roles import OFFICE
from demo.loading import read_records
from demo.matching import split_remark
from demo.measures import load_measures, load_plans
from demo.organisations import load_organisations
from measures.models import Measure, Milestone, Plan, PlanSection, Project, StatusReport
from measures.queries import plan_tree
from tests.keeping import kept_for_a_while
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with kept_for_a_while(django_db_blocker):
        load_organisations(read_records("organisations"), now=timezone.now())
        load_plans(read_records("plans"), now=timezone.now())
        load_measures(read_records("measures"), now=timezone.now())
        yield


def test_every_record_is_a_measure_or_a_project_outside_the_plans(loaded):
    inside = {
        record["title"] for record in read_records("measures") if record["mpi_link"] != "context"
    }
    context = {
        record["title"] for record in read_records("measures") if record["mpi_link"] == "context"
    }
    in_plans = {
        title
        for plan in read_records("plans")
        for field in plan["fields"]
        for cluster in field["clusters"]
        for task in cluster.get("task_fields", [])
        for title in task["measures"]
    }

    assert set(Measure.objects.values_list("title", flat=True)) == inside | in_plans
    assert set(Project.objects.outside_plans().values_list("title", flat=True)) == context
    assert (len(inside | in_plans), len(context), Project.objects.count()) == (31, 22, 22)
    assert not Measure.objects.filter(title__in=context).exists()


def test_everything_is_taken_over_with_sources_and_doubts(loaded):
    for record in [*Measure.objects.all(), *Project.objects.all(), *Plan.objects.all()]:
        assert record.origin == Origin.TAKEN_OVER
        assert record.sources
    for record in read_records("measures"):
        model = Project if record["mpi_link"] == "context" else Measure
        assert model.objects.get(title=record["title"]).doubts == record["notes"]


def test_missing_values_stay_empty(loaded):
    measure = Measure.objects.get(title="Karriere in der Berliner Industrie")

    assert (
        measure.phase,
        measure.traffic_light,
        measure.financing,
        measure.lead,
        measure.lead_text,
    ) == (
        "",
        "",
        "",
        None,
        "",
    )
    assert (measure.runtime, measure.starts_on, measure.ends_on, measure.amount) == (
        "",
        None,
        None,
        "",
    )
    assert not StatusReport.objects.exists()
    assert not Milestone.objects.exists()


def test_no_remark_on_the_evidence_is_left_in_a_name(loaded):
    names = [
        *PlanSection.objects.values_list("title", flat=True),
        *Project.objects.values_list("theme", flat=True),
    ]

    assert [name for name in names if "inferred" in name or "abgeleitet" in name] == []


@pytest.mark.parametrize(
    ("title", "section", "basis"),
    [
        ("Smart Business District", "Smart City", "inferred"),
        (
            "Ankaufsstrategie für Industrieflächen",
            "Verfügbare Flächen für die Industrie erhöhen",
            "sourced",
        ),
        ("Junior1stein Akademie", "Fachkräfte und Innovation", "inferred"),
        (
            "Berlin macht MINT",
            "G: Mathematische und naturwissenschaftliche Kompetenzen der Schülerinnen und Schüler "
            "werden verbessert",
            "Aktionsfeld belegt, Maßnahmebereich erschlossen",
        ),
        ("Geschäftsstelle Masterplan Industriestadt Berlin", None, "unknown"),
    ],
)
def test_measure_has_its_section_and_how_sure_it_is(loaded, title, section, basis):
    measure = Measure.objects.select_related("section").get(title=title)

    assert (measure.section and measure.section.label) == section
    assert measure.basis["section"] == basis


@pytest.mark.parametrize(
    ("title", "lead", "text", "basis"),
    [
        ("TransferHUB CleanTech Marzahn", "WISTA Management GmbH", "", "laut WISTA"),
        ("Smart Business District", "InfraLab Berlin", "", "BSR, Berliner Wasserbetriebe, BVG"),
        (
            "Ankaufsstrategie für Industrieflächen",
            None,
            "diverse Senatsverwaltungen (nicht einzeln benannt)",
            None,
        ),
        ("Verdichtung bestehender Flächen", None, "diverse Senatsverwaltungen", None),
        ("Junior1stein Akademie", None, "", None),
    ],
)
def test_lead_that_matches_no_organisation_stays_text(loaded, title, lead, text, basis):
    measure = Measure.objects.select_related("lead").get(title=title)

    assert (measure.lead and measure.lead.name, measure.lead_text) == (lead, text)
    assert measure.basis.get("lead") == basis


def test_supporters_are_organisations_where_they_match_and_text_elsewhere(loaded):
    measure = Measure.objects.get(title="Wiederaufnahme der Branchengespräche")

    assert [record.label for record in measure.supporters.all()] == ["VDMA Ost"]
    assert measure.supporters_text == "weitere Verbände und Kammern des Netzwerks Industriepolitik"
    origin = measure.origins.get()
    assert (origin.measure.title, origin.kind) == ("Industriedialog", "continued")


def test_plans_have_their_own_levels(loaded):
    plans = {
        plan.short_title: plan
        for plan in Plan.objects.select_related("predecessor").order_by("position")
    }

    assert list(plans) == ["MPI 2010–2020", "MPI Version 2.0", "MPI 2018–2021"]
    assert plans["MPI 2010–2020"].levels == ["Aktionsfeld", "Maßnahmebereich"]
    assert plans["MPI 2018–2021"].levels == [
        "Handlungsfeld",
        "Themencluster",
        "Ziel",
        "Aufgabenfeld",
    ]
    assert plans["MPI 2018–2021"].adopted_on == dt.date(2018, 9, 4)
    assert (plans["MPI 2018–2021"].first_year, plans["MPI 2018–2021"].last_year) == (2018, 2021)
    assert plans["MPI 2018–2021"].predecessor == plans["MPI Version 2.0"]
    assert (plans["MPI Version 2.0"].first_year, plans["MPI Version 2.0"].adopted_on) == (
        None,
        None,
    )


def test_tree_of_2018_has_its_fields_clusters_goals_and_task_fields(loaded):
    root = plan_tree(Plan.objects.get(short_title="MPI 2018–2021"), make_user(OFFICE))

    assert [(node.section.code, node.section.title) for node in root.children] == [
        ("1", "Fachkräfte und Innovation"),
        ("2", "Digitalisierung"),
        ("3", "Rahmenbedingungen"),
        ("4", "Marketing"),
    ]
    assert sum(len(node.children) for node in root.children) == 10
    smart_city = root.children[1].children[0]
    goal = smart_city.children[0].section
    assert (goal.level, goal.code, goal.title) == (
        "Ziel",
        "4",
        "Smart-City-Lösungen zu alltäglichen […]",
    )
    assert goal.doubts == "Zielnummer belegt, Wortlaut nicht lesbar"
    areas = root.children[2].children[0]
    assert [(node.section.level, node.section.code) for node in areas.children] == [
        ("Aufgabenfeld", "3")
    ]


def test_runtime_has_days_only_if_it_names_them(loaded):
    office = Measure.objects.get(title="Geschäftsstelle Masterplan Industriestadt Berlin")
    vague = Measure.objects.get(title="Made in Berlin meets KaDeWe")

    assert (office.starts_on, office.ends_on) == (dt.date(2019, 3, 1), dt.date(2021, 12, 31))
    assert (vague.runtime, vague.starts_on, vague.ends_on) == ("August 2018", None, None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Flächen (inferred)", ("Flächen", "inferred")),
        (
            "Verwaltung und (digitale) Infrastruktur",
            ("Verwaltung und (digitale) Infrastruktur", ""),
        ),
        (
            "Verwaltung und (digitale) Infrastruktur (inferred)",
            ("Verwaltung und (digitale) Infrastruktur", "inferred"),
        ),
        ("", ("", "")),
    ],
)
def test_only_a_remark_at_the_end_is_split_off(text, parts):
    assert split_remark(text) == parts
