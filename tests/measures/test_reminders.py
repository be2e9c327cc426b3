import datetime as dt

import pytest

from core.models import Origin
from core.roles import PARTNER
from measures.enums import ReportState
from measures.reminders import occasion_on, reminders_due
from tests.measures.builders import make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_organisation, make_user

DUE = dt.date(2026, 3, 31)  # a Tuesday


@pytest.mark.parametrize(
    ("today", "occasion"),
    [
        (dt.date(2026, 3, 16), ""),
        (dt.date(2026, 3, 17), "before:10"),
        (dt.date(2026, 3, 18), ""),
        (dt.date(2026, 3, 26), "before:3"),
        (dt.date(2026, 3, 30), ""),
        (DUE, "before:0"),
        (dt.date(2026, 4, 1), ""),
        (dt.date(2026, 4, 7), "after:1"),
        (dt.date(2026, 4, 14), "after:2"),
        (dt.date(2026, 4, 15), ""),
    ],
)
def test_days_of_reminders(today, occasion):
    assert occasion_on(DUE, today) == occasion


def test_deadline_on_a_sunday_is_reminded_of_on_the_friday_before():
    sunday = dt.date(2026, 3, 22)

    assert occasion_on(sunday, sunday) == ""
    assert occasion_on(sunday, dt.date(2026, 3, 20)) == "before:0"


def test_week_after_on_a_berlin_holiday_moves_to_the_next_working_day():
    monday_before_easter = dt.date(2026, 3, 30)
    easter_monday, tuesday = dt.date(2026, 4, 6), dt.date(2026, 4, 7)

    assert occasion_on(monday_before_easter, easter_monday) == ""
    assert occasion_on(monday_before_easter, tuesday) == "after:1"


def test_womens_day_counts_as_a_holiday_in_berlin():
    # 8 March 2027 is a Monday: three working days before Thursday the 11th is Friday the 5th
    assert occasion_on(dt.date(2027, 3, 11), dt.date(2027, 3, 5)) == "before:3"


@pytest.mark.django_db
def test_each_reporter_is_reminded_of_each_measure():
    plan, partner = make_plan(), make_user(PARTNER, email="lead@example.org")
    running = make_round(plan, due_on=DUE)
    measure = make_measure(plan, "Ankauf *jetzt*", lead_id=partner.organisation_id)

    (reminder,) = reminders_due(dt.date(2026, 3, 26))

    assert reminder.to.email == "lead@example.org"
    assert (reminder.kind, reminder.subject_key) == ("report_due", f"measure:{measure.pk}")
    assert reminder.occasion == f"round:{running.pk}:before:3"
    assert reminder.line == (
        f"Statusbericht zu **Ankauf \\*jetzt\\*** ({running.title}), bis 31\\.03\\.2026".replace("\\.", ".")
    )
    assert reminder.path == f"/massnahmen/{measure.pk}/bericht/"
    assert reminder.due_on == DUE


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.ACCEPTED])
def test_reminders_stop_at_once_when_the_report_is_there(state):
    plan, partner = make_plan(), make_user(PARTNER)
    running = make_round(plan, due_on=DUE)
    measure = make_measure(plan, lead_id=partner.organisation_id)
    assert len(reminders_due(DUE)) == 1

    make_report(measure, state, round=running)

    assert reminders_due(DUE) == []


@pytest.mark.django_db
def test_taken_over_measures_closed_rounds_and_other_days_are_silent():
    plan, partner = make_plan(), make_user(PARTNER)
    make_round(plan, due_on=DUE)
    make_measure(plan, lead_id=partner.organisation_id, origin=Origin.TAKEN_OVER)
    make_measure(plan, lead=make_organisation())
    other = make_plan()
    make_round(other, due_on=DUE, state="closed")
    make_measure(other, lead_id=partner.organisation_id)

    assert reminders_due(DUE) == []
    assert reminders_due(dt.date(2026, 3, 30)) == []


@pytest.mark.django_db
def test_reminders_cost_the_same_for_1_and_30_measures(django_assert_num_queries):
    plan, partner = make_plan(), make_user(PARTNER)
    make_round(plan, due_on=DUE)
    make_measure(plan, lead_id=partner.organisation_id)
    with django_assert_num_queries(3):
        reminders_due(DUE)
    for _number in range(29):
        make_measure(plan, lead_id=partner.organisation_id)
    with django_assert_num_queries(3):
        assert len(reminders_due(DUE)) == 30
