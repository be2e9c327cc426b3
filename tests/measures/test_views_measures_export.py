import datetime as dt
from decimal import Decimal
from io import BytesIO
from urllib.parse import unquote

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import MilestoneDependency
from partners.models import Sector
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_plan,
    make_section,
    make_target,
    make_value,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
EXPORT = "/massnahmen/massnahmen.xlsx"
HIDDEN = {"Schlüssel", "Fassung", "exportiert am"}
RED = {"traffic_light": "red", "traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def rows_of(response, title: str) -> list[dict]:
    """Return the visible cells of the sheet `title` below its head, by the names in the header."""
    sheet = load_workbook(BytesIO(response.content))[title]
    header, *rows = list(sheet.iter_rows(values_only=True))[3:]
    return [
        {name: value for name, value in zip(header, row, strict=True) if name not in HIDDEN}
        for row in rows
    ]


def test_export_has_every_known_detail_of_the_filtered_measures(client, office):
    plan = make_plan("MPI 2018–2021")
    field = make_section(plan, "Rahmenbedingungen")
    cluster = make_section(plan, "Flächen", field)
    lead = make_organisation("Handwerkskammer", short_name="HWK")
    measure = make_measure(
        plan,
        "Öffentliche Flächen",
        section=cluster,
        code="A 3",
        description="Die Stadt kauft **Flächen**.",
        lead=lead,
        supporters_text="Bezirke\nKammern",
        runtime="laufend",
        starts_on=dt.date(2019, 3, 1),
        ends_on=dt.date(2021, 12, 31),
        phase="running",
        **RED,
    )
    measure.supporters.add(make_organisation("Verband", short_name="VDMA"))
    measure.sectors.add(Sector.objects.create(name="Maschinenbau"))
    make_measure(plan, "Grün", traffic_light="green")

    (row,) = rows_of(client.get(f"{EXPORT}?traffic_light=red"), "Maßnahmen")

    assert row == {
        "Plan": "MPI 2018–2021",
        "Handlungsfeld": "Rahmenbedingungen",
        "Abschnitt": "Flächen",
        "Kennung": "A 3",
        "Maßnahme": "Öffentliche Flächen",
        "Beschreibung": "Die Stadt kauft **Flächen**.",
        "Phase": "in Umsetzung",
        "Ampel": "rot",
        "Bedeutung der Ampel": "Hilfe oder Entscheidung nötig",
        "Grund": "Geld fehlt.",
        "Gewünschte Entscheidung oder Hilfe": "Beschluss",
        "Finanzierung": None,
        "Stand vom": None,
        "Federführung": "HWK",
        "Unterstützende Akteure": "VDMA\nBezirke\nKammern",
        "Branchen": "Maschinenbau",
        "Laufzeit": "laufend",
        "Beginn": dt.datetime(2019, 3, 1),
        "Ende": dt.datetime(2021, 12, 31),
        "Mittel": None,
        "Leuchtturmprojekt": "nein",
        "Herkunft der Maßnahme": "im Portal erfasst",
        "Herkunft des Standes": None,
        "Zuständig": "nicht vergeben",
        "veröffentlicht": "ja",
        "interner Vermerk": None,
    }


@time_machine.travel(NOW, tick=False)
def test_export_has_a_sheet_of_milestones(client, office):
    measure = make_measure(make_plan("Plan"), "Ankauf", code="A 3")
    make_milestone(measure, "Start", due_on=dt.date(2026, 6, 30))
    concept = make_milestone(
        measure,
        "Konzept",
        due_on=dt.date(2026, 3, 1),
        forecast_on=dt.date(2026, 4, 5),
        forecast_reason="Gutachten fehlt.",
        weight=3,
        owner=make_organisation("Bezirk Mitte"),
    )
    idea = make_milestone(measure, "Idee", due_on=dt.date(2025, 3, 1), done_on=dt.date(2025, 2, 1))
    MilestoneDependency.objects.create(milestone=concept, requirement=idea)

    rows = rows_of(client.get(EXPORT), "Meilensteine")

    assert rows[1] == {
        "Plan": "Plan",
        "Kennung": "A 3",
        "Maßnahme": "Ankauf",
        "Meilenstein": "Konzept",
        "ursprünglich vereinbart": dt.datetime(2026, 3, 1),
        "geplant bis": dt.datetime(2026, 3, 1),
        "voraussichtlich": dt.datetime(2026, 4, 5),
        "erreicht am": None,
        "Tage später als vereinbart": 35,
        "Grund der Verschiebung": "Gutachten fehlt.",
        "Gewicht": 3,
        "verantwortlich": "Bezirk Mitte",
        "setzt voraus": "Idee (Ankauf)",
        "Stand": "überfällig",
    }
    names = ("Meilenstein", "erreicht am", "Tage später als vereinbart", "Stand")
    assert [[row[name] for name in names] for row in (rows[0], rows[2])] == [
        ["Idee", dt.datetime(2025, 2, 1), -28, "erreicht"],
        ["Start", None, 0, "offen"],
    ]


@time_machine.travel(NOW, tick=False)
def test_export_has_sheets_of_indicators_and_their_values(client, office):
    indicator = make_indicator(
        make_measure(make_plan("Plan"), "Ankauf", code="A 3"),
        "Fläche",
        unit="ha",
        decimals=1,
        source="Kataster",
        baseline_value=Decimal(0),
        baseline_on=dt.date(2023, 12, 31),
    )
    make_value(indicator, "2024", "4.25", note="geschätzt")
    make_target(indicator, "2025-12-31", "10")
    end = {"ended_on": dt.date(2025, 6, 30), "ended_reason": "Zählung eingestellt"}
    make_indicator(indicator.measure, "Wald", position=1, **end)

    sheets = [rows_of(client.get(EXPORT), title) for title in ("Indikatoren", "Werte")]

    names = ("Stand", "beendet am", "Grund des Endes")
    ended = sheets[0].pop()
    assert [ended[name] for name in names] == [
        "beendet",
        dt.datetime(2025, 6, 30),
        "Zählung eingestellt",
    ]
    assert [list(row.values()) for row in sheets[0]] == [
        [
            "Plan",
            "A 3",
            "Ankauf",
            "Fläche",
            "ha",
            "steigend",
            0,
            dt.datetime(2023, 12, 31),
            "31.12.2025: 10,0 ha",
            4.25,
            dt.datetime(2024, 12, 31),
            5,
            "unter dem Zielpfad",
            None,
            None,
            "Kataster",
            "im Portal erfasst",
            1,
        ]
    ]
    assert [list(row.values()) for row in sheets[1]] == [
        [
            "Plan",
            "A 3",
            "Ankauf",
            "Fläche",
            "ha",
            "2024",
            dt.datetime(2024, 1, 1),
            dt.datetime(2024, 12, 31),
            4.25,
            5,
            "geschätzt",
            "Kataster",
            "im Portal erfasst",
        ]
    ]


@time_machine.travel(NOW, tick=False)
def test_export_says_what_it_is_whose_and_of_which_day(client, office):
    response = client.get(EXPORT)

    assert unquote(response["Content-Disposition"]) == (
        "attachment; filename*=utf-8''Maßnahmen Masterplan Industriestadt Berlin 2026-03-18.xlsx"
    )
    book = load_workbook(BytesIO(response.content))
    assert book["Maßnahmen"]["A1"].value == "Maßnahmen"
    sheet = book["Meilensteine"]
    assert [sheet["A1"].value, sheet["A2"].value, sheet["A3"].value] == [
        "Maßnahmen: Meilensteine",
        "Geschäftsstelle Masterplan Industriestadt Berlin · Stand: 18.03.2026",
        None,
    ]


def test_export_has_no_internal_notes_and_nothing_hidden(client):
    plan = make_plan()
    make_measure(plan, title="Offen", internal_notes="GEHEIM")
    hidden = make_measure(plan, title="Verborgen", is_published=False)
    make_milestone(hidden, "Verborgener Schritt")
    make_value(make_indicator(hidden, "Verborgene Zahl"), "2024", "1", note="Verborgen")
    client.force_login(make_user(OBSERVER))

    book = load_workbook(BytesIO(client.get(EXPORT).content))

    cells = [str(cell) for sheet in book for row in sheet.values for cell in row]
    assert "Offen" in cells
    assert not [cell for cell in cells if "Verborgen" in cell or "GEHEIM" in cell]


def test_export_needs_the_same_queries_for_1_and_20_measures(
    client, office, django_assert_num_queries
):
    def make_one():
        measure = make_measure(plan, lead=make_organisation(), description="Lang")
        measure.supporters.add(make_organisation())
        make_milestone(measure)
        make_value(make_indicator(measure), "2024", "1")

    plan = make_plan()
    make_one()
    client.get(EXPORT)
    # The leads to choose from are kept until something changes, which the measures below do.
    cache.clear()
    with CaptureQueriesContext(connection) as once:
        client.get(EXPORT)
    for _number in range(19):
        make_one()

    with django_assert_num_queries(len(once)):
        client.get(EXPORT)
    assert len(once) <= 25


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, OBSERVER, PARTNER])
def test_only_the_office_exports_notes_and_what_an_import_needs(client, role):
    lead = make_organisation("Handwerkskammer")
    client.force_login(make_user(role, organisation=lead if role == PARTNER else None))
    measure = make_measure(make_plan(), "Ankauf", lead=lead, internal_notes="Vertraulich")
    make_milestone(measure)

    book = load_workbook(BytesIO(client.get(EXPORT).content))

    headers = {title: {cell.value for cell in book[title][4]} for title in book.sheetnames}
    texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    own = {"Schlüssel", "Fassung", "exportiert am", "interner Vermerk", "veröffentlicht"}
    is_office = role == OFFICE
    assert "Ankauf" in texts
    assert ("Vertraulich" in texts) == is_office
    assert headers["Maßnahmen"] & own == (own if is_office else set())
    assert headers["Meilensteine"] & own == ({"Schlüssel", "Fassung"} if is_office else set())


def test_columns_for_the_import_are_hidden(client, office):
    make_milestone(make_measure(make_plan(), "Ankauf"))

    book = load_workbook(BytesIO(client.get(EXPORT).content))

    for sheet in book:
        hidden = {
            cell.value for cell in sheet[4] if sheet.column_dimensions[cell.column_letter].hidden
        }
        assert hidden == HIDDEN & {cell.value for cell in sheet[4]}
