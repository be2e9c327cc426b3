import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import Refused
from core.roles import OFFICE, PARTNER
from measures.services import accept_report, return_report, save_draft, submit_report
from tests.measures.builders import NOW, make_measure, make_report, report_values
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=2)


@pytest.fixture
def office():
    return make_user(OFFICE, email="office@example.org")


@pytest.fixture
def partner():
    return make_user(PARTNER, email="partner@example.org")


@pytest.fixture
def measure(partner):
    return make_measure(lead_id=partner.organisation_id)


# Recording is not in the state table: it creates a new report.


def run_action(action, report, *, office, partner):
    values = report_values(summary="neu")
    common = {
        "measure": report.measure,
        "values": values,
        "version": version_of(report, values),
        "by": partner,
    }
    if action == "revise":
        return save_draft(**common, now=NOW)
    if action == "submit":
        return submit_report(**common, now=LATER)
    if action == "accept":
        return accept_report(report=report, by=office, now=LATER)
    return return_report(report=report, comment="Bitte ergänzen.", by=office, now=LATER)


@pytest.mark.parametrize(
    ("state", "action", "target"),
    [
        ("draft", "revise", "draft"),
        ("draft", "submit", "submitted"),
        ("returned", "revise", "draft"),
        ("returned", "submit", "submitted"),
        ("submitted", "accept", "accepted"),
        ("submitted", "return", "returned"),
    ],
)
def test_action_leads_to_the_next_state(state, action, target, office, partner, measure):
    report = make_report(measure, state, reported_by=partner, summary="alt")
    history_count = report.history.count()

    run_action(action, report, office=office, partner=partner)

    report.refresh_from_db()
    assert report.state == target
    assert report.history.count() == history_count + 1


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("draft", "accept"),
        ("draft", "return"),
        ("returned", "accept"),
        ("returned", "return"),
        ("accepted", "accept"),
        ("accepted", "return"),
    ],
)
def test_action_is_refused_in_other_states(state, action, office, partner, measure):
    report = make_report(measure, state, reported_by=partner, summary="alt")

    with nothing_changes(report, measure):
        with pytest.raises(Refused, match="Das ist im Stand .* nicht möglich"):
            run_action(action, report, office=office, partner=partner)


@pytest.mark.parametrize("action", ["revise", "submit"])
def test_writing_after_acceptance_makes_a_new_report(action, office, partner, measure):
    accepted = make_report(measure, "accepted", reported_by=partner, summary="alt")

    with nothing_changes(accepted, count_mails=False):
        report = run_action(action, accepted, office=office, partner=partner)

    assert report.pk != accepted.pk
