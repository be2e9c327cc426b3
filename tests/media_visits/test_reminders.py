import datetime as dt

import pytest

from core.dates import add_working_days
from core.models import Origin
from media_visits.enums import VisitState
from media_visits.reminders import reminders_due
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_organisation

pytestmark = pytest.mark.django_db
S = VisitState
DAY_OF_VISIT = dt.date(2026, 3, 23)
CASES = [
    (S.APPROVED, -10, "announce:10"),
    (S.APPROVED, -5, "announce:5"),
    (S.APPROVED, -2, "announce:2"),
    (S.ANNOUNCED, 1, "record:1"),
    (S.ANNOUNCED, 3, "record:3"),
    (S.ANNOUNCED, 5, "record:5"),
    (S.HELD, 5, "document:5"),
    (S.HELD, 15, "document:15"),
]


@pytest.mark.parametrize(("state", "working_days", "step"), CASES)
def test_the_office_is_reminded_by_working_day(office, state, working_days, step):
    visit = make_visit(state, request=False, company=make_organisation("Turbinenbau AG"))

    (reminder,) = reminders_due(add_working_days(DAY_OF_VISIT, working_days))

    assert (reminder.kind, reminder.subject_key, reminder.occasion) == (
        "visit_due", f"visit:{visit.pk}", f"2026-03-23:{step}",
    )  # fmt: skip
    assert (reminder.to.email, reminder.path) == ("geschaeftsstelle@example.org", f"/besuche/{visit.pk}/")
    assert "Turbinenbau AG" in reminder.line


def test_each_day_has_its_reminder_once_at_most(office):
    visit = make_visit(S.ANNOUNCED, request=False)

    days = [visit.starts_on + dt.timedelta(days=offset) for offset in range(-30, 40)]

    occasions = [row.occasion for day in days for row in reminders_due(day)]
    assert occasions == ["2026-03-23:record:1", "2026-03-23:record:3", "2026-03-23:record:5"]


@pytest.mark.parametrize("day", [dt.date(2026, 3, 21), dt.date(2026, 4, 3)])  # a Saturday, Good Friday
def test_nobody_is_reminded_on_a_free_day(office, day):
    make_visit(S.APPROVED, request=False, starts_at=dt.datetime(2026, 4, 8, 8, tzinfo=dt.UTC), ends_at=None)

    assert reminders_due(day) == []


@pytest.mark.parametrize("state", [S.IDEA, S.SUBMITTED, S.RETURNED, S.POSTPONED, S.CANCELLED, S.DOCUMENTED])
def test_other_states_remind_of_nothing(office, state):
    make_visit(state, request=False)

    days = [DAY_OF_VISIT + dt.timedelta(days=offset) for offset in range(-30, 30)]

    assert [row for day in days for row in reminders_due(day)] == []


def test_what_was_taken_over_reminds_of_nothing(office):
    make_visit(S.ANNOUNCED, request=False, origin=Origin.TAKEN_OVER)

    assert reminders_due(add_working_days(DAY_OF_VISIT, 1)) == []
