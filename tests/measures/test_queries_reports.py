import datetime as dt

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from measures.queries import (
    leads_owing,
    open_report_of,
    open_rounds,
    reports_due_for,
    reports_to_check,
    with_owed_count,
)
from measures.queries.reports import reporters_of
from partners.models import Organisation
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_report,
    make_round,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_due_reports_of_a_partner_come_with_their_drafts():
    plan, partner = make_plan(), make_user(PARTNER)
    running = make_round(plan)
    begun = make_measure(plan, "Begonnen", lead_id=partner.organisation_id)
    draft = make_report(begun, ReportState.DRAFT, round=running)
    fresh = make_measure(plan, "Frisch", lead_id=partner.organisation_id)
    make_measure(plan, "Fremd", lead=make_organisation())

    due = reports_due_for(partner)

    assert [(item.measure, item.round, item.report, item.due_on) for item in due] == [
        (begun, running, draft, dt.date(2026, 3, 31)),
        (fresh, running, None, dt.date(2026, 3, 31)),
    ]
    assert due[0].url == f"/massnahmen/{begun.pk}/bericht/"


@pytest.mark.parametrize("state", ["planned", "closed"])
def test_nothing_is_due_outside_a_running_round(state):
    plan, partner = make_plan(), make_user(PARTNER)
    make_measure(plan, lead_id=partner.organisation_id)
    make_round(plan, state=state)

    assert reports_due_for(partner) == []
    assert open_rounds() == []


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, OBSERVER])
def test_due_reports_are_for_partners(role):
    organisation = make_organisation()
    plan = make_plan()
    make_round(plan)
    make_measure(plan, lead=organisation)

    assert reports_due_for(make_user(role, organisation=organisation)) == []


def test_leads_owe_reports_in_a_round():
    plan = make_plan()
    running = make_round(plan)
    one, many, none = (make_organisation(name) for name in ("Kammer", "Verband", "Fertig"))
    make_measure(plan, "A", lead=one)
    make_measure(plan, "B", lead=many)
    make_measure(plan, "C", lead=many)
    make_report(make_measure(plan, "D", lead=none), round=running)

    leads = leads_owing(running).order_by("pk")

    assert [(lead, lead.due_day, lead.in_charge) for lead in leads] == [
        (one, running.due_on, None),
        (many, running.due_on, None),
    ]
    counted = with_owed_count(running, Organisation.objects.order_by("pk"))
    assert [lead.owed_count for lead in counted] == [1, 2, None]


def test_reports_to_check_come_oldest_first():
    second = make_report(make_measure(), reported_at=NOW + dt.timedelta(hours=1))
    first = make_report(make_measure(), reported_at=NOW)
    make_report(make_measure(), ReportState.ACCEPTED)

    assert list(reports_to_check()) == [first, second]


def test_reporters_are_people_with_a_partners_account():
    organisation = make_organisation()
    partner = make_user(PARTNER, organisation=organisation)
    make_person(organisation=organisation)
    make_user(OBSERVER, organisation=organisation)
    make_user(PARTNER, organisation=organisation, is_active=False)

    assert reporters_of([organisation.pk]) == {organisation.pk: [partner.person]}


def test_open_report_is_visible_to_lead_and_office_only(office):
    partner = make_user(PARTNER)
    measure = make_measure(lead_id=partner.organisation_id)
    draft = make_report(measure, ReportState.DRAFT)

    assert open_report_of(measure, partner) == draft
    assert open_report_of(measure, office) == draft
    assert open_report_of(measure, make_user(SENATOR_OFFICE)) is None
    assert open_report_of(measure, make_user(PARTNER)) is None
