"""A late report of a former round: every page, mail and reminder counts it by the same rule."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from measures.enums import ReportState, RoundState
from measures.mails import change_notices, report_requests
from measures.queries import (
    answers_of,
    awaited_leads,
    count_awaited_leads,
    leads_owing,
    measures_awaiting_report,
    owing_reporters,
    reports_due_for,
    round_awaiting_report,
)
from measures.reminders import reminders_due
from reminders.queries import current_schedules
from tests.measures.builders import NOW, make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead():
    return make_user(PARTNER, email="lead@example.org")


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def plan():
    return make_plan()


@pytest.fixture
def running(plan):
    return make_round(plan, due_on=dt.date(2026, 3, 31))


def page_of(client, user, url: str) -> str:
    client.force_login(user)
    return " ".join(client.get(url).content.decode().split())


def counted(client, running, measure, lead, office) -> dict[str, bool]:
    """Return by place whether it counts the report on `measure` as owed."""
    page = page_of(client, office, running.get_absolute_url())
    own_page = page_of(client, lead, running.get_absolute_url())
    answers = page_of(client, lead, reverse("measures:answer", args=[running.pk]))
    closing = page_of(client, office, reverse("measures:round_close", args=[running.pk]))
    days = [dt.date(2026, 3, 18) + dt.timedelta(days=ahead) for ahead in range(30)]
    (given,) = answers_of(running, [measure.lead_id])
    return {
        "rule": measures_awaiting_report(running).exists(),
        "next step": round_awaiting_report(measure) is not None,
        "start page of the lead": bool(reports_due_for(lead)),
        "start page of the office": leads_owing(running).exists(),
        "office overview": lead.person.organisation.label in page_of(client, office, "/"),
        "who owes what": 'id="ausstehend"' in page,
        "who is asked": bool(awaited_leads(running) and count_awaited_leads(running)),
        "reminders": bool(reminders_due(days, current_schedules())),
        "who is reminded": bool(owing_reporters(running)),
        "mails": bool(report_requests(running) and change_notices(running, now=NOW)),
        "line of the round": "eingereicht</a>" not in page,
        "line for the lead": "Statusbericht schreiben" in own_page,
        "button of the lead": reverse("measures:answer", args=[running.pk]) in own_page,
        "answer": not given.is_given,
        "answers page": "steht kein Bericht" not in answers,
        "closing page": bool(re.search("Noch nicht eingegangen|Zurückgegeben", closing)),
    }


@pytest.mark.parametrize("is_of_former_round", [True, False])
def test_late_report_is_counted_by_one_rule(
    client, lead, office, plan, running, is_of_former_round
):
    former = make_round(plan, state=RoundState.CLOSED) if is_of_former_round else None
    measure = make_measure(plan, "Ankauf", lead_id=lead.person.organisation_id)
    late = make_report(measure, round=former, as_of_on=dt.date(2025, 9, 1))
    places = client, running, measure, lead, office

    assert [place for place, owed in counted(*places).items() if owed] == []

    late.state, late.decided_at, late.comment = ReportState.RETURNED, NOW, "Bitte ergänzen."
    late.save()

    assert [place for place, owed in counted(*places).items() if not owed] == []


def test_lead_reads_that_a_late_report_does_not_count_for_the_round(client, lead, plan, running):
    former = make_round(plan, state=RoundState.CLOSED)
    measure = make_measure(plan, "Ankauf", lead_id=lead.person.organisation_id)
    report = make_report(
        measure, ReportState.RETURNED, round=former, reported_at=NOW, comment="Bitte ergänzen."
    )
    answers = reverse("measures:answer", args=[running.pk])
    note = (
        f"Dieser Bericht gehört zu „{former.title}“ und zählt nicht für „{running.title}“. "
        "Dafür wird ein weiterer Bericht erbeten, sobald dieser angenommen ist."
    )

    assert note in page_of(client, lead, answers)
    assert note in page_of(client, lead, reverse("measures:write_report", args=[measure.pk]))

    report.state, report.comment = ReportState.SUBMITTED, ""
    report.save()
    page = page_of(client, lead, answers)
    assert "Gerade steht kein Bericht aus. Zu einer Maßnahme wird noch einer erbeten" in page
    assert "kein Bericht mehr aus" not in page

    report.round = running
    report.save()
    page = page_of(client, lead, answers)
    assert "zählt nicht für" not in page
    assert "Vielen Dank, es steht kein Bericht mehr aus." in page


def test_correction_that_was_begun_is_not_owed(client, lead, plan, running):
    measure = make_measure(plan, "Ankauf", lead_id=lead.person.organisation_id)
    make_report(measure, ReportState.ACCEPTED, round=running)
    make_report(measure, ReportState.DRAFT, round=running)

    page = page_of(client, lead, reverse("measures:answer", args=[running.pk]))

    assert "Vielen Dank, es steht kein Bericht mehr aus." in page
    assert "Dieser Entwurf ist noch nicht eingereicht." in page


def test_closed_round_counts_only_its_own_reports(plan):
    closed = make_round(plan, state=RoundState.CLOSED)
    measure = make_measure(plan, lead=make_organisation())
    make_report(measure, round=make_round(plan))

    assert list(measures_awaiting_report(closed)) == [measure]


def test_late_report_on_a_finished_measure_is_not_of_the_round(client, office, plan, running):
    former = make_round(plan, state=RoundState.CLOSED)
    measure = make_measure(plan, "Ankauf", lead=make_organisation(), phase="completed")
    make_report(measure, round=former)

    page = page_of(client, office, running.get_absolute_url())

    assert "eingereicht</a>" not in page
    assert "Nicht gefragt, weil abgeschlossen" in page


def test_office_reads_before_start_and_end_whose_late_report_awaits_it(client, office, plan):
    former = make_round(plan, state=RoundState.CLOSED)
    make_report(make_measure(plan, "Ankauf", lead=make_organisation()), round=former)
    planned = make_round(plan, state=RoundState.PLANNED)

    opening = page_of(client, office, reverse("measures:round_open", args=[planned.pk]))

    not_asked = "Nicht gefragt, weil schon ein Bericht zur Prüfung vorliegt: „Ankauf“"
    assert f"<li>{not_asked}</li>" in opening
    assert "0 Maßnahmen warten dann auf einen Bericht." in opening
    planned.state = RoundState.OPEN
    planned.save()
    assert "Nicht gefragt, weil schon ein Bericht zur Prüfung vorliegt" in page_of(
        client, office, planned.get_absolute_url()
    )
    closing = page_of(client, office, reverse("measures:round_close", args=[planned.pk]))
    assert (
        "<li>Außerhalb dieser Runde eingereicht, aber noch nicht geprüft: „Ankauf“. Prüfen Sie sie "
        "vorher, damit die Federführungen noch für diese Runde berichten können; sonst gilt in "
        "ihr für immer „keine Meldung“.</li>"
    ) in closing
    assert "Alle Berichte sind eingegangen." not in closing
    assert "gilt in dieser Runde für immer" not in closing
