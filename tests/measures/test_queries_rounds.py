import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import TAKEN_OVER, ReportState
from measures.queries import (
    awaited_leads,
    awaited_reporters,
    count_awaited_people,
    measures_awaiting_report,
    measures_without_lead,
    reports_in_round,
    round_awaiting_report,
    sample_not_asked,
)
from tests.measures.builders import (
    make_measure,
    make_plan,
    make_report,
    make_request,
    make_round,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.mark.parametrize(
    ("fields", "state", "is_owed"),
    [
        ({}, None, True),
        ({}, ReportState.DRAFT, True),
        ({}, ReportState.RETURNED, True),
        ({}, ReportState.SUBMITTED, False),
        ({}, ReportState.ACCEPTED, False),
        ({"phase": "completed"}, None, False),
        ({"phase": "discontinued"}, None, False),
        ({"origin": Origin.TAKEN_OVER}, None, False),
        ({"origin": Origin.DEMO}, None, True),
    ],
)
def test_lead_owes_a_report_until_it_is_submitted(fields, state, is_owed):
    plan = make_plan()
    running = make_round(plan)
    measure = make_measure(plan, lead=make_organisation(), **fields)
    if state:
        make_report(measure, state, round=running)

    assert list(measures_awaiting_report(running)) == ([measure] if is_owed else [])
    assert round_awaiting_report(measure) == (running if is_owed else None)


def test_nothing_is_owed_without_an_organisation_in_the_lead():
    plan = make_plan()
    make_measure(plan, lead_text="diverse Senatsverwaltungen")
    make_measure(lead=make_organisation())

    assert not measures_awaiting_report(make_round(plan)).exists()


def test_report_of_an_earlier_round_does_not_answer_this_one():
    plan = make_plan()
    measure = make_measure(plan, lead=make_organisation())
    make_report(measure, ReportState.ACCEPTED, round=make_round(plan, state="closed"))

    assert list(measures_awaiting_report(make_round(plan))) == [measure]


def test_reports_in_a_round_depend_on_the_reader(office):
    plan, partner = make_plan(), make_user(PARTNER)
    running = make_round(plan)
    own = make_measure(plan, "Eigene", lead_id=partner.organisation_id)
    draft = make_report(own, ReportState.DRAFT, round=running)
    other = make_measure(plan, "Fremde", lead=make_organisation())
    accepted = make_report(other, ReportState.ACCEPTED, round=running)
    waiting = make_measure(plan, "Offene", lead=make_organisation())

    assert reports_in_round(running, office) == [
        (own, draft, False),
        (other, accepted, True),
        (waiting, None, False),
    ]
    assert reports_in_round(running, make_user(SENATOR_OFFICE)) == [
        (own, None, False),
        (other, accepted, True),
        (waiting, None, False),
    ]
    assert reports_in_round(running, partner) == [(own, draft, False)]


def test_observer_learns_that_a_report_was_submitted_but_cannot_open_it():
    plan = make_plan()
    running = make_round(plan)
    measure = make_measure(plan, lead=make_organisation())
    make_report(measure, ReportState.SUBMITTED, round=running)
    hidden = make_measure(plan, lead=make_organisation(), is_published=False)
    make_report(hidden, ReportState.SUBMITTED, round=running)

    assert reports_in_round(running, make_user(OBSERVER)) == [(measure, None, True)]


def test_leads_are_awaited_with_those_who_can_report_for_them():
    plan, partner = make_plan(), make_user(PARTNER)
    running = make_round(plan)
    first = make_measure(plan, "Ankauf", lead_id=partner.organisation_id)
    second = make_measure(plan, "Bestand", lead_id=partner.organisation_id)
    unreachable = make_measure(plan, "Campus", lead=make_organisation("ZZ ohne Konto"))
    nobody = make_measure(plan, "Dach", lead_text="diverse Senatsverwaltungen")
    make_measure(plan, "Fertig", phase="completed")

    leads = awaited_leads(running)

    assert sorted((a.measures, a.reporters) for a in leads if a.reporters) == [
        ([first, second], [partner.person])
    ]
    assert [(a.lead.label, a.measures) for a in leads if not a.reporters] == [
        ("ZZ ohne Konto", [unreachable])
    ]
    assert list(measures_without_lead(running)) == [nobody]


def test_people_who_are_awaited_are_counted_without_reading_measures():
    plan, partner, given = make_plan(), make_user(PARTNER), make_user(PARTNER)
    running, asked = make_round(plan), make_person("Berg", email="berg@example.org")
    for title in ("Ankauf", "Bestand"):
        make_measure(plan, title, lead_id=partner.organisation_id)
    # Asked by link for two organisations, yet one person.
    for title, lead in (("Campus", make_organisation("A")), ("Dach", make_organisation("B"))):
        make_measure(plan, title, lead=lead)
        make_request(running, lead, person=asked)
    make_report(make_measure(plan, "Gemeldet", lead_id=given.organisation_id), round=running)

    with CaptureQueriesContext(connection) as queries:
        assert count_awaited_people(running) == 2

    assert {reporter.person for reporter in awaited_reporters(running)} == {partner.person, asked}
    assert len(queries) == 3
    assert not any('"measures_measure"."title"' in query["sql"] for query in queries)


def test_first_measures_not_asked_are_read_with_their_numbers_in_one_query(
    monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("measures.queries.rounds.SAMPLE_SIZE", 2)
    plan = make_plan()
    for title in ("Öl", "Ankauf", "Bestand"):
        make_measure(plan, title, phase="completed", lead=make_organisation())
    make_measure(plan, "Chronik", origin=Origin.TAKEN_OVER)
    make_measure(plan, "Gefragt", lead=make_organisation())

    running = make_round(plan)

    with django_assert_num_queries(1):
        samples = sample_not_asked(running)

    found = {
        reason: (sample.count, [measure.title for measure in sample.measures], sample.is_cut)
        for reason, sample in samples.items()
    }
    assert found == {
        "completed": (3, ["Ankauf", "Bestand"], True),
        TAKEN_OVER: (1, ["Chronik"], False),
    }
