import datetime as dt

import pytest

from accessibility.reminders import RULE, reminders_due
from core.dates import add_working_days
from core.roles import OFFICE, SENATOR_OFFICE
from reminders.queries import current_schedules
from reminders.schedules import default_schedule, describe_schedule
from tests.accessibility.builders import DUE_ON, RECEIVED_AT, make_answered, make_barrier
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def due_on(today: dt.date):
    """Return the reminders that may be sent on `today`."""
    return [reminder for _day, reminder in reminders_due([today], current_schedules())]


@pytest.mark.parametrize(
    ("working_days", "event", "when"),
    [
        (-10, "2026-04-02:-10", "bis 02.04.2026"),
        (-3, "2026-04-02:-3", "bis 02.04.2026"),
        (0, "2026-04-02:0", "bis heute"),
        (1, "2026-04-02:1", "seit 5 Tagen überfällig"),
        (5, "2026-04-02:5", "seit 11 Tagen überfällig"),
    ],
)
def test_office_is_reminded_by_working_day(office, working_days, event, when):
    report = make_barrier()

    (reminder,) = due_on(add_working_days(DUE_ON, working_days))

    assert (reminder.kind, reminder.event, reminder.to.email) == (
        "barrier",
        event,
        "geschaeftsstelle@example.org",
    )
    assert reminder.line == f"Hinweis zur Barrierefreiheit vom 02.03.2026: Antwort {when}"
    assert (reminder.path, reminder.about) == (
        f"/barrierefreiheit/hinweise/{report.pk}/",
        f"barrier:{report.pk}",
    )


def test_overdue_report_is_never_forgotten(office):
    make_barrier()

    (reminder,) = due_on(dt.date(2026, 6, 4))

    assert reminder.event == "2026-04-02:week:9"


def test_everybody_in_the_office_is_reminded_and_nobody_else(office):
    make_user(OFFICE, email="referat@example.org")
    make_user(SENATOR_OFFICE, email="senatorin@example.org")
    make_barrier()

    found = due_on(add_working_days(DUE_ON, -3))

    assert [reminder.to.email for reminder in found] == [
        "geschaeftsstelle@example.org",
        "referat@example.org",
    ]


def test_answered_report_reminds_nobody(office):
    make_answered(office, RECEIVED_AT)

    assert due_on(add_working_days(DUE_ON, -3)) == []


def test_rule_is_described_as_the_office_reads_it():
    assert describe_schedule(default_schedule(RULE)) == (
        "10 und 3 Arbeitstage vorher, am Tag selbst, 1, 2, 3, 4 und 5 Arbeitstage danach, "
        "danach jede Woche"
    )
