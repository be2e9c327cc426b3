"""The pages of an import: upload, preview, choices, confirmation, undoing, the example."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Measure, MeasureImport, Plan
from measures.progress import work_on_import
from measures.queries.imports import preview_of
from tests.measures.builders import make_measure, make_plan
from tests.measures.workbooks import exported, make_workbook, save
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
IMPORTS = "/massnahmen/import/"


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def send(client, file: io.BytesIO, name: str = "liste.xlsx"):
    """Upload `file` and let a worker read it."""
    answer = client.post(IMPORTS, {"file": SimpleUploadedFile(name, file.getvalue())})
    work()
    return answer


def confirm(client, record: MeasureImport, **choices):
    """Confirm what the page shows now and let a worker apply it."""
    record.refresh_from_db()
    answer = client.post(record.get_absolute_url(), {"version": record.version, **choices})
    work()
    return answer


def work() -> None:
    for record in MeasureImport.objects.being_worked_on():
        work_on_import(record.pk, clock=timezone.now)


def new_measures(*titles: str) -> io.BytesIO:
    return make_workbook(Maßnahmen=[["Maßnahme", "Plan"], *([title, "MPI"] for title in titles)])


def test_file_is_looked_at_applied_and_undone(client, office):
    make_plan("MPI")

    answer = send(client, new_measures("Ankauf", "Tausch"))
    record = MeasureImport.objects.get()
    page = client.get(answer["Location"]).content.decode()

    assert answer["Location"] == record.get_absolute_url()
    assert "2 neue Maßnahmen" in page
    assert not Measure.objects.exists()

    done = confirm(client, record)
    page = client.get(done["Location"]).content.decode()
    assert "Import rückgängig machen" in page
    assert Measure.objects.count() == 2
    first = Measure.objects.get(title="Ankauf")
    assert f'<a href="{first.get_absolute_url()}">Ankauf</a>' in page

    undo = f"{record.get_absolute_url()}rueckgaengig/"
    assert "<li>Ankauf (neu)</li>" in client.get(undo).content.decode()
    assert (
        "Soll der Import „liste.xlsx“ rückgängig gemacht werden?"
        in client.get(undo).content.decode()
    )
    client.post(undo)
    work()
    assert not Measure.objects.exists()
    assert "rückgängig gemacht" in client.get(IMPORTS).content.decode()


def test_question_before_undoing_names_the_first_ten(client, office):
    make_plan("MPI")
    send(client, new_measures(*(f"Fläche {number}" for number in range(10, 22))))
    record = MeasureImport.objects.get()
    confirm(client, record)

    page = client.get(f"{record.get_absolute_url()}rueckgaengig/").content.decode()

    assert page.count("(neu)</li>") == 10
    assert "Gezeigt sind die ersten 10 von 12." in page


def test_preview_names_new_milestones_indicators_and_values(client, office):
    file = make_workbook(
        Maßnahmen=[["Maßnahme", "Plan"], ["Ankauf", "MPI"]],
        Meilensteine=[["Maßnahme", "Meilenstein", "geplant bis"], ["Ankauf", "Start", "1.3.2027"]],
        Indikatoren=[
            ["Maßnahme", "Indikator", "Einheit", "Ausgangswert", "Ausgangswert vom", "Ziele"],
            ["Ankauf", "Fläche", "ha", "1,5", "31.12.2024", "31.12.2030: 12"],
        ],
        Werte=[
            ["Maßnahme", "Indikator", "Zeitraum", "Wert", "Bemerkung"],
            ["Ankauf", "Fläche", "2025", "2,55", "geschätzt"],
        ],
    )
    make_plan("MPI")
    upload_page = client.get(reverse("measures:imports")).content.decode()
    send(client, file)

    page = client.get(MeasureImport.objects.get().get_absolute_url())

    assert "Meilensteine, Indikatoren und Werte kommen durch einen Import nur neu hinzu." in (
        upload_page
    )
    assert (
        "Vorhandene Meilensteine, Indikatoren und Werte bleiben, wie sie sind; hinzu kommen nur "
        "neue." in page.content.decode()
    )
    assert [[part["title"], part["rows"]] for part in page.context["shown"]["parts"]] == [
        [
            "Neue Meilensteine",
            [
                [
                    "Start",
                    2,
                    [
                        ["Maßnahme", "Ankauf"],
                        ["geplant bis", "01.03.2027"],
                        ["verantwortlich", ""],
                    ],
                ]
            ],
        ],
        [
            "Neue Indikatoren",
            [
                [
                    "Fläche",
                    2,
                    [
                        ["Maßnahme", "Ankauf"],
                        ["Einheit", "ha"],
                        ["Ausgangswert", "1,5 ha (31.12.2024)"],
                        ["Ziele", "31.12.2030: 12,0 ha"],
                    ],
                ]
            ],
        ],
        [
            "Neue Werte",
            [
                [
                    "Fläche",
                    2,
                    [
                        ["Maßnahme", "Ankauf"],
                        ["Zeitraum", "2025"],
                        ["Wert", "2,6 ha (gerundet angezeigt, genau 2,55)"],
                        ["Bemerkung", "geschätzt"],
                    ],
                ]
            ],
        ],
    ]
    for text in ("Neue Meilensteine", "31.12.2030: 12,0 ha", "geschätzt"):
        assert text in page.content.decode()


def test_preview_shows_refused_milestones_indicators_and_values(client, office):
    file = make_workbook(
        Maßnahmen=[["Maßnahme", "Plan"], ["Ankauf", "MPI"]],
        Meilensteine=[["Maßnahme", "Meilenstein", "geplant bis"], ["Ankauf", None, "bald"]],
        Indikatoren=[
            ["Maßnahme", "Indikator", "Einheit", "Ausgangswert", "Ausgangswert vom", "Ziele"],
            ["Ankauf", "Fläche", None, "1,5", "31.12.2024", "31.12.2030: 12"],
        ],
        Werte=[["Maßnahme", "Indikator", "Zeitraum", "Wert"], ["Ankauf", "Fläche", "2025", "viel"]],
    )
    make_plan("MPI")
    send(client, file)

    page = client.get(MeasureImport.objects.get().get_absolute_url()).content.decode()

    for place in ("B (Meilenstein)", "C (geplant bis)", "C (Einheit)", "D (Wert)"):
        assert place in page
    assert "None" not in page


def test_double_click_applies_once(client, office):
    make_plan("MPI")
    send(client, new_measures("Ankauf"))
    record = MeasureImport.objects.get()
    version = record.version
    values = {"version": version, "form_token": "einmal"}

    answers = [client.post(record.get_absolute_url(), values) for _time in range(2)]
    work()
    late = client.post(record.get_absolute_url(), {"version": version}, follow=True)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert "Das ist im Stand „übernommen“ nicht möglich." in late.content.decode()
    assert Measure.objects.count() == 1


def test_conflict_shows_both_values_and_needs_a_choice(client, office):
    measure = make_measure(title="Ankauf", code="A")
    save(measure, office, code="B")
    file = exported(client, lambda _book, cell: setattr(cell("Kennung"), "value", "C"))
    measure.refresh_from_db()
    save(measure, office, code="D")
    send(client, file)
    record = MeasureImport.objects.get()

    page = client.get(record.get_absolute_url()).content.decode()
    undecided = confirm(client, record).content.decode()
    confirm(client, record, **{f"{measure.pk}-code": "file"})

    assert "im Portal: D" in page
    assert "in der Datei: C" in page
    assert "Bitte wählen Sie, welche Angabe gilt." in undecided
    measure.refresh_from_db()
    assert measure.code == "C"


def test_preview_that_is_out_of_date_is_shown_again_with_the_choices(client, office):
    make_measure(make_plan("MPI"), "Alt", code="A")
    send(client, exported(client, lambda _book, cell: setattr(cell("Kennung"), "value", "C")))
    record = MeasureImport.objects.get()

    page = client.post(record.get_absolute_url(), {"version": "früher"}).content.decode()

    assert "Inzwischen hat jemand etwas geändert" in page
    assert record.version in page
    assert Measure.objects.get().code == "A"


def test_refused_rows_are_listed_and_nothing_can_be_applied(client, office):
    make_plan("MPI")
    send(client, new_measures("Ankauf", "Ankauf"))
    record = MeasureImport.objects.get()

    page = client.get(record.get_absolute_url()).content.decode()
    answer = confirm(client, record)

    assert "A (Maßnahme)" in page
    assert "Diesen Titel hat in diesem Plan schon Zeile 2." in page
    assert "Übernehmen</span>" not in page
    assert "Solange Zeilen zurückgewiesen sind, wird nichts übernommen." in answer.content.decode()
    assert not Measure.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7", "Das ist eine PDF-Datei."),
        (b"", "Die Datei ist leer."),
        (b"PK\x03\x04...", "Die Datei ist beschädigt"),
    ],
)
def test_wrong_file_is_refused_at_its_field(client, office, content, sentence):
    answer = send(client, io.BytesIO(content))

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not MeasureImport.objects.exists()


def test_file_that_is_too_large_is_refused(client, office, settings):
    settings.ATTACHMENT_MAX_MB = 0

    assert "Die Datei ist größer als 0 MB." in send(client, new_measures()).content.decode()


def test_discarded_file_is_forgotten(client, office):
    make_plan("MPI")
    send(client, new_measures("Ankauf"))
    record = MeasureImport.objects.get()

    client.post(f"{record.get_absolute_url()}verwerfen/")

    record.refresh_from_db()
    assert (record.state, record.content) == ("discarded", {})
    assert client.get(record.get_absolute_url()).status_code == 200


def test_example_can_be_imported(client, office):
    file = io.BytesIO(client.get(f"{IMPORTS}beispiel.xlsx").content)
    send(client, file)
    record = MeasureImport.objects.get()
    preview = preview_of(record.content)

    confirm(client, record)

    assert (preview.problems, preview.notes) == ([], [])
    assert Plan.objects.get().short_title == "MPI Musterstadt 2027–2031"
    record.refresh_from_db()
    assert record.counts == {
        "plans": 1,
        "sections": 5,
        "created": 3,
        "changed": 0,
        "unchanged": 0,
        "milestones": 3,
        "indicators": 1,
        "unchanged_indicators": 0,
        "values": 1,
        "unchanged_values": 0,
    }


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
def test_pages_are_for_the_office_only(client, role):
    office = make_user(OFFICE)
    client.force_login(office)
    make_plan("MPI")
    send(client, new_measures("Ankauf"))
    record = MeasureImport.objects.get()
    address = record.get_absolute_url()
    client.force_login(make_user(role))

    answers = [
        client.get(IMPORTS),
        send(client, new_measures("Tausch")),
        client.get(f"{IMPORTS}beispiel.xlsx"),
        client.get(address),
        confirm(client, record),
        client.post(f"{address}verwerfen/"),
        client.get(f"{address}rueckgaengig/"),
        client.post(f"{address}rueckgaengig/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 8
    record.refresh_from_db()
    assert (MeasureImport.objects.count(), record.state) == (1, "prepared")
    assert not Measure.objects.exists()
    assert "Importieren" not in client.get("/massnahmen/").content.decode()


def test_preview_costs_the_same_for_any_number_of_rows(client, office):
    plan = make_plan("MPI")
    counts = []
    for number in (1, 30):
        for index in range(number):
            make_measure(plan, f"{number}-{index}", code="A")

        def edit(book, cell):
            for row in range(Measure.objects.count()):
                cell("Kennung", row).value = "B"

        send(client, exported(client, edit))
        record = MeasureImport.objects.latest("pk")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(record.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[1] <= 15


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
def test_history_tells_others_neither_of_notes_nor_of_the_file(client, office, role):
    measure = make_measure(title="Ankauf")

    def edit(_book, cell):
        cell("interner Vermerk").value = "Vertraulich"
        cell("Laufzeit").value = "bis 2030"

    send(client, exported(client, edit), "heikel.xlsx")
    confirm(client, MeasureImport.objects.get())
    own = client.get(measure.get_absolute_url()).content.decode()
    client.force_login(make_user(role))
    other = client.get(measure.get_absolute_url()).content.decode()

    assert "interner Vermerk, Laufzeit" in own
    assert "Laufzeit" in other
    for secret in ("interner Vermerk", "Vertraulich", "heikel"):
        assert secret not in other
