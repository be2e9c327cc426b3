"""The Monitoring-Bericht: begun after closing, written by the office, made by a worker."""

import datetime as dt
from io import BytesIO

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.enums import PDF, WORD, XLSX
from core.roles import OFFICE
from measures.models import MonitoringChapter, MonitoringEdition, MonitoringReport
from measures.services import request_edition, start_edition
from measures.tasks import sweep_editions
from tests.confirming import as_shown
from tests.core.pdfs import read_pdf, structure_of, text_of
from tests.measures.builders import (
    make_measure,
    make_milestone,
    make_plan,
    make_round,
)
from tests.measures.monitoring import (
    HARMFUL,
    begin,
    close_with_changes,
    make,
    make_only_the_public_pdf,
    url_of,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def closed(office):
    return close_with_changes(office)


@pytest.fixture
def cheap(monkeypatch):
    make_only_the_public_pdf(monkeypatch)


def content_of(edition, audience: str, media_type: str) -> bytes:
    with edition.files.get(audience=audience, media_type=media_type).file.open("rb") as file:
        return file.read()


def test_begins_after_closing_with_sentences_from_the_numbers(client, closed):
    page = client.get(url_of(make_round(closed.plan))).content.decode()
    assert "Diese Runde ist noch nicht abgeschlossen" in page
    assert "Monitoring-Bericht beginnen" not in page
    running = make_round(make_plan())
    begin_early = as_shown(url_of(running, "monitoring_begin"), running)
    assert client.post(begin_early).status_code == 302
    assert not MonitoringReport.objects.exists()

    report = begin(client, closed)

    assert list(report.chapters.values_list("heading", "text")) == [
        (
            "Wo stehen wir?",
            "Am Stichtag 01.03.2026 zählt der Plan 3 Maßnahmen. Mit Meldung: 1, gefragt, aber ohne "
            "Meldung: 0, nicht gefragt: 2.",
        ),
        (
            "Gesamtschau",
            "Phasen: 1 in Umsetzung, 2 nicht belegt. Ampeln: 1 rot, 2 nicht belegt. Gegenüber der "
            f"„{closed.plan.rounds.earliest('cut_off_on')}“: Auf Rot: 1, Neu im Plan: 1, "
            "Andere Finanzierung: 1, Verschobene Termine: 1, Neue Werte und Ziele von "
            "Indikatoren: 1.",
        ),
        ("Flächen", "1 Maßnahme. Phasen: 1 in Umsetzung. Ampeln: 1 rot."),
        ("Ohne Platz im Plan", "2 Maßnahmen. Phasen: 2 nicht belegt. Ampeln: 2 nicht belegt."),
        ("Leuchtturmprojekte", "2 Vorhaben sind als Leuchtturmprojekt gekennzeichnet."),
        ("Förderung und Finanzierung", "Finanzierung: 1 teilweise, 2 nicht belegt."),
        ("Ausblick", "Bis zum 01.09.2026 steht 1 Meilenstein an."),
    ]
    again = client.post(
        as_shown(url_of(closed, "monitoring_begin"), closed), follow=True
    ).content.decode()
    assert "Der Monitoring-Bericht ist schon begonnen." in again
    assert MonitoringChapter.objects.count() == 7


def test_text_is_changed_in_the_version_shown_and_a_proposal_confirmed(client, closed):
    chapter = begin(client, closed).chapters.first()
    url = reverse("measures:chapter_edit", args=[chapter.pk])
    form = client.get(url).context["form"]
    shown = {"version": form["version"].value(), "text": form["text"].value()}

    client.post(url, shown)
    chapter.refresh_from_db()
    assert not chapter.is_proposed
    client.post(url, shown | {"text": "Unser Text."})
    late = client.post(url, shown | {"text": "Zu spät."}).content.decode()

    chapter.refresh_from_db()
    assert chapter.text == "Unser Text."
    assert "Zu spät." in late
    assert "Beide Fassungen stehen auf dieser Seite" in late
    reasons = chapter.history.order_by("history_id").values_list("history_change_reason", flat=True)
    assert list(reasons) == [
        "Text aus den Zahlen vorgeschlagen",
        "Vorschlag bestätigt",
        "Text geändert",
    ]


def test_files_say_the_same_in_three_formats_without_internal_notes(client, closed):
    report = begin(client, closed)
    report.chapters.filter(kind="situation").update(text=f"Vorwort {HARMFUL}\n\nZweiter Absatz")
    edition = make(client, report)
    assert (edition.state, edition.files.count()) == ("made", 6)

    pdf = content_of(edition, "inside", PDF)
    text = text_of(pdf).replace("\n", " ")
    word = docx.Document(BytesIO(content_of(edition, "inside", WORD)))
    cells = [cell.text for table in word.tables for line in table.rows for cell in line.cells]
    lines = [paragraph.text for paragraph in word.paragraphs]
    book = load_workbook(BytesIO(content_of(edition, "inside", XLSX)))

    tags = structure_of(pdf)
    assert read_pdf(pdf).trailer["/Root"]["/Lang"] == "de-DE"
    assert read_pdf(pdf).metadata.title == "Monitoring-Bericht zum 01.03.2026"
    assert {"Title", "H1", "H2", "H3", "Table", "TH"} <= set(tags)
    assert tags.count("H1") == 8
    for words in ("Mittel fehlen", "Haushalt klären", "Gutachten fehlt", "#strong[x]", "Werkhalle"):
        assert words in text, words
    assert word.core_properties.language == "de-DE"
    assert [
        line.style.name for line in word.paragraphs if line.text == "Anlage: Alle Maßnahmen"
    ] == ["Contents", "Heading 1"]
    assert all(table._tbl.xpath("./w:tr[1]//w:tblHeader") for table in word.tables)
    assert "Vorwort Halle <b>&amp; #strong[x] {{ 7*7 }} \U0001f3ed =1+1" in lines
    assert "Zweiter Absatz" in lines
    assert {"✗ rot: Mittel fehlen", "nicht gefragt", "+1", "01.06.2026"} <= set(cells)
    assert {"2025: 15 ha, vor dem ersten Ziel", "40 ha bis 31.12.2026", "teilweise"} <= set(cells)
    assert book.sheetnames == [
        "Gesamtschau",
        "Kennzahlen",
        "Unterschied",
        "Texte",
        "Flächen",
        "Ohne Platz im Plan",
        "Leuchttürme",
        "Anlage",
        "Indikatoren",
    ]
    assert [
        list(cells) for cells in book["Indikatoren"].iter_rows(min_row=5, values_only=True)
    ] == [
        [
            "Ankauf",
            "Fläche",
            "ha",
            12,
            "2025",
            15,
            None,
            "vor dem ersten Ziel",
            40,
            dt.datetime(2026, 12, 31),
            None,
            None,
        ]
    ]
    assert [cell.value for cell in book["Gesamtschau"][7]][:5] == ["Alle", 3, 1, 0, 2]
    everything = f"{text} {cells} {lines} {[list(sheet.values) for sheet in book]}"
    assert "Vergabe stockt" not in everything
    assert "Geheim" in everything


def test_page_tells_how_far_the_files_are_and_dead_workers_are_made_up_for(
    client, closed, office, cheap, monkeypatch
):
    report = begin(client, closed)
    now = dt.datetime.now(dt.UTC)
    edition = request_edition(report=report, by=office, now=now)
    make_again = as_shown(url_of(closed, "monitoring_make"), report)
    busy = client.post(make_again, follow=True).content.decode()
    assert "Die Dateien werden gerade erstellt." in busy
    assert "Die Dateien werden gleich erstellt." in busy
    assert report.editions.count() == 1

    assert start_edition(pk=edition.pk, now=now)
    # The message came twice.
    assert start_edition(pk=edition.pk, now=now) is None
    fragment = client.get(url_of(closed), headers={"HX-Request": "true"}).content.decode()
    assert "Datei 1 von 6 wird erstellt: PDF, alle Maßnahmen." in fragment
    assert 'hx-trigger="load delay:2s"' in fragment
    assert "<html" not in fragment

    MonitoringEdition.objects.filter(pk=edition.pk).update(touched_at=now - dt.timedelta(minutes=4))
    assert "noch einmal erstellen" in client.get(url_of(closed)).content.decode()
    sweep_editions()
    edition.refresh_from_db()
    assert (edition.state, edition.files.count()) == ("made", 6)

    def fail(*args, **kwargs):
        raise ValueError("broken")

    monkeypatch.setattr("measures.progress.monitoring.making.make_file", fail)
    assert make(client, report).state == "failed"
    page = client.get(url_of(closed)).content.decode()
    assert "wurden nicht fertig" in page
    assert page.count(" download>") == 6


def test_page_needs_the_same_queries_for_3_and_30_measures(client, closed):
    begin(client, closed)

    def costs(shown) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(url_of(shown))
        return len(queries)

    few = costs(closed)
    for number in range(27):
        make_milestone(make_measure(closed.plan, f"Weitere {number}"))
    running = make_round(closed.plan, cut_off_on=dt.date(2026, 3, 15))
    client.post(url_of(running, "round_close"))
    begin(client, running)
    assert costs(running) == few
