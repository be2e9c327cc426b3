import datetime as dt

import pytest

from core.dates import add_working_days
from core.models import Origin
from core.roles import OFFICE
from media_visits.enums import VisitState
from media_visits.reminders import reminders_due
from reminders.queries import current_schedules
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
S = VisitState
DAY_OF_VISIT = dt.date(2026, 3, 23)
CASES = [
    (S.APPROVED, -10, "visit_announce", "-10"),
    (S.APPROVED, -5, "visit_announce", "-5"),
    (S.APPROVED, -2, "visit_announce", "-2"),
    (S.ANNOUNCED, 1, "visit_record", "1"),
    (S.ANNOUNCED, 3, "visit_record", "3"),
    (S.ANNOUNCED, 5, "visit_record", "5"),
    (S.HELD, 5, "visit_document", "5"),
    (S.HELD, 15, "visit_document", "15"),
]


def due_on(today: dt.date):
    """Return the reminders that may be sent on `today`."""
    return [reminder for _day, reminder in reminders_due([today], current_schedules())]


@pytest.mark.parametrize(("state", "working_days", "kind", "step"), CASES)
def test_office_is_reminded_by_working_day(office, state, working_days, kind, step):
    visit = make_visit(state, approval=False, company=make_organisation("Turbinenbau AG"))

    (reminder,) = due_on(add_working_days(DAY_OF_VISIT, working_days))

    assert (reminder.kind, reminder.subject_key, reminder.event) == (
        kind,
        f"visit:{visit.pk}",
        f"2026-03-23:{step}",
    )
    assert (reminder.to.email, reminder.path) == (
        "geschaeftsstelle@example.org",
        f"/besuche/{visit.pk}/",
    )
    assert "Turbinenbau AG" in reminder.line
    assert (reminder.about, reminder.about_title) == (f"visit:{visit.pk}", str(visit))


def test_person_in_charge_is_reminded_alone(office):
    colleague = make_user(OFFICE, email="referat@example.org")
    visits = [make_visit(S.ANNOUNCED, approval=False, responsible=who) for who in (colleague, None)]

    found = due_on(add_working_days(DAY_OF_VISIT, 1))

    assert [(reminder.subject_key, reminder.to.email) for reminder in found] == [
        (f"visit:{visits[0].pk}", "referat@example.org"),
        (f"visit:{visits[1].pk}", "geschaeftsstelle@example.org"),
        (f"visit:{visits[1].pk}", "referat@example.org"),
    ]


def test_each_step_reminds_once(office):
    visit = make_visit(S.ANNOUNCED, approval=False)

    days = [visit.starts_on + dt.timedelta(days=offset) for offset in range(-30, 40)]

    events = [reminder.event for day in days for reminder in due_on(day) if reminder.step.on == day]
    assert events == ["2026-03-23:1", "2026-03-23:3", "2026-03-23:5"]


def test_step_up_to_the_day_of_the_present_state_does_not_count(office):
    visit = make_visit(S.APPROVED, approval=False)
    # 10 working days before the visit.
    visit.history.update(history_date=dt.datetime(2026, 3, 9, 9, tzinfo=dt.UTC))

    assert due_on(dt.date(2026, 3, 10)) == []
    assert [reminder.step.key for reminder in due_on(dt.date(2026, 3, 16))] == ["-5"]


@pytest.mark.parametrize(
    "state", [S.IDEA, S.SUBMITTED, S.RETURNED, S.POSTPONED, S.CANCELLED, S.DOCUMENTED]
)
def test_other_states_cause_no_reminders(office, state):
    make_visit(state, approval=False)

    days = [DAY_OF_VISIT + dt.timedelta(days=offset) for offset in range(-30, 30)]

    assert [reminder for day in days for reminder in due_on(day)] == []


def test_visits_taken_over_cause_no_reminders(office):
    make_visit(S.ANNOUNCED, approval=False, origin=Origin.TAKEN_OVER)

    assert due_on(add_working_days(DAY_OF_VISIT, 1)) == []
