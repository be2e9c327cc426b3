"""Which buttons a report offers to whom, and what its page says about its origin."""

import datetime as dt

import pytest

from core.models import Origin
from core.progress import Button
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.progress import report_buttons, report_origin
from tests.measures.builders import make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
def test_office_decides_on_submitted_reports_only(state):
    report = make_report(make_measure(), state)

    buttons = report_buttons(report, make_user(OFFICE))

    page = f"/massnahmen/berichte/{report.pk}/"
    decisions = [
        Button("Bericht annehmen", f"{page}annehmen/", "primary", is_post=True),
        Button("Zurückgeben", f"{page}zurueckgeben/"),
    ]
    assert buttons == (decisions if state == "submitted" else [])


@pytest.mark.parametrize(
    ("state", "may_write"),
    [("draft", True), ("submitted", False), ("returned", True), ("accepted", False)],
)
def test_lead_edits_the_report_until_it_is_submitted(state, may_write):
    lead = make_user(PARTNER)
    measure = make_measure(lead_id=lead.organisation_id)
    button = Button("Weiterschreiben", f"/massnahmen/{measure.pk}/bericht/", "primary")

    buttons = report_buttons(make_report(measure, state), lead)

    assert buttons == ([button] if may_write else [])


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
def test_others_have_no_button(role, state):
    assert report_buttons(make_report(make_measure(), state), make_user(role)) == []


def test_taken_over_report_has_no_button():
    report = make_report(make_measure(), origin=Origin.TAKEN_OVER)

    assert report_buttons(report, make_user(OFFICE)) == []


def test_origin_names_reporter_moment_and_round():
    plan, reporter = make_plan(), make_user(PARTNER)
    reporting_round = make_round(plan)
    report = make_report(
        make_measure(plan),
        round=reporting_round,
        reported_by=reporter,
        reported_at=dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC),
    )

    assert report_origin(report) == (
        f"Berichtet von {reporter}, 02.03.2026, 10:00 Uhr · {reporting_round}"
    )


def test_origin_of_a_report_without_reporter_and_round_is_empty():
    assert report_origin(make_report(make_measure())) == ""
