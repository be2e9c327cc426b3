"""Who is reminded when: the deciders first, then standing deputies, then the head of the office."""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.registry import Decision
from approvals.reminders import DAILY, DEPUTY, HALF_TIME, OFFICE_HEAD, RULE, due_step, reminders_due
from approvals.services import record_decision
from core.dates import is_working_day
from core.roles import OFFICE, SENATOR_OFFICE
from reminders.queries import current_schedule, current_schedules
from reminders.schedules import default_schedule, describe_schedule
from reminders.services import change_rule
from tests.approvals.builders import BERLIN, NOW, make_approval, make_deputy, make_subject
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
D = dt.date
SENATOR, DEPUTY_MAIL, STANDING = (
    "senatorin@example.org",
    "vertretung@example.org",
    "staendig@example.org",
)
LEADS, CLERK = "leitung@example.org", "sachbearbeitung@example.org"


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email=SENATOR)


@pytest.fixture
def office():
    """Create a head and another member of the office; return the latter."""
    make_user(OFFICE, email=LEADS, is_office_head=True)
    return make_user(OFFICE, email=CLERK)


def set_rule(office, *, before=(1, 0), is_active=True, **options):
    """Change the rule through the service that its page uses."""
    change_rule(
        rule=RULE,
        before=before,
        after=(),
        weekly=False,
        is_active=is_active,
        options=options,
        version=current_schedule(RULE.key).version,
        by=office,
        now=NOW,
    )


def reminded(first: dt.date, last: dt.date) -> dict[dt.date, list[str]]:
    """Return the people reminded on each day that has a step."""
    days = [first + dt.timedelta(offset) for offset in range((last - first).days + 1)]
    recipients: dict[dt.date, list[str]] = {}
    for day, reminder in reminders_due(days, current_schedules()):
        if reminder.step.on == day:
            recipients.setdefault(day, []).append(reminder.to.email)
    return recipients


def test_more_people_are_reminded_after_the_deadline(senator, office):
    make_deputy(senator, ends_on=None, email=STANDING)
    make_approval(by=office)  # submitted on Monday 2 March 2026, due on Friday 13 March

    assert reminded(D(2026, 3, 2), D(2026, 3, 20)) == {
        D(2026, 3, 6): [SENATOR],
        D(2026, 3, 12): [SENATOR],
        D(2026, 3, 13): [SENATOR],
        D(2026, 3, 16): [SENATOR],
        D(2026, 3, 17): [SENATOR, STANDING],
        D(2026, 3, 18): [SENATOR, STANDING, LEADS],
        D(2026, 3, 19): [SENATOR, STANDING, LEADS],
        D(2026, 3, 20): [SENATOR, STANDING, LEADS],
    }


def test_weekend_and_8_march_have_no_step(senator, office):
    make_deputy(senator, starts_on=D(2027, 3, 1), ends_on=None, email=STANDING)
    submitted = dt.datetime(2027, 3, 1, 10, tzinfo=BERLIN)
    # A Friday; Monday 8 March is a holiday in Berlin.
    make_approval(by=office, now=submitted, due_on=D(2027, 3, 5))

    assert reminded(D(2027, 3, 1), D(2027, 3, 11)) == {
        D(2027, 3, 3): [SENATOR],
        D(2027, 3, 4): [SENATOR],
        D(2027, 3, 5): [SENATOR],
        D(2027, 3, 9): [SENATOR],
        D(2027, 3, 10): [SENATOR, STANDING],
        D(2027, 3, 11): [SENATOR, STANDING, LEADS],
    }


def test_deputy_during_an_absence_is_reminded_from_the_start(senator, office):
    make_deputy(senator, starts_on=D(2026, 3, 12), ends_on=D(2026, 3, 16), email=DEPUTY_MAIL)
    make_approval(by=office)

    assert reminded(D(2026, 3, 11), D(2026, 3, 18)) == {
        D(2026, 3, 12): [SENATOR, DEPUTY_MAIL],
        D(2026, 3, 13): [SENATOR, DEPUTY_MAIL],
        D(2026, 3, 16): [SENATOR, DEPUTY_MAIL],
        D(2026, 3, 17): [SENATOR],
        D(2026, 3, 18): [SENATOR, LEADS],
    }


def test_standing_deputy_is_reminded_of_their_kinds_only(senator, office):
    make_deputy(senator, ends_on=None, kinds=[ApprovalKind.VISIT], email=STANDING)
    for kind in (ApprovalKind.TOPIC, ApprovalKind.VISIT):
        make_approval(by=office, subject=make_subject(kind))

    assert reminded(D(2026, 3, 17), D(2026, 3, 17)) == {
        D(2026, 3, 17): [SENATOR, SENATOR, STANDING]
    }


def test_deputy_with_two_deputyships_is_reminded_once(senator, office):
    deputy = make_deputy(senator, ends_on=None, email=STANDING)
    make_deputy(senator, ends_on=D(2026, 3, 20), deputy=deputy)
    make_approval(by=office)

    assert reminded(D(2026, 3, 13), D(2026, 3, 17)) == {
        D(2026, 3, 13): [SENATOR, STANDING],
        D(2026, 3, 16): [SENATOR, STANDING],
        D(2026, 3, 17): [SENATOR, STANDING],
    }


def test_whole_office_is_reminded_while_it_has_no_head(senator):
    first, second = (make_user(OFFICE, email=f"team-{number}@example.org") for number in (1, 2))
    make_approval(by=first)

    assert reminded(D(2026, 3, 18), D(2026, 3, 18)) == {
        D(2026, 3, 18): [SENATOR, first.email, second.email]
    }


def test_head_without_the_role_or_with_a_closed_account_is_not_reminded(senator, office):
    make_user(OFFICE, email="frueher@example.org", is_office_head=True, is_active=False)
    make_user(email="anders@example.org", is_office_head=True)
    make_approval(by=office)

    assert reminded(D(2026, 3, 18), D(2026, 3, 18)) == {D(2026, 3, 18): [SENATOR, LEADS]}


def test_description_says_why_somebody_is_reminded(senator, office):
    make_deputy(senator, ends_on=None, email=STANDING)
    make_approval(by=office)

    reminders = [
        reminder for _day, reminder in reminders_due([D(2026, 3, 18)], current_schedules())
    ]

    step = "Entscheidung über eine Freigabe: 3 Arbeitstage nach dem 13.03.2026"
    assert [(reminder.to.email, reminder.why) for reminder in reminders] == [
        (SENATOR, step),
        (STANDING, f"{step}, auch an die ständige Vertretung"),
        (LEADS, f"{step}, auch an die Leitung der Geschäftsstelle"),
    ]


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.RETURN])
def test_decision_stops_reminders_at_once(senator, office, verdict):
    approval = make_approval(by=office)
    assert reminded(D(2026, 3, 18), D(2026, 3, 18)) != {}

    record_decision(approval=approval, decision=Decision(verdict, "Gut so."), by=senator, now=NOW)
    approval.refresh_from_db()

    assert approval.state != ApprovalState.OPEN
    assert reminded(D(2026, 3, 2), D(2026, 3, 31)) == {}


def test_default_settings_are_described():
    assert describe_schedule(default_schedule(RULE)) == (
        "nach der halben Zeit, 1 Arbeitstag vorher, am Tag selbst, danach jeden Arbeitstag, "
        "ab dem 2. Arbeitstag danach auch an die ständige Vertretung, "
        "ab dem 3. Arbeitstag danach auch an die Leitung der Geschäftsstelle"
    )


def test_changed_settings_move_the_steps(senator, office):
    make_deputy(senator, ends_on=None, email=STANDING)
    make_approval(by=office)
    set_rule(office, before=(5, 2), **{HALF_TIME: False, DAILY: True, DEPUTY: 1, OFFICE_HEAD: None})

    assert reminded(D(2026, 3, 2), D(2026, 3, 19)) == {
        D(2026, 3, 6): [SENATOR],
        D(2026, 3, 11): [SENATOR],
        D(2026, 3, 16): [SENATOR, STANDING],
        D(2026, 3, 17): [SENATOR, STANDING],
        D(2026, 3, 18): [SENATOR, STANDING],
        D(2026, 3, 19): [SENATOR, STANDING],
    }


def test_without_daily_reminders_only_the_joining_days_remind(senator, office):
    make_deputy(senator, ends_on=None, email=STANDING)
    make_approval(by=office)
    set_rule(office, before=(0,), **{HALF_TIME: False, DAILY: False, DEPUTY: 2, OFFICE_HEAD: 4})

    assert reminded(D(2026, 3, 2), D(2026, 3, 31)) == {
        D(2026, 3, 13): [SENATOR],
        D(2026, 3, 17): [SENATOR, STANDING],
        D(2026, 3, 19): [SENATOR, STANDING, LEADS],
    }


def test_inactive_rule_sends_no_reminder(senator, office):
    make_approval(by=office)
    set_rule(office, is_active=False)

    assert reminded(D(2026, 3, 2), D(2026, 3, 31)) == {}


def test_moved_steps_keep_their_keys(senator, office):
    approval = make_approval(by=office)
    set_rule(office, before=(2, 0), **{HALF_TIME: True, DAILY: False, DEPUTY: 3, OFFICE_HEAD: 5})
    schedule = current_schedule(RULE.key)
    days = [D(2026, 3, 2) + dt.timedelta(offset) for offset in range(30)]

    steps = [
        step.key
        for day in days
        if is_working_day(day) and (step := due_step(approval, day, schedule))
    ]

    assert list(dict.fromkeys(steps)) == ["half_time", "-1", "0", "deputy", "office_head"]
