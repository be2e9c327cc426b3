"""One mail per person and day, none on free days; runs and forecast follow the same plan."""

import datetime as dt

import pytest

from outbox.models import Mail
from outbox.texts import Recipient
from reminders.models import ReminderLog
from reminders.planning import next_run_on, plan_day, plan_days
from tests.reminders.builders import (
    DATE,
    PERSONAL,
    TEN_BEFORE,
    THREE_BEFORE,
    at,
    make_pause,
    make_personal,
    make_reminder,
    source_of,
    source_with,
)
from tests.reminders.runs import DAY, change_days, lines_on, run, run_through

pytestmark = pytest.mark.django_db
D = dt.date


def test_one_person_gets_one_mail_with_the_earliest_date_first(sources):
    late = make_reminder("später", date=D(2026, 6, 12))
    early = make_reminder("früher", date=D(2026, 6, 10), to=Recipient("GAST@example.org"))
    sources(source_with(late), source_with(early))

    assert lines_on(THREE_BEFORE) == [["früher", "später"]]


def test_reminder_with_a_personal_link_is_alone_in_its_mail(sources):
    sources(source_with(make_reminder("eins"), make_personal("zwei")))

    assert lines_on(THREE_BEFORE) == [["eins"], ["zwei"]]


@pytest.mark.parametrize("address", ["", "keine Adresse", "zwei@example.org, drei@example.org"])
def test_unusable_address_does_not_affect_others(sources, address):
    sources(source_with(make_reminder("eins", to=Recipient(address)), make_reminder("zwei")))

    assert lines_on(THREE_BEFORE) == [["zwei"]]
    assert run(THREE_BEFORE) == 1


def test_person_with_two_roles_is_reminded_once(sources):
    twice = make_reminder("eins")
    sources(source_with(twice, twice))

    assert lines_on(THREE_BEFORE) == [["eins"]]


def test_running_twice_writes_one_mail(sources):
    sources(source_with(make_reminder("eins")))

    assert [run(THREE_BEFORE, hour) for hour in (7, 8, 9)] == [1, 0, 0]
    assert Mail.objects.get().subject == "Offene Vorgänge am 10.04.2026"


@pytest.mark.parametrize(
    ("date", "free", "sent"),
    [
        pytest.param(
            D(2026, 4, 12),
            [D(2026, 4, 11), D(2026, 4, 12)],
            [(D(2026, 4, 7), "-3"), (D(2026, 4, 10), "0")],
            id="weekend",
        ),
        pytest.param(
            D(2026, 12, 26),
            [D(2026, 12, 25), D(2026, 12, 26), D(2026, 12, 27)],
            [(D(2026, 12, 21), "-3"), (D(2026, 12, 24), "0")],
            id="Christmas",
        ),
        pytest.param(
            D(2026, 12, 28),
            [D(2026, 12, 25), D(2026, 12, 26), D(2026, 12, 27)],
            [(D(2026, 12, 22), "-3"), (D(2026, 12, 28), "0")],
            id="over Christmas",
        ),
        pytest.param(
            D(2027, 3, 8),
            [D(2027, 3, 6), D(2027, 3, 7), D(2027, 3, 8)],
            [(D(2027, 3, 2), "-3"), (D(2027, 3, 5), "0")],
            id="8 March, a holiday in Berlin",
        ),
    ],
)
def test_nobody_is_reminded_on_a_free_day(sources, date, free, sent):
    sources(source_of(("eins", date)))

    assert run_through(date - 10 * DAY, date + DAY) == sent
    assert all(plan.mails == [] for plan in plan_days(free))


@pytest.mark.parametrize(
    "day",
    [
        D(2026, 4, 11),
        D(2026, 4, 12),
        D(2026, 4, 6),
        D(2026, 12, 25),
        D(2026, 12, 26),
        D(2027, 3, 8),
    ],
)
def test_free_day_sends_nothing_even_with_reminders_due(sources, day):
    sources(source_with(make_reminder("eins"), make_personal("zwei")))

    assert run(day) == 0
    assert plan_days([day])[0].mails == []


def test_step_missed_on_friday_goes_out_on_monday(sources):
    sources(source_of(("eins", DATE)))

    assert run_through(THREE_BEFORE + DAY, D(2026, 4, 13)) == [(D(2026, 4, 13), "-3")]


def test_plan_of_the_days_ahead_is_what_the_runs_send(sources, office):
    other = Recipient("andere@example.org")
    change_days(office, [9, 5, 3, 2, 1, 0], [1, 5])
    sources(
        source_of(("eins", DATE), ("zwei", DATE + 2 * DAY), ("drei", DATE - 4 * DAY)),
        source_of(("eins", DATE), to=other),
        source_of(("vier", DATE), to=other, rule=PERSONAL),
    )
    make_pause(by=office, until_on=D(2026, 4, 9), about="test:eins")
    days = [D(2026, 4, 7) + offset * DAY for offset in range(14)]

    planned = [
        (plan.day, reminder.subject_key, reminder.step.key, reminder.to.email)
        for plan in plan_days(days)
        for mail in plan.mails
        for reminder in mail.reminders
    ]
    run_through(days[0], days[-1])

    sent = [
        (entry.at.date(), entry.subject_key, entry.step, entry.recipient)
        for entry in ReminderLog.objects.all()
    ]
    assert sorted(planned) == sorted(sent)
    assert len(sent) > 15


def test_planning_writes_nothing(sources):
    sources(source_of(("eins", DATE)))

    plan_days([TEN_BEFORE, THREE_BEFORE])

    assert (Mail.objects.count(), ReminderLog.objects.count()) == (0, 0)


def test_later_day_is_planned_as_if_the_runs_before_had_been(sources):
    sources(source_of(("eins", DATE)))

    # The run of the 10th will have sent it by then.
    assert plan_day(D(2026, 4, 13), now=at(D(2026, 4, 1))).mails == []
    assert len(plan_day(THREE_BEFORE, now=at(D(2026, 4, 1))).mails) == 1


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(DATE, 6), DATE),
        (at(DATE, 11, 9), DATE),
        (at(DATE, 11, 10), DATE + DAY),
        (at(D(2026, 10, 25), 23), D(2026, 10, 26)),
    ],
)
def test_last_run_of_the_day_is_at_eleven(now, day):
    assert next_run_on(now) == day


@pytest.mark.parametrize("count", [1, 30])
def test_plan_needs_the_same_queries_for_1_and_30_reminders(
    sources, count, django_assert_num_queries
):
    sources(
        source_with(
            *[make_reminder(to=Recipient(f"gast-{number}@example.org")) for number in range(count)]
        ),
        source_with(*[make_personal() for _number in range(count)]),
    )

    with django_assert_num_queries(4):  # rules, pauses, digests of these days, the log
        assert sum(len(plan.mails) for plan in plan_days([THREE_BEFORE, DATE])) == 2 * count
