"""What the page of a reporting round shows and offers to whom."""

import datetime as dt
import re

import pytest

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.progress import entries_note, round_buttons, round_deadline, round_lines
from measures.queries import reports_in_round
from tests.measures.builders import make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", ["Berichtsrunde starten", "Bearbeiten"]),
        ("open", ["Abschließen", "Bearbeiten"]),
        ("closed", []),
    ],
)
def test_office_has_the_buttons_of_the_state(state, expected):
    reporting_round = make_round(make_plan(), state=state)

    buttons = round_buttons(reporting_round, make_user(OFFICE))

    assert [button.label for button in buttons] == expected


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
@pytest.mark.parametrize("state", ["planned", "open", "closed"])
def test_others_have_no_button(role, state):
    assert round_buttons(make_round(make_plan(), state=state), make_user(role)) == []


def test_taken_over_round_has_no_button():
    reporting_round = make_round(make_plan(), origin=Origin.TAKEN_OVER)

    assert round_buttons(reporting_round, make_user(OFFICE)) == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", "bis 31.03.2026"),
        (
            "open",
            '<time class="due due--over" datetime="2026-03-31">seit 6 Tagen überfällig</time>',
        ),
        ("closed", "bis 31.03.2026"),
    ],
)
def test_only_an_open_round_is_overdue(state, expected):
    reporting_round = make_round(make_plan(), state=state)

    assert round_deadline(reporting_round, dt.date(2026, 4, 6)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", "noch nicht angefragt"),
        ("open", "steht aus seit 6 Tagen überfällig"),
        ("closed", "nicht eingegangen"),
    ],
)
def test_missing_report_is_told_by_the_state_of_the_round(state, expected):
    plan = make_plan()
    reporting_round = make_round(plan, state=state)
    measure = make_measure(plan, lead=make_organisation())

    assert cells(reporting_round, make_user(OBSERVER)) == [(measure, expected)]


def test_lead_is_led_to_the_report_they_owe():
    plan, partner = make_plan(), make_user(PARTNER)
    reporting_round = make_round(plan)
    measure = make_measure(plan, lead_id=partner.organisation_id)

    assert cells(reporting_round, partner) == [
        (measure, "steht aus seit 6 Tagen überfällig Statusbericht schreiben")
    ]
    assert cells(reporting_round, make_user(OFFICE)) == [
        (measure, "steht aus seit 6 Tagen überfällig")
    ]


def test_observer_sees_that_a_report_is_being_checked_without_a_link():
    plan = make_plan()
    reporting_round = make_round(plan)
    measure = make_measure(plan, lead=make_organisation())
    report = make_report(measure, round=reporting_round)

    assert cells(reporting_round, make_user(OBSERVER)) == [(measure, "eingereicht, wird geprüft")]
    assert cells(reporting_round, make_user(OFFICE)) == [(measure, "eingereicht")]
    (line,) = lines(reporting_round, make_user(OFFICE))
    assert f'href="{report.get_absolute_url()}"' in line.report
    (line,) = lines(reporting_round, make_user(OBSERVER))
    assert "href" not in line.report


def lines(reporting_round, user):
    reports = reports_in_round(reporting_round, user)
    return round_lines(reporting_round, reports, user=user, today=dt.date(2026, 4, 6))


def cells(reporting_round, user) -> list[tuple]:
    return [
        (line.measure, " ".join(re.sub("<[^>]+>", " ", line.report).split()))
        for line in lines(reporting_round, user)
    ]


def test_note_of_a_closed_round_counts_one_and_several():
    assert entries_note(0, 1) == "Festgehalten beim Abschluss: 0 von 1 Maßnahme mit Meldung."
    assert entries_note(1, 2) == "Festgehalten beim Abschluss: 1 von 2 Maßnahmen mit Meldung."
