"""The Monitoring-Bericht: begun after closing, written by the office, made by a worker."""

import datetime as dt
from io import BytesIO

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.enums import PDF, WORD, XLSX
from core.history import save_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import MonitoringChapter, MonitoringEdition, MonitoringFile, MonitoringReport
from measures.progress import make_edition, make_file
from measures.services import close_round, record_report, request_edition, start_edition
from measures.tasks import sweep_editions
from tests.confirming import as_shown, fill_in
from tests.core.pdfs import read_pdf, structure_of, text_of
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_plan,
    make_project,
    make_round,
    make_section,
    make_target,
    make_value,
    report_values,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
SECRET = "Nur für uns: Vergabe stockt"
# A control character, markup of every format, a sign that no font has.
HARMFUL = "Halle \x02<b>&amp; #strong[x] {{ 7*7 }} \U0001f3ed =1+1"


@pytest.fixture
def office(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def closed(office):
    """A closed round after another one, with a measure that turned red, a new lighthouse, and one
    that is not published.
    """
    plan = make_plan("Plan")
    field = make_section(plan, "Flächen")
    turned = make_measure(
        plan,
        "Ankauf",
        section=field,
        lead=make_organisation("Kammer"),
        internal_notes=SECRET,
    )
    make_measure(plan, "Geheim", is_published=False, internal_notes=SECRET)
    soon = make_milestone(turned, "Vertrag", due_on=dt.date(2026, 5, 1))
    area = make_indicator(turned, "Fläche", unit="ha")
    make_target(area, "2026-12-31", "40")
    make_value(area, "2024", "12")
    earlier = make_round(plan, cut_off_on=dt.date(2025, 9, 1), due_on=dt.date(2025, 9, 30))
    record_report(measure=turned, values=report_values(), by=office, now=NOW)
    close_round(reporting_round=earlier, by=office, now=NOW)
    make_measure(plan, HARMFUL.replace("\x02", ""), is_lighthouse=True, description=SECRET)
    make_project("Werkhalle", plan=plan, is_lighthouse=True)
    soon.forecast_on, soon.forecast_reason = dt.date(2026, 6, 1), "Gutachten fehlt"
    soon.save()
    running = make_round(plan)
    red = report_values(
        traffic_light="red",
        traffic_light_reason="Mittel fehlen",
        help_wanted="Haushalt klären",
        financing="partial",
    )
    record_report(measure=turned, values=red, by=office, now=NOW)
    make_value(area, "2025", "15")
    return close_round(reporting_round=running, by=office, now=NOW)


def url_of(reporting_round, name: str = "monitoring") -> str:
    return reverse(f"measures:{name}", args=[reporting_round.pk])


def begin(client, closed) -> MonitoringReport:
    client.post(as_shown(url_of(closed, "monitoring_begin"), closed))
    return MonitoringReport.objects.get(round=closed)


def make(client, report) -> MonitoringEdition:
    client.post(as_shown(url_of(report.round, "monitoring_make"), report))
    edition = report.editions.latest("pk")
    make_edition(edition.pk, clock=lambda: NOW)
    return report.editions.get(pk=edition.pk)


@pytest.fixture
def cheap(monkeypatch):
    """Leave the content out of all files but the PDF for the public."""

    def make_some(media_type, state, chapters, *, audience, now):
        if (audience, media_type) == ("public", PDF):
            return make_file(media_type, state, chapters, audience=audience, now=now)
        return b"content"

    monkeypatch.setattr("measures.progress.monitoring.making.make_file", make_some)


def content_of(edition, audience: str, media_type: str) -> bytes:
    with edition.files.get(audience=audience, media_type=media_type).file.open("rb") as file:
        return file.read()


def publish(client, closed):
    """Publish the report despite the concerns that the page shows."""
    return fill_in(client, url_of(closed, "monitoring_publish"))


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


def test_only_the_office_reads_that_files_lack_the_latest_texts(client, closed, cheap):
    report = begin(client, closed)
    make(client, report)
    publish(client, closed)
    chapter = report.chapters.first()
    chapter.text = "Neu"
    later = timezone.now() + dt.timedelta(hours=1)
    save_as(chapter, by=None, now=later, reason="Text geändert")
    note = "Seitdem wurden Texte geändert."

    assert note in client.get(url_of(closed)).content.decode()
    for role in (SENATOR_OFFICE, OBSERVER, PARTNER):
        client.force_login(make_user(role))
        assert note not in client.get(url_of(closed)).content.decode()


def test_readers_get_what_is_published_and_only_then(client, closed, cheap):
    report = begin(client, closed)
    readers = {role: make_user(role) for role in (SENATOR_OFFICE, OBSERVER, PARTNER)}

    def statuses() -> dict[str, int]:
        found = {}
        for role, user in readers.items():
            client.force_login(user)
            found[role] = client.get(url_of(closed)).status_code
        client.force_login(report.history.first().history_user)
        return found

    assert statuses() == {SENATOR_OFFICE: 404, OBSERVER: 404, PARTNER: 404}
    refused = client.post(url_of(closed, "monitoring_publish"), follow=True).content.decode()
    assert "Erstellen Sie zuerst die Dateien." in refused
    edition = make(client, report)
    assert statuses() == {SENATOR_OFFICE: 200, OBSERVER: 404, PARTNER: 404}
    publish(client, closed)
    assert statuses() == {SENATOR_OFFICE: 200, OBSERVER: 200, PARTNER: 200}
    newer = make(client, report)

    for role, count in ((SENATOR_OFFICE, 12), (OBSERVER, 3), (PARTNER, 3)):
        assert MonitoringFile.objects.visible_to(readers[role]).count() == count
    client.force_login(readers[PARTNER])
    page = client.get(url_of(closed)).content.decode()
    assert "Text bearbeiten" not in page
    assert "alle-Massnahmen" not in page
    assert client.post(url_of(closed, "monitoring_make")).status_code == 403
    hidden = newer.files.filter(audience="inside").first()
    older = edition.files.filter(audience="public").first()
    for file in (hidden, older):
        assert client.get(file.get_absolute_url()).status_code == 404
    public = newer.files.get(audience="public", media_type=PDF)
    content = b"".join(client.get(public.get_absolute_url()).streaming_content)
    assert "Geheim" not in text_of(content)
    assert "Nur veröffentlichte Maßnahmen" in text_of(content)


def test_publishing_asks_first_about_unconfirmed_texts_and_unknown_lights(client, closed, cheap):
    report = begin(client, closed)
    make(client, report)
    for chapter in report.chapters.exclude(kind__in=("situation", "outlook")):
        chapter.is_proposed = False
        chapter.save()
    url = url_of(closed, "monitoring_publish")
    asked = client.get(url).content.decode()
    for words in (
        ">Wo stehen wir?<",
        ">Ausblick<",
        ": Der vorgeschlagene Text ist nicht bestätigt.",
        "1 veröffentlichte Maßnahme hat keine Ampel: Halle &lt;b&gt;",
        "Trotzdem veröffentlichen",
    ):
        assert words in asked, words
    assert ">Gesamtschau<" not in asked
    # Nothing can be typed here.
    assert "was Sie eingetragen haben" not in asked

    unread = client.post(url).content.decode()
    report.refresh_from_db()
    assert "Bitte sehen Sie sich erst an, was noch offen ist." in unread
    assert not report.is_published

    publish(client, closed)
    report.refresh_from_db()
    assert report.is_published


def test_publishing_asks_nothing_once_everything_is_confirmed(client, closed, cheap):
    report = begin(client, closed)
    make(client, report)
    report.chapters.update(is_proposed=False)
    closed.entries.update(traffic_light="green")

    asked = client.get(url_of(closed, "monitoring_publish")).content.decode()

    assert "Trotzdem" not in asked
    publish(client, closed)
    report.refresh_from_db()
    assert report.is_published


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
