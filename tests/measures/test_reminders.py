import datetime as dt

import pytest

from core.models import Origin
from core.roles import PARTNER
from measures.enums import ReportState
from measures.reminders import RULE, reminders_due
from reminders.queries import current_schedules
from reminders.schedules import default_schedule
from tests.measures.builders import make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_organisation, make_user

DUE = dt.date(2026, 3, 31)  # a Tuesday


def due_on(today: dt.date):
    return [reminder for _day, reminder in reminders_due([today], current_schedules())]


@pytest.mark.parametrize(
    ("today", "step"),
    [
        (dt.date(2026, 3, 16), ""),
        (dt.date(2026, 3, 17), "-10"),
        (dt.date(2026, 3, 18), ""),
        (dt.date(2026, 3, 26), "-3"),
        (dt.date(2026, 3, 30), ""),
        (DUE, "0"),
        (dt.date(2026, 4, 1), ""),
        (dt.date(2026, 4, 7), "week:1"),
        (dt.date(2026, 4, 14), "week:2"),
        (dt.date(2026, 4, 15), ""),
    ],
)
def test_reminders_are_due_on_these_days(today, step):
    found = default_schedule(RULE).step_on(DUE, today)

    assert (found.key if found and found.on == today else "") == step


@pytest.mark.django_db
def test_each_reporter_is_reminded_once_of_all_reports_of_a_round():
    plan, partner = make_plan(), make_user(PARTNER, email="lead@example.org")
    running = make_round(plan, due_on=DUE)
    make_measure(plan, "Ankauf *jetzt*", lead_id=partner.organisation_id)

    (reminder,) = due_on(dt.date(2026, 3, 26))

    assert reminder.to.email == "lead@example.org"
    assert (reminder.kind, reminder.subject_key) == ("report_due", f"round:{running.pk}:reports")
    assert (reminder.event, reminder.date) == ("2026-03-31:-3", DUE)
    assert reminder.why == "Statusbericht der Federführung: 3 Arbeitstage vor dem 31.03.2026"
    assert (reminder.about, reminder.about_title) == (f"round:{running.pk}", running.title)
    what = "Statusbericht zu **Ankauf \\*jetzt\\***"
    assert reminder.line == f"{what} ({running.title}), bis 31.03.2026"
    assert reminder.path == f"/massnahmen/berichtsrunden/{running.pk}/berichten/"

    make_measure(plan, "Börse", lead_id=partner.organisation_id)
    make_measure(plan, "Chance", lead_id=partner.organisation_id)

    (reminder,) = due_on(dt.date(2026, 3, 26))
    what = "Statusberichte zu **Ankauf \\*jetzt\\*** und 2 weiteren Maßnahmen"
    assert reminder.line == f"{what} ({running.title}), bis 31.03.2026"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("opened_on", "count"), [(dt.date(2026, 3, 16), 1), (dt.date(2026, 3, 17), 0)]
)
def test_steps_up_to_the_opening_of_the_round_are_left_out(opened_on, count):
    plan, partner = make_plan(), make_user(PARTNER)
    make_round(plan, due_on=DUE, opened_on=opened_on)
    make_measure(plan, lead_id=partner.organisation_id)

    assert len(due_on(dt.date(2026, 3, 18))) == count


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.ACCEPTED])
def test_reminders_stop_once_the_report_is_submitted(state):
    plan, partner = make_plan(), make_user(PARTNER)
    running = make_round(plan, due_on=DUE)
    measure = make_measure(plan, lead_id=partner.organisation_id)
    assert len(due_on(DUE)) == 1

    make_report(measure, state, round=running)

    assert due_on(DUE) == []


@pytest.mark.django_db
def test_taken_over_measures_and_closed_rounds_remind_nobody():
    plan, partner = make_plan(), make_user(PARTNER)
    make_round(plan, due_on=DUE)
    make_measure(plan, lead_id=partner.organisation_id, origin=Origin.TAKEN_OVER)
    make_measure(plan, lead=make_organisation())
    other = make_plan()
    make_round(other, due_on=DUE, state="closed")
    make_measure(other, lead_id=partner.organisation_id)

    assert due_on(DUE) == []


@pytest.mark.django_db
def test_reminders_need_the_same_queries_for_1_and_30_measures(django_assert_num_queries):
    plan, partner = make_plan(), make_user(PARTNER)
    make_round(plan, due_on=DUE)
    make_measure(plan, lead_id=partner.organisation_id)
    schedules = current_schedules()
    with django_assert_num_queries(3):
        reminders_due([DUE], schedules)
    for _number in range(29):
        make_measure(plan, lead_id=partner.organisation_id)
    with django_assert_num_queries(3):
        assert len(reminders_due([DUE], schedules)) == 1
