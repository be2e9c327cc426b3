"""Overdue approvals escalate to the deputy, then to the head of the office."""

import datetime as dt

import pytest
from django.utils import timezone

from approvals.reminders import RULE as APPROVAL_RULE
from approvals.reminders import reminders_due
from core.roles import OFFICE, SENATOR_OFFICE
from reminders.planning import plan_days
from reminders.queries import current_schedule
from reminders.services import change_rule
from tests.approvals.builders import make_approval, make_deputy
from tests.partners.builders import make_user
from tests.reminders.builders import at
from tests.reminders.runs import DAY, run

pytestmark = pytest.mark.django_db
D = dt.date


def recipients_and_reasons(plan) -> list[tuple[str, str]]:
    return [(mail.to.email, reminder.why) for mail in plan.mails for reminder in mail.reminders]


@pytest.fixture
def office_head(sources):
    """Make an approval due on Friday 13 March 2026, and return the head of the office.

    The senator's office decides and has a standing deputy.
    """
    sources(reminders_due)
    senator = make_user(SENATOR_OFFICE, email="senatorin@example.org")
    make_deputy(senator, ends_on=None, email="staendig@example.org")
    lead = make_user(OFFICE, email="leitung@example.org", is_office_head=True)
    make_approval(by=lead)
    return lead


def test_forecast_names_each_recipient_and_reason(office_head, client, time_machine):
    time_machine.move_to(at(D(2026, 3, 17), 6), tick=False)
    client.force_login(office_head)

    html = client.get("/postausgang/vorschau/").content.decode()

    for address in ("senatorin@example.org", "staendig@example.org", "leitung@example.org"):
        assert address in html
    for words in (
        "2 Arbeitstage nach dem 13.03.2026, auch an die ständige Vertretung",
        "3 Arbeitstage nach dem 13.03.2026, auch an die Leitung der Geschäftsstelle",
    ):
        assert words in html


def test_plan_of_an_approval_is_what_the_runs_send(office_head):
    days = [D(2026, 3, 12) + offset * DAY for offset in range(8)]
    planned = {plan.day: recipients_and_reasons(plan) for plan in plan_days(days)}

    for day in days:
        assert recipients_and_reasons(plan_days([day])[0]) == planned[day]
        assert run(day) == len(planned[day])

    assert {day.day: len(rows) for day, rows in planned.items()} == {
        12: 1,
        13: 1,
        14: 0,
        15: 0,
        16: 1,
        17: 2,
        18: 3,
        19: 3,
    }


@pytest.mark.parametrize(
    ("options", "mails_next_day"),
    [
        ({"daily": False, "office_head": None}, 0),
        ({"deputy": 3, "office_head": 5}, 2),
        ({"half_time": False}, 3),
    ],
)
def test_changed_steps_remind_nobody_again(office_head, options, mails_next_day):
    for day in (12, 13, 16, 17):
        run(D(2026, 3, day))

    change_rule(
        rule=APPROVAL_RULE,
        before=[3, 1],
        after=[],
        weekly=False,
        is_active=True,
        options=options,
        version=current_schedule(APPROVAL_RULE.key).version,
        by=office_head,
        now=timezone.now(),
    )

    assert run(D(2026, 3, 17), 9) == 0
    assert run(D(2026, 3, 18)) == mails_next_day


def test_moved_day_of_the_deputies_is_still_the_same_step(office_head):
    def set_deputy(count):
        change_rule(
            rule=APPROVAL_RULE,
            before=[0],
            after=[],
            weekly=False,
            is_active=True,
            by=office_head,
            now=timezone.now(),
            options={"daily": False, "deputy": count, "office_head": None},
            version=current_schedule(APPROVAL_RULE.key).version,
        )

    set_deputy(2)
    assert run(D(2026, 3, 17)) == 2

    set_deputy(4)

    assert [run(D(2026, 3, day)) for day in (18, 19, 20)] == [0, 0, 0]
