import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from measures.enums import ReportState
from measures.models import StatusReport
from outbox.models import Mail
from tests.confirming import fill_in, hidden_fields, press
from tests.measures.builders import (
    make_measure,
    make_plan,
    make_report,
    make_round,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def version_on(client, url) -> str:
    return re.search(r'name="version" value="(\w+)"', client.get(url).content.decode())[1]


def decide_url(name: str, report: StatusReport) -> str:
    """Return the address of a button that decides on `report` as its page shows it."""
    seen = urlencode({"eingereicht": report.submission})
    return f"{reverse(f'measures:{name}', args=[report.pk])}?{seen}"


def report_data(**changes) -> dict:
    return {
        "as_of_on": "2026-03-01",
        "phase": "running",
        "traffic_light": "green",
        "financing": "secured",
        "summary": "Es geht voran.",
        **changes,
    }


@pytest.fixture
def lead(client):
    user = make_user(PARTNER, email="lead@example.org")
    client.force_login(user)
    return user


def test_office_records_a_status_at_once(client, office):
    measure = make_measure()

    response = client.post(
        reverse("measures:write_report", args=[measure.pk]), report_data(), follow=True
    )

    measure.refresh_from_db()
    assert (measure.phase, measure.traffic_light, measure.status_on) == (
        "running",
        "green",
        dt.date(2026, 3, 1),
    )
    assert "Der Stand ist festgehalten." in response.content.decode()
    assert StatusReport.objects.get().state == ReportState.ACCEPTED


def test_report_is_drafted_submitted_returned_revised_and_accepted(client, lead):
    office = make_user(OFFICE, email="office@example.org")
    measure = make_measure(lead_id=lead.organisation_id, is_published=False)
    url = reverse("measures:write_report", args=[measure.pk])

    client.post(url, report_data(summary="", draft="1", traffic_light="red"))
    report = StatusReport.objects.get()
    assert (report.state, report.traffic_light) == (ReportState.DRAFT, "red")
    client.post(url, report_data(submit="1"))
    report.refresh_from_db()
    assert report.state == ReportState.SUBMITTED
    again = client.get(url)
    assert (again.status_code, again["Location"]) == (302, report.get_absolute_url())

    client.force_login(office)
    asked = fill_in(
        client,
        decide_url("report_return", report),
        {"comment": "Bitte Zahlen nennen."},
    )
    assert "E-Mail an 1 Adresse" in asked.content.decode()
    press(client, asked)

    client.force_login(lead)
    assert "Bitte Zahlen nennen." in client.get(url).content.decode()
    client.post(url, report_data(submit="1", summary="Drei Betriebe."))

    client.force_login(office)
    report.refresh_from_db()
    accept = decide_url("report_accept", report)
    fill_in(client, accept)
    twice = client.post(accept, follow=True)
    assert "nicht möglich" in twice.content.decode()
    measure.refresh_from_db()
    assert (measure.phase, measure.traffic_light) == ("running", "green")
    assert list(Mail.objects.order_by("pk").values_list("kind", "recipient")) == [
        ("report_submitted", "office@example.org"),
        ("report_returned", "lead@example.org"),
        ("report_submitted", "office@example.org"),
        ("report_accepted", "lead@example.org"),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phase": ""}, "Bitte geben Sie die Phase an."),
        ({"summary": " "}, "Bitte schreiben Sie in ein, zwei Sätzen"),
        ({"traffic_light": "red"}, "Bei Gelb und Rot gehört der Grund dazu."),
        ({"traffic_light": "yellow"}, "Bei Gelb und Rot gehört der Grund dazu."),
        (
            {"traffic_light": "red", "traffic_light_reason": "Geld"},
            "Bei Rot gehört dazu, welche Entscheidung oder Hilfe nötig ist.",
        ),
        ({"traffic_light": "blau"}, "Bitte eine gültige Auswahl treffen"),
        ({"as_of_on": "2050-01-01"}, "liegt in der Zukunft"),
        ({"as_of_on": ""}, "Bitte füllen Sie dieses Feld aus."),
    ],
)
def test_invalid_report_stays_in_the_form_with_its_reason(client, lead, changes, message):
    measure = make_measure(lead_id=lead.organisation_id)

    response = client.post(
        reverse("measures:write_report", args=[measure.pk]),
        report_data(submit="1", outlook="Getippt", **changes),
    )

    assert response.status_code == 200
    assert message in response.content.decode()
    assert "Getippt" in response.content.decode()
    assert not StatusReport.objects.exists()
    assert not Mail.objects.exists()


def test_first_drafts_of_two_colleagues_conflict(client, lead):
    measure = make_measure(lead_id=lead.organisation_id)
    url = reverse("measures:write_report", args=[measure.pk])
    shown = hidden_fields(client.get(url))
    client.post(url, report_data(draft="1", summary="Vom Kollegium"))

    response = client.post(url, shown | report_data(draft="1", summary="Von mir"))

    text = response.content.decode()
    assert "Vom Kollegium" in text
    assert text.count("Von mir") == 2
    client.post(url, hidden_fields(response) | report_data(draft="1", summary="Von mir"))
    assert StatusReport.objects.get().summary == "Von mir"


def test_office_report_is_refused_while_one_is_submitted(client, office):
    measure = make_measure()
    make_report(measure)

    response = client.post(
        reverse("measures:write_report", args=[measure.pk]), report_data(outlook="Getippt")
    )

    assert "Bitte prüfen Sie zuerst diesen." in response.content.decode()
    assert "Getippt" in response.content.decode()
    assert StatusReport.objects.count() == 1


def test_new_report_starts_from_the_known_status(client, lead):
    plan = make_plan()
    make_round(plan)
    measure = make_measure(plan, lead_id=lead.organisation_id, phase="running", financing="partial")

    form = client.get(reverse("measures:write_report", args=[measure.pk])).context["form"]

    assert (form["phase"].value(), form["financing"].value()) == ("running", "partial")
    assert form["as_of_on"].value() == dt.date(2026, 3, 1)


def test_return_without_a_comment_stays_in_the_form(client, office):
    report = make_report(make_measure())

    response = client.post(reverse("measures:report_return", args=[report.pk]), {"comment": " "})

    assert response.status_code == 200
    report.refresh_from_db()
    assert report.state == ReportState.SUBMITTED
