"""Files of a Monitoring-Bericht outlive the publication of a measure; the office is told."""

import datetime as dt

import pytest
from django.urls import reverse

from core.history import save_as
from core.roles import OBSERVER, OFFICE
from measures.models import MonitoringChapter, MonitoringEdition, MonitoringReport
from measures.services import close_round
from tests.confirming import fill_in, press
from tests.measures.builders import NOW, make_measure, make_plan, make_round
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)
NOTE = (
    "Die Veröffentlichung ist zurückgenommen von: Halle. In den Dateien für Partner und "
    "Steuerungskreis steht das noch; bitte erstellen Sie die Dateien neu."
)


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def measure(office):
    """A published measure in the published report of a closed round."""
    plan = make_plan()
    measure = make_measure(plan, title="Halle")
    make_measure(plan, title="Nie veröffentlicht", is_published=False)
    running = make_round(plan)
    close_round(reporting_round=running, by=office, now=NOW)
    report = MonitoringReport.objects.create(round=running, is_published=True)
    MonitoringEdition.objects.create(
        report=report,
        state="made",
        requested_at=NOW,
        requested_by=office,
        touched_at=NOW,
        made_at=NOW,
    )
    return measure


def withdraw(measure, by) -> None:
    measure.is_published = False
    save_as(measure, by=by, now=LATER, reason="Bearbeitet")


def test_office_reads_which_measures_the_files_still_show(client, office, measure):
    url = MonitoringReport.objects.get().get_absolute_url()
    before = client.get(url).content.decode()

    withdraw(measure, office)

    assert "zurückgenommen von" not in before
    assert NOTE in client.get(url).content.decode()


def test_others_read_no_titles_of_withdrawn_measures(client, office, measure):
    withdraw(measure, office)
    client.force_login(make_user(OBSERVER))

    page = client.get(MonitoringReport.objects.get().get_absolute_url())

    assert page.status_code == 200
    assert "Halle" not in page.content.decode()


def test_new_files_settle_it(client, office, measure):
    withdraw(measure, office)
    MonitoringEdition.objects.update(requested_at=LATER + dt.timedelta(hours=1))

    page = client.get(MonitoringReport.objects.get().get_absolute_url())

    assert "zurückgenommen von" not in page.content.decode()


def test_withdrawing_names_the_reports_that_still_show_it(client, measure):
    typed = {"title": "Halle", "plan": measure.plan_id}
    response = fill_in(client, f"{measure.get_absolute_url()}bearbeiten/", typed)

    page = client.get(response.url).content.decode()
    report = MonitoringReport.objects.get()
    assert (
        "Im veröffentlichten Monitoring-Bericht steht sie noch, bis Sie ihn neu erstellen:" in page
    )
    assert f'<a href="{report.get_absolute_url()}">{report.round.title}</a>' in page


def test_publishing_asks_first_about_files_older_than_their_texts(client, office, measure):
    report = MonitoringReport.objects.get()
    report.is_published = False
    report.save()
    url = reverse("measures:monitoring_publish", args=[report.round_id])
    chapter = MonitoringChapter(report=report, kind="outlook", position=1, text="Alt")
    save_as(chapter, by=office, now=NOW - dt.timedelta(days=1), reason="Begonnen")
    chapter.is_proposed = False
    save_as(chapter, by=office, now=LATER, reason="Vorschlag bestätigt")
    concern = (
        "Sie sind vom 18.03.2026, 10:00 Uhr, danach wurden Texte geändert. Veröffentlicht würde "
        "der alte Wortlaut."
    )
    before = client.get(url).content.decode()

    chapter.text = "Neu"
    save_as(chapter, by=office, now=LATER, reason="Text geändert")

    assert (concern in before, concern in client.get(url).content.decode()) == (False, True)
    client.post(url)
    report.refresh_from_db()
    assert not report.is_published
    fill_in(client, url)
    report.refresh_from_db()
    assert report.is_published


def test_files_made_since_the_page_was_opened_are_seen_before_they_are_published(
    client, office, measure
):
    report = MonitoringReport.objects.get()
    report.is_published = False
    report.save()
    url = reverse("measures:monitoring_publish", args=[report.round_id])
    opened_before = client.get(url)
    days = {"requested_at": LATER, "touched_at": LATER, "made_at": LATER}
    MonitoringEdition.objects.create(report=report, state="made", requested_by=office, **days)

    late = press(client, opened_before)

    report.refresh_from_db()
    assert not report.is_published
    assert "neueste Fassung (vom 18.03.2026, 10:00 Uhr)" in opened_before.content.decode()
    page = late.content.decode()
    assert "Bitte sehen Sie sich den jetzigen Stand an, und entscheiden Sie dann." in page
    assert "neueste Fassung (vom 19.03.2026, 10:00 Uhr)" in page
    press(client, late)
    report.refresh_from_db()
    assert report.is_published
