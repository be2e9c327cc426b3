"""What is known of a measure stays, unless a lead says something else of it."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from measures.enums import ReportState
from measures.models import StatusReport
from measures.services import accept_report, record_report
from tests.confirming import hidden_fields
from tests.measures.answers import sent, shown_by, typed
from tests.measures.builders import (
    NOW,
    make_measure,
    make_milestone,
    make_plan,
    make_report,
    make_request,
    make_round,
    report_values,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
STATUS = {
    "phase": "running",
    "traffic_light": "yellow",
    "traffic_light_reason": "Fläche fehlt",
    "financing": "secured",
}


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead():
    return make_user(PARTNER)


@pytest.fixture
def running():
    return make_round(make_plan())


@pytest.fixture
def measures(running, lead):
    return [
        make_measure(running.plan, title, lead_id=lead.organisation_id)
        for title in ("Ankauf", "Bestand")
    ]


@pytest.fixture(params=["account", "link"])
def url(request, client, lead, running):
    if request.param == "link":
        return make_request(running, lead.person.organisation).personal_link
    client.force_login(lead)
    return reverse("measures:answer", args=[running.pk])


@pytest.fixture
def known(measures):
    """The first measure, whose status an accepted report gave it."""
    measure = measures[0]
    report = make_report(measure, as_of_on=dt.date(2025, 9, 1), summary="Suche läuft", **STATUS)
    accept_report(report=report, by=make_user(OFFICE), now=NOW - dt.timedelta(days=90))
    return measure


def test_what_is_known_stays_where_a_report_says_nothing_else(client, url, known):
    sent(client, url, {f"m{known.pk}-summary": "Zwei Angebote liegen vor."}, submit=str(known.pk))

    report = StatusReport.objects.get(state=ReportState.SUBMITTED)
    assert {name: getattr(report, name) for name in STATUS} == STATUS
    accept_report(report=report, by=make_user(OFFICE), now=NOW)
    known.refresh_from_db()
    assert known.financing == "secured"


def test_known_status_alone_is_no_report_that_was_begun(client, url, known):
    response = sent(client, url, submit="all")

    assert "Es war nichts Neues eingetragen." in response.content.decode()
    assert not StatusReport.objects.exclude(state=ReportState.ACCEPTED).exists()


def test_status_changed_since_the_page_was_loaded_is_nobodys_answer(client, url, known, measures):
    page, other = client.get(url), measures[1]
    data = hidden_fields(page) | shown_by(page) | typed(other)
    values = report_values(as_of_on=dt.date(2026, 2, 1), financing="open")
    record_report(measure=known, values=values, by=make_user(OFFICE), now=NOW)

    response = client.post(url, data | {"submit": "all"}, follow=True)

    assert "1 Bericht ist eingereicht." in response.content.decode()
    assert "Inzwischen" not in response.content.decode()
    (report,) = StatusReport.objects.exclude(state=ReportState.ACCEPTED)
    assert report.measure == other


def test_draft_that_says_only_what_is_known_may_still_repeat_it(client, url, known):
    milestone = make_milestone(known, due_on=dt.date(2026, 6, 1))
    moved = {f"s{milestone.pk}-forecast_on": "01.05.2026"}
    sent(client, url, moved, draft=str(known.pk))
    draft = StatusReport.objects.get(state=ReportState.DRAFT)
    assert draft.financing == "secured"

    sent(client, url, unchanged=str(known.pk))

    draft.refresh_from_db()
    assert (draft.state, draft.summary) == (ReportState.SUBMITTED, "Suche läuft")
