"""Publishing a Monitoring-Bericht: what is asked before, and who reads what."""

import datetime as dt

import pytest
from django.utils import timezone

from core.enums import PDF
from core.history import save_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import MonitoringFile
from tests.confirming import hidden_fields
from tests.core.pdfs import text_of
from tests.measures.monitoring import (
    begin,
    close_with_changes,
    make,
    make_only_the_public_pdf,
    publish,
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


def test_office_is_asked_before_published_files_are_replaced(client, closed, cheap):
    report = begin(client, closed)
    make(client, report)
    publish(client, closed)
    url = url_of(closed, "monitoring_make")

    page = client.get(url_of(closed)).content.decode()
    asked = client.get(url)

    assert f'href="{url}"' in page and f'action="{url}' not in page
    assert "ersetzen sie die, die Partner und Steuerungskreis jetzt laden" in asked.content.decode()
    assert report.editions.count() == 1
    client.post(url, hidden_fields(asked))
    assert report.editions.count() == 2


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
