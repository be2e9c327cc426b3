"""`manage.py import_masterplan`."""

import io

import pytest
from django.core.management import CommandError, call_command

from core.roles import OFFICE
from measures.models import Measure, MeasureImport, Plan
from tests.measures.builders import make_plan
from tests.measures.workbooks import PLAN_SHEET, SECTIONS_SHEET, make_csv, make_workbook
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


@pytest.fixture
def plan_file(tmp_path):
    file = tmp_path / "plan.xlsx"
    content = make_workbook(
        Plan=PLAN_SHEET,
        Gliederung=SECTIONS_SHEET,
        Maßnahmen=[["Maßnahme", "Abschnitt"], ["Ankauf", 2], ["Tausch", 1]],
    )
    file.write_bytes(content.getvalue())
    return file


def run(*args) -> str:
    output = io.StringIO()
    call_command("import_masterplan", *map(str, args), stdout=output, stderr=output)
    return output.getvalue()


def test_plan_is_imported(office, plan_file):
    output = run(plan_file)

    assert output.splitlines()[:5] == [
        "plan.xlsx wird gelesen …",
        "1 neuer Plan",
        "2 neue Abschnitte",
        "2 neue Maßnahmen",
        "Wird übernommen …",
    ]
    assert (Plan.objects.get().short_title, Measure.objects.count()) == ("MPM", 2)
    assert MeasureImport.objects.get().uploaded_by == office
    assert Measure.objects.first().history.get().history_user == office


def test_dry_run_leaves_nothing(office, plan_file):
    output = run(plan_file, "--dry-run")

    assert "2 neue Maßnahmen" in output
    assert output.splitlines()[-1] == "Probelauf: Es wurde nichts übernommen."
    assert not Plan.objects.exists()
    assert not MeasureImport.objects.exists()


def test_refused_row_is_named_and_nothing_is_imported(office, tmp_path, capsys):
    make_plan("MPI")
    file = tmp_path / "liste.csv"
    rows = [["Maßnahme", "Plan", "Beginn"], ["Gut", "MPI", ""], ["Schlecht", "MPI", "gestern"]]
    file.write_bytes(make_csv(rows, encoding="cp1252").getvalue())
    errors = io.StringIO()

    with pytest.raises(CommandError, match="Zeilen sind zurückgewiesen"):
        call_command("import_masterplan", str(file), stderr=errors, stdout=io.StringIO())

    assert errors.getvalue().startswith("Blatt Maßnahmen, Zeile 3, Spalte C (Beginn): ")
    assert not Measure.objects.exists()
    assert not MeasureImport.objects.exists()


def test_account_is_named_where_there_are_several(office, plan_file):
    other = make_user(OFFICE)

    with pytest.raises(CommandError, match="--account"):
        run(plan_file)
    with pytest.raises(CommandError, match="kein aktives Konto"):
        run(plan_file, "--account", "niemand@example.org")
    run(plan_file, "--account", other.email)

    assert MeasureImport.objects.get().uploaded_by == other


def test_missing_file_is_said_plainly(office, tmp_path):
    with pytest.raises(CommandError, match="lässt sich nicht lesen"):
        run(tmp_path / "fehlt.xlsx")


def test_long_import_says_how_far_it_is(office, tmp_path):
    make_plan("MPI")
    file = tmp_path / "lang.xlsx"
    rows = [["Maßnahme", "Plan"], *([f"Fläche {number}", "MPI"] for number in range(1000))]
    file.write_bytes(make_workbook(Maßnahmen=rows).getvalue())

    lines = run(file).splitlines()

    assert lines[0] == "lang.xlsx wird gelesen …"
    assert lines[1] == "  100 von 1.000 Zeilen sind mit dem Portal verglichen."
    assert lines[10:13] == [
        "  1.000 von 1.000 Zeilen sind mit dem Portal verglichen.",
        "1.000 neue Maßnahmen",
        "Wird übernommen …",
    ]
    assert lines[-5:-1] == [
        "  250 von 1.000 Einträgen sind geschrieben.",
        "  500 von 1.000 Einträgen sind geschrieben.",
        "  750 von 1.000 Einträgen sind geschrieben.",
        "  1.000 von 1.000 Einträgen sind geschrieben.",
    ]
