"""Compare an uploaded file with the portal: what is refused, and where."""

import datetime as dt

import pytest

from core.errors import Refused
from core.roles import OFFICE
from measures.models import Measure
from measures.queries.imports import preview_of
from partners.models import Organisation
from tests.measures.builders import (
    make_indicator,
    make_measure,
    make_milestone,
    make_plan,
    make_section,
    make_target,
    make_value,
)
from tests.measures.workbooks import (
    PLAN_SHEET,
    SECTIONS_SHEET,
    apply,
    exported,
    make_workbook,
    problems_of,
    save,
    upload,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def test_unedited_export_changes_nothing(client, office):
    plan = make_plan()
    cluster = make_section(plan, "Cluster", make_section(plan, "Feld"))
    measure = make_measure(
        plan,
        "=Summe der  Flächen",
        section=cluster,
        code="7",
        description="Erste Zeile\n\n- Liste",
        lead=make_organisation("Handwerkskammer", short_name="HWK"),
        supporters_text="Bezirke\nKammern",
        runtime="laufend",
        starts_on=dt.date(2026, 3, 1),
        amount="88.500 €",
        phase="running",
        traffic_light="yellow",
        traffic_light_reason="_x0041_ fehlt.",
        status_on=dt.date(2026, 2, 1),
        internal_notes="Vertraulich",
    )
    measure.supporters.add(make_organisation("Zoo"), make_organisation("Ämter"))
    make_measure(plan, "Ohne alles", description="Spalte,\tTab")
    indicator = make_indicator(
        measure, "Fläche", decimals=1, baseline_value=0, baseline_on=dt.date(2023, 12, 31)
    )
    make_target(indicator, "2030-12-31", "1234.56")
    for period, value in (("2024", "4.25"), ("2025-Q1", "-0.3333")):
        make_value(indicator, period, value, note="Zeile")
    make_milestone(measure, forecast_on=dt.date(2026, 7, 1), forecast_reason="Später", weight=3)

    def save_as_ods(book, cell):
        for place in (0, 1):
            found = cell("Beschreibung", place)
            found.value = found.value.replace("\t", "")

    preview = preview_of(upload(exported(client, save_as_ods), office).content)

    assert (preview.problems, preview.changed, preview.created) == ([], [], [])
    assert (preview.notes, preview.is_empty) == ([], True)
    assert (preview.unchanged, preview.milestones) == (2, [])
    assert (preview.unchanged_indicators, preview.unchanged_values) == (1, 2)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("Phase", "abgeschlossen", "Das kommt aus Statusberichten"),
        ("Ampel", "grün", "Das kommt aus Statusberichten"),
        ("Finanzierung", "gesichert", "Das kommt aus Statusberichten"),
        ("Stand vom", dt.date(2026, 1, 1), "Das kommt aus Statusberichten"),
        ("Handlungsfeld", "Marketing", "Das Handlungsfeld ergibt sich aus dem Abschnitt."),
        ("Zuständig", "Referat", "Die Zuständigkeit vergeben Sie in der Liste"),
        ("Plan", "Anderer", "Eine Maßnahme bleibt in ihrem Plan"),
        ("Abschnitt", "Unbekannt", "Einen Abschnitt „Unbekannt“ gibt es in diesem Plan nicht."),
        ("Beginn", "irgendwann", "Bitte geben Sie das Datum"),
        ("Beginn", "03/01/2019", "Bei 03/01/2019 ist unklar, was der Tag und was der Monat ist."),
        ("Beginn", dt.date(2031, 1, 1), "Das Ende liegt vor dem Beginn."),
        ("veröffentlicht", "vielleicht", "Bitte schreiben Sie „ja“ oder „nein“."),
        ("Kennung", "x" * 21, "höchstens 20"),
        ("Mittel", "=A1+A2", "Hier steht eine Formel."),
        ("Maßnahme", None, "Der Titel fehlt."),
        ("Maßnahme", "Zweite", "In diesem Plan gibt es schon eine Maßnahme mit diesem Titel."),
        ("Schlüssel", "99999", "Zu diesem Schlüssel gibt es keine Maßnahme."),
        ("Federführung", "Alte Kammer", "„Alte Kammer“ ist nicht mehr aktiv."),
    ],
)
def test_refused_cell_names_row_and_reason(client, office, column, text, reason):
    plan = make_plan()
    make_organisation("Alte Kammer", is_active=False)
    make_measure(plan, "Ankauf", ends_on=dt.date(2030, 1, 1))
    make_measure(plan, "Zweite")

    record = upload(exported(client, lambda _b, cell: setattr(cell(column), "value", text)), office)
    found = [problem for problem in problems_of(record) if reason in problem[3]]

    assert [(problem[0], problem[1] in (5, 6)) for problem in found] == [("Maßnahmen", True)]
    with pytest.raises(Refused, match="zurückgewiesen"):
        apply(record, office)
    assert Measure.history.count() == 2


def test_two_rows_for_one_measure_are_refused(client, office):
    make_measure(title="Ankauf")

    def edit(book, _cell):
        sheet = book["Maßnahmen"]
        sheet.append([found.value for found in sheet[5]])

    assert problems_of(upload(exported(client, edit), office)) == [
        ("Maßnahmen", 6, "E (Maßnahme)", "Dieselbe Maßnahme steht schon in Zeile 5.")
    ]


def test_report_accepted_since_the_export_does_not_refuse_the_file(client, office):
    measure = make_measure(title="Ankauf", phase="preparing")
    file = exported(client, lambda _b, cell: setattr(cell("Kennung"), "value", "C"))
    Measure.objects.filter(pk=measure.pk).update(phase="running", traffic_light="green")

    preview = preview_of(upload(file, office).content)

    assert (preview.problems, len(preview.changed)) == ([], 1)


@pytest.mark.parametrize(
    ("sheets", "problem"),
    [
        (
            {"Maßnahmen": [["Maßnahme", "Plan", "Federfürung"], ["A", "MPI", "HWK"]]},
            (
                "Maßnahmen",
                1,
                "C (Federfürung)",
                "Diese Spalte ist unbekannt. Gemeint ist vielleicht „Federführung“.",
            ),
        ),
        (
            {"Maßnahmen": [["Kennung", "Plan"], ["A", "MPI"]]},
            ("Maßnahmen", 1, "Maßnahme", "Diese Spalte fehlt."),
        ),
        (
            {"Maßnahmen": [["Maßnahme", "Plan", "Plan"], ["A", "MPI", "MPI"]]},
            ("Maßnahmen", 1, "C (Plan)", "Diese Spalte kommt zweimal vor."),
        ),
        (
            {
                "Maßnahmen": [["Maßnahme", "Plan"], ["A", "MPI"]],
                "Massnahmen": [["Maßnahme", "Plan"], ["B", "MPI"]],
            },
            (
                "Massnahmen",
                0,
                "",
                "Dieses Blatt kommt zweimal vor. Bitte lassen Sie nur eines stehen.",
            ),
        ),
        (
            {"Maßnahmen": [["Maßnahme"], ["A"]]},
            ("Maßnahmen", 2, "Plan", "Zu welchem Plan gehört die neue Maßnahme?"),
        ),
        (
            {"Maßnahmen": [["Maßnahme", "Plan"], ["A", "Unbekannt"]]},
            (
                "Maßnahmen",
                2,
                "B (Plan)",
                "Den Plan „Unbekannt“ gibt es nicht. Es gibt: „MPI“.",
            ),
        ),
        (
            {"Maßnahmen": [["Maßnahme", "Plan"], ["Alt", "MPI"]]},
            (
                "Maßnahmen",
                2,
                "A (Maßnahme)",
                "In diesem Plan gibt es schon eine Maßnahme mit diesem Titel. Vorhandene ändern "
                "Sie mit dem Excel-Export der Liste, in dem ihr Schlüssel steht.",
            ),
        ),
        (
            {"Maßnahmen": [["Maßnahme", "Plan"], ["A", "MPI"], ["A", "MPI"]]},
            (
                "Maßnahmen",
                3,
                "A (Maßnahme)",
                "Diesen Titel hat in diesem Plan schon Zeile 2.",
            ),
        ),
        (
            {"Maßnahmen": [["Maßnahme", "Plan", "Phase"], ["A", "MPI", "in Umsetzung"]]},
            (
                "Maßnahmen",
                2,
                "C (Phase)",
                "Das kommt aus Statusberichten und lässt sich hier nicht ändern.",
            ),
        ),
        (
            {"Maßnahmen": [["Irgendwas", "Sonstiges"], ["A", "B"]]},
            (
                "Maßnahmen",
                0,
                "",
                "Die Zeile mit den Überschriften fehlt. Nötig sind: „Maßnahme“.",
            ),
        ),
        (
            {
                "Maßnahmen": [["Maßnahme", "Plan"], ["A", "MPI"]],
                "Meilensteine": [["Maßnahme", "Meilenstein", "geplant bis"], ["B", "M", "1.1.27"]],
            },
            (
                "Meilensteine",
                2,
                "A (Maßnahme)",
                "Eine Maßnahme „B“ steht weder in der Datei noch im Portal.",
            ),
        ),
        (
            {"Maßnahmen": [["Maßnahme", "Plan"], ["A", "MPI"]], "Gliederung": SECTIONS_SHEET},
            (
                "Gliederung",
                0,
                "A (Nr.)",
                "Zur Gliederung gehört ein Blatt „Plan“ mit dem Plan, den sie gliedert.",
            ),
        ),
        (
            {
                "Plan": PLAN_SHEET,
                "Gliederung": [["Nr.", "unter Nr.", "Ebene", "Titel"], [1, 9, "Feld", "A"]],
                "Maßnahmen": [["Maßnahme"], ["A"]],
            },
            (
                "Gliederung",
                2,
                "B (unter Nr.)",
                "Über dieser Zeile steht kein Abschnitt mit der Nr. „9“.",
            ),
        ),
        (
            {
                "Plan": [PLAN_SHEET[0], ["Neu", "MPI", None, None, None, None]],
                "Maßnahmen": [["Maßnahme"], ["A"]],
            },
            (
                "Plan",
                2,
                "A (Titel)",
                "Den Plan „MPI“ gibt es schon. Maßnahmen eines vorhandenen Plans importieren Sie "
                "ohne das Blatt „Plan“.",
            ),
        ),
    ],
)
def test_what_does_not_fit_is_named(office, sheets, problem):
    make_measure(make_plan("MPI"), "Alt")

    record = upload(make_workbook(**sheets), office)

    assert problems_of(record) == [problem]
    with pytest.raises(Refused, match="zurückgewiesen"):
        apply(record, office)
    assert Measure.objects.count() == 1


def test_columns_and_sheets_that_nobody_reads_are_named(office):
    make_plan("MPI")
    file = make_workbook(
        Maßnahmen=[["Maßnahme", "Plan", "Farbe"], ["A", "MPI", "blau"]], Sonstiges=[["x"]]
    )

    assert preview_of(upload(file, office).content).notes == [
        "Blatt „Maßnahmen“: Die Spalte „Farbe“ wird nicht gelesen.",
        "Das Blatt „Sonstiges“ wird nicht gelesen.",
    ]


def test_unedited_text_is_not_refused_although_it_no_longer_fits(client, office):
    chamber = make_organisation("Alte Kammer")
    measure = make_measure(title="Ankauf")
    save(measure, office, lead=chamber)
    file = exported(client, lambda _book, cell: setattr(cell("Kennung"), "value", "C"))
    measure.refresh_from_db()
    save(measure, office, lead=None)
    Organisation.objects.filter(pk=chamber.pk).update(is_active=False)

    preview = preview_of(upload(file, office).content)

    assert preview.problems == []
    assert [field.name for change in preview.changed for field in change.changes] == ["code"]
