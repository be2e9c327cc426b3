"""The office works through submitted reports."""

import datetime as dt
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from measures.models import StatusReport
from measures.models.reports import OfficialLight
from measures.progress import entry_sheet
from measures.progress.monitoring.annex import measure_facts
from measures.queries import measure_history
from measures.services import (
    accept_report,
    accept_reports,
    close_round,
    complete_report,
    submit_report,
)
from outbox.models import Mail
from tests.confirming import fill_in, hidden_fields, press
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_plan,
    make_report,
    make_round,
    make_target,
    make_value,
    report_values,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(client):
    user = make_user(OFFICE, email="office@example.org")
    client.force_login(user)
    return user


@pytest.fixture
def lead():
    return make_user(PARTNER, email="lead@example.org")


@pytest.fixture
def reports(lead):
    plan = make_plan()
    return [
        submit_report(
            measure=make_measure(plan, title, lead_id=lead.organisation_id),
            values=report_values(),
            by=lead,
            now=NOW + dt.timedelta(minutes=number),
        )
        for number, title in enumerate(("Ankauf", "Bestand", "Campus"))
    ]


RED = OfficialLight("red", "Fläche ist weg", "Bezirk entscheidet")


def test_other_light_becomes_official_and_the_reported_one_stays(client, office, reports):
    seen = urlencode({"eingereicht": reports[0].submission})
    url = f"{reverse('measures:report_accept_light', args=[reports[0].pk])}?{seen}"

    shown = fill_in(client, url, RED._asdict())
    done = client.post(url, hidden_fields(shown), follow=True)

    report, measure = reports[0], reports[0].measure
    report.refresh_from_db()
    measure.refresh_from_db()
    assert (report.state, report.traffic_light) == (ReportState.ACCEPTED, "green")
    assert (measure.traffic_light, measure.traffic_light_reason, measure.help_wanted) == (
        "red",
        "Fläche ist weg",
        "Bezirk entscheidet",
    )
    # The decision leads to the report that waits longest now.
    assert done.request["PATH_INFO"] == reports[1].get_absolute_url()
    assert "Ampel der Federführung" in client.get(measure.get_absolute_url()).content.decode()
    page = client.get(report.get_absolute_url()).content.decode()
    assert ("Amtliche Ampel" in page, "Fläche ist weg" in page) == (True, True)


def test_light_of_the_lead_stands_beside_the_official_one_everywhere(client, office, reports):
    plan, other = reports[0].measure.plan, "Federführung: grün"
    running = make_round(plan)
    accept_report(report=reports[0], official=RED, by=office, now=NOW)
    accept_report(report=reports[1], by=office, now=NOW)
    StatusReport.objects.update(round=running)

    for address in (f"/massnahmen/?plan={plan.pk}", plan.get_absolute_url()):
        assert client.get(address).content.decode().count(other) == 1, address
    close_round(reporting_round=running, by=office, now=NOW)
    assert client.get(running.get_absolute_url()).content.decode().count(other) == 1
    entry = running.entries.get(measure=reports[0].measure)
    assert (entry.traffic_light, entry.lead_light) == ("red", "green")
    assert ("Ampel der Federführung", "✓ grün") in measure_facts(entry)
    sheet = entry_sheet(running, running.entries.order_by("title"))
    column = sheet.header.index("Ampel der Federführung, wo anders")
    assert [cells[column] for cells in sheet.rows] == ["grün", "", ""]


def test_lead_is_told_of_another_light_and_why(office, reports):
    accept_report(report=reports[0], official=RED, by=office, now=NOW)

    (mail,) = Mail.objects.filter(kind="report_accepted_otherwise")
    assert "rot" in mail.subject
    assert "Fläche ist weg" in mail.text


@pytest.mark.parametrize(
    "official",
    [
        OfficialLight("green", "Grund"),
        OfficialLight("yellow", " "),
        OfficialLight("red", "Grund"),
    ],
)
def test_other_light_must_differ_and_be_explained(office, reports, official):
    report = reports[0]

    with pytest.raises(Refused), nothing_changes(report, report.measure):
        accept_report(report=report, official=official, by=office, now=NOW)


def test_help_belongs_to_red_only(office, reports):
    official = OfficialLight("yellow", "Grund", "Hilfe")

    report = accept_report(report=reports[0], official=official, by=office, now=NOW)

    assert (report.official_light, report.official_help) == ("yellow", "")


def test_office_completes_a_report_and_the_history_keeps_both(client, office, lead, reports):
    report = reports[0]
    url = reverse("measures:report_complete", args=[report.pk])
    typed = report_values(summary="Ergänzt.") | {"as_of_on": "01.03.2026"}

    press(client, fill_in(client, url, typed))

    report.refresh_from_db()
    assert (report.state, report.summary, report.is_completed) == ("accepted", "Ergänzt.", True)
    assert report.reported_by == lead
    summaries = report.history.order_by("history_id").values_list("summary", flat=True)
    assert list(summaries) == ["Es geht voran.", "Ergänzt."]
    page = client.get(report.get_absolute_url()).content.decode()
    assert "von der Geschäftsstelle ergänzt" in page
    measure_page = client.get(report.measure.get_absolute_url()).content.decode()
    assert [text in measure_page for text in ("Ergänzt.", "Es geht voran.")] == [True, True]
    assert Mail.objects.filter(kind="report_completed", recipient=lead.email).count() == 1


@pytest.mark.parametrize("role", [OFFICE, "lead", OBSERVER])
def test_verlauf_says_what_the_office_changed_when_it_completed_a_report(
    client, office, lead, reports, role
):
    report = reports[0]
    milestone, indicator = make_milestone(report.measure), make_indicator(report.measure, "Plätze")
    url = reverse("measures:report_complete", args=[report.pk])
    typed = report_values(phase="preparing", financing="open", summary="Ergänzt.")
    typed |= {"as_of_on": "02.03.2026", f"s{milestone.pk}-forecast_on": "01.06.2026"}
    typed |= {f"i{indicator.pk}-period": "2025", f"i{indicator.pk}-value": "7"}
    press(client, fill_in(client, url, typed))
    reader = {"lead": lead, OFFICE: office}.get(role) or make_user(role)

    visible = StatusReport.objects.visible_to(reader)
    entries = measure_history(report.measure, visible, reader)

    (entry,) = [entry for entry in entries if entry.what == "Bericht ergänzt und angenommen"]
    told = [
        ("Ergänzung bei „Stand vom“", "01.03.2026", "02.03.2026"),
        ("Ergänzung bei „Phase“", "in Umsetzung", "in Vorbereitung"),
        ("Ergänzung bei „Finanzierung“", "gesichert", "ungeklärt"),
        ("Ergänzung bei „Sachstand“", "Es geht voran.", "Ergänzt."),
        ("Ergänzung bei „Konzept liegt vor“", "nicht gemeldet", "01.06.2026"),
        ("Ergänzung bei „Plätze“", "nicht gemeldet", "2025: 7 Plätze"),
    ]
    assert list(entry.texts) == ([] if role == OBSERVER else told)
    # Who does not learn what was changed reads what holds.
    assert ("Ergänzt." in entry.note) == (role == OBSERVER)


def test_what_acceptance_makes_unknown_is_said_wherever_the_office_decides(
    client, office, lead, reports
):
    report = reports[0]
    report.measure.financing, report.measure.traffic_light = "secured", "green"
    report.measure.save()
    report.financing, report.traffic_light = "", "green"
    report.save()

    page = client.get(report.get_absolute_url()).content.decode()
    form = client.get(reverse("measures:report_complete", args=[report.pk])).content.decode()
    queue = client.get(reverse("measures:reviews")).content.decode()

    assert (
        "Im Bericht ohne Angabe, bisher aber bekannt: Finanzierung (gesichert). Nehmen Sie ihn so "
        "an, gilt das als nicht belegt; mit „Ergänzen und annehmen“ tragen Sie es nach."
    ) in page
    assert "Ohne Angabe, bisher aber bekannt: Finanzierung (gesichert)." in form
    assert queue.count("ohne Angabe, bisher: Finanzierung (gesichert)") == 1
    client.force_login(lead)
    assert "bisher aber bekannt" not in client.get(report.get_absolute_url()).content.decode()


def test_earlier_report_makes_nothing_unknown(client, office, reports):
    report = reports[0]
    report.measure.financing, report.measure.status_on = "secured", dt.date(2026, 3, 2)
    report.measure.save()
    report.financing = ""
    report.save()

    page = client.get(report.get_absolute_url()).content.decode()

    assert "bisher aber bekannt" not in page


def test_report_is_not_completed_over_a_newer_version(office, reports):
    with pytest.raises(ChangedMeanwhile), nothing_changes(reports[0]):
        complete_report(
            report=reports[0], values=report_values(), version="alt", by=office, now=NOW
        )


def test_ticked_reports_are_accepted_at_once_with_one_preview(client, office, lead, reports):
    url = reverse("measures:reports_accept")
    query = f"?bericht={reports[0].pk}&bericht={reports[2].pk}&zurueck=//example.com"
    milestone = make_milestone(reports[0].measure)
    reports[0].forecasts.create(milestone=milestone, forecast_on=milestone.due_on)

    asked = client.get(f"{url}{query}")
    assert "2 Berichte werden angenommen" in asked.content.decode()
    assert "example.com" not in asked.content.decode()
    assert f"{reports[0].measure}, dazu übernommen: 1 Termin" in asked.context["details"]
    assert "1 Termin</span>" in client.get(reverse("measures:reviews")).content.decode()
    client.post(f"{url}{query}", hidden_fields(asked))

    states = [type(report).objects.get(pk=report.pk).state for report in reports]
    assert states == ["accepted", "submitted", "accepted"]
    assert Mail.objects.filter(kind="report_accepted", recipient=lead.email).count() == 2


def test_several_are_accepted_all_or_none(office, lead, reports):
    accept_report(report=reports[2], by=office, now=NOW)

    with pytest.raises(Refused), nothing_changes(reports[0], reports[0].measure):
        accept_reports(reports=reports, shown={}, by=office, now=NOW)


def test_nothing_ticked_leads_back_with_a_hint(client, office):
    response = client.get(reverse("measures:reports_accept"), follow=True)

    assert "Bitte kreuzen Sie an" in response.content.decode()


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
def test_only_the_office_reviews(client, reports, role):
    user = make_user(role)
    client.force_login(user)

    for name in ("reviews", "reports_accept"):
        assert client.get(reverse(f"measures:{name}")).status_code == 403
    for name in ("report_accept_light", "report_complete"):
        url = reverse(f"measures:{name}", args=[reports[0].pk])
        assert client.get(url).status_code in (403, 404)
    with pytest.raises(NotAllowed), nothing_changes(reports[0]):
        complete_report(report=reports[0], values=report_values(), version="", by=user, now=NOW)


def test_queue_shows_the_proposed_light_with_its_reasons(client, office, reports):
    make_milestone(reports[0].measure, due_on=dt.date(2026, 3, 1))

    lines = client.get(reverse("measures:reviews")).context["lines"]

    assert [line.title for line in lines] == ["Ankauf", "Bestand", "Campus"]
    assert "Meilenstein überfällig seit 01.03.2026" in lines[0].proposed
    assert "überfällig" not in lines[1].proposed
    page = client.get(reports[0].get_absolute_url()).content.decode()
    assert "Meilenstein überfällig seit 01.03.2026" in page


def test_proposed_light_counts_what_the_report_says(client, office, lead):
    measure = make_measure(lead_id=lead.organisation_id)
    moved, met = (make_milestone(measure, title) for title in ("Konzept", "Bau"))
    type(met).objects.filter(measure=measure).update(due_on=dt.date(2026, 3, 2))
    indicator = make_indicator(measure, "Plätze")
    make_value(indicator, "2024", "100")
    make_target(indicator, "2024-12-31", "100")
    report = make_report(measure)
    report.forecasts.create(milestone=moved, forecast_on=dt.date(2026, 6, 1), forecast_reason="-")
    days = {"starts_on": dt.date(2025, 1, 1), "ends_on": dt.date(2025, 12, 31)}
    report.reported_values.create(indicator=indicator, value=90, **days)

    (line,) = client.get(reverse("measures:reviews")).context["lines"]
    page = client.get(report.get_absolute_url()).context["proposal"]

    assert "Meilenstein überfällig seit 02.03.2026: Bau" in line.proposed
    assert "Meilenstein erst am 01.06.2026 statt am 02.03.2026: Konzept" in line.proposed
    assert "unter dem Zielpfad: 90 Plätze am 31.12.2025" in line.proposed
    assert page == line.proposed


def test_only_the_office_sees_the_proposal_of_a_measure(client, office, lead):
    measure = make_measure(lead_id=lead.organisation_id, phase="running")
    for number in (1, 2):
        running = make_round(measure.plan, cut_off_on=dt.date(2026, number, 1))
        close_round(reporting_round=running, by=office, now=NOW)
    url, reason = measure.get_absolute_url(), "Seit 2 Berichtsrunden keine Meldung"

    assert reason in client.get(url).content.decode()
    client.force_login(lead)
    assert reason not in client.get(url).content.decode()


def test_queue_needs_the_same_queries_for_1_and_30_reports(client, office, lead):
    def grow(count):
        for _number in range(count):
            measure = make_measure(lead_id=lead.organisation_id)
            make_milestone(measure)
            indicator = make_indicator(measure, "Plätze")
            make_value(indicator, "2025", "90")
            make_target(indicator, "2025-12-31", "100")
            make_report(measure)

    url = reverse("measures:reviews")
    grow(1)
    client.get(url)
    with CaptureQueriesContext(connection) as once:
        client.get(url)
    grow(29)
    with CaptureQueriesContext(connection) as many:
        page = client.get(url).content.decode()

    assert len(many) == len(once) <= 20
    reason = (
        "Indikator „Plätze“ unter dem Zielpfad: 90 Plätze am 31.12.2025; nach dem Zielpfad "
        "mindestens 100 Plätze."
    )
    assert reason in page
