import datetime as dt

import pytest

from reminders.registry import Rule, get_rule, register_rules
from reminders.schedules import Schedule, default_schedule, describe_schedule, keep_step_keys
from tests.reminders.builders import DATE, FIXED, PERSONAL, RULE, THREE_BEFORE, WITH_OPTIONS

D = dt.date
LONG_BEFORE = D(2000, 1, 1)


def rule(**fields) -> Rule:
    return Rule(**{"key": "test_other", "title": "Regel", "counts_from": "der Tag"} | fields)


def days_of(
    date: dt.date, *, before=(), after=(), today=LONG_BEFORE, weekly=None
) -> dict[str, dt.date]:
    schedule = default_schedule(rule(before=before, after=after, weekly=weekly))
    return {step.key: step.on for step in schedule.steps(date, today)}


@pytest.mark.parametrize(
    ("date", "before", "days"),
    [
        pytest.param(
            D(2026, 4, 15), (5, 2), {"-5": D(2026, 4, 8), "-2": D(2026, 4, 13)}, id="plain week"
        ),
        pytest.param(
            D(2026, 4, 9), (5, 2), {"-5": D(2026, 3, 31), "-2": D(2026, 4, 7)}, id="over Easter"
        ),
        pytest.param(
            D(2026, 4, 6), (2, 0), {"-2": D(2026, 3, 31), "0": D(2026, 4, 2)}, id="on Easter Monday"
        ),
        pytest.param(
            D(2027, 3, 10), (5, 2), {"-5": D(2027, 3, 2), "-2": D(2027, 3, 5)}, id="over 8 March"
        ),
        pytest.param(
            D(2027, 3, 8),
            (1, 0),
            {"-1": D(2027, 3, 4), "0": D(2027, 3, 5)},
            id="on 8 March, a Monday",
        ),
        pytest.param(
            D(2026, 12, 28),
            (2, 1, 0),
            {"-2": D(2026, 12, 23), "-1": D(2026, 12, 24), "0": D(2026, 12, 28)},
            id="after Christmas",
        ),
        pytest.param(
            D(2026, 12, 26),
            (1, 0),
            {"-1": D(2026, 12, 23), "0": D(2026, 12, 24)},
            id="on the second day of Christmas, a Saturday",
        ),
        pytest.param(
            D(2026, 4, 19), (2, 0), {"-2": D(2026, 4, 15), "0": D(2026, 4, 17)}, id="on a Sunday"
        ),
    ],
)
def test_steps_before_count_working_days_back(date, before, days):
    assert days_of(date, before=before) == days


@pytest.mark.parametrize(
    ("date", "after", "days"),
    [
        pytest.param(
            D(2026, 4, 15), (1, 3), {"1": D(2026, 4, 16), "3": D(2026, 4, 20)}, id="over a weekend"
        ),
        pytest.param(
            D(2026, 12, 24),
            (1, 2),
            {"1": D(2026, 12, 28), "2": D(2026, 12, 29)},
            id="over Christmas",
        ),
        pytest.param(D(2026, 4, 4), (1,), {"1": D(2026, 4, 7)}, id="on Holy Saturday"),
    ],
)
def test_steps_after_count_working_days_on(date, after, days):
    assert days_of(date, after=after) == days


@pytest.mark.parametrize(
    ("today", "keys"),
    [
        (D(2026, 3, 29), set()),
        (D(2026, 4, 5), {"week:1"}),
        (D(2026, 4, 6), {"week:1", "week:2"}),
        (D(2026, 4, 20), {"week:2", "week:3", "week:4"}),
    ],
)
def test_weekly_steps_are_those_around_the_day(today, keys):
    assert set(days_of(D(2026, 3, 30), weekly=True, today=today)) == keys


def test_week_after_on_a_holiday_moves_to_the_next_working_day():
    monday, easter_monday, tuesday = D(2026, 3, 30), D(2026, 4, 6), D(2026, 4, 7)
    schedule = default_schedule(rule(weekly=True))

    assert schedule.step_on(monday, easter_monday) is None
    assert schedule.step_on(monday, tuesday).key == "week:1"
    assert schedule.step_on(monday, tuesday).description == "1 Woche nach dem 30.03.2026"


@pytest.mark.parametrize(
    ("today", "key"),
    [
        (D(2026, 3, 27), None),
        (D(2026, 3, 30), "-10"),
        (D(2026, 4, 2), "-10"),  # three working days late
        (D(2026, 4, 7), None),  # the fourth, after Easter
        (D(2026, 4, 10), "-3"),
        (D(2026, 4, 12), "-3"),  # a Sunday
        (D(2026, 4, 15), "0"),
        (D(2026, 4, 22), "5"),
        (D(2026, 4, 28), None),
    ],
)
def test_latest_passed_step_is_made_up_for_within_three_working_days(today, key):
    step = default_schedule(RULE).step_on(DATE, today)

    assert (step and step.key) == key


def test_step_too_old_to_send_still_supersedes_earlier_ones():
    schedule = Schedule(RULE, (("-10", -10), ("-9", -9)), weekly=False)

    assert schedule.step_on(DATE, D(2026, 4, 8)) is None
    assert schedule.step_on(DATE, D(2026, 4, 2)).key == "-9"


@pytest.mark.parametrize(
    ("since", "key"), [(D(2026, 4, 9), "-3"), (THREE_BEFORE, None), (D(2026, 4, 11), None)]
)
def test_step_up_to_the_day_of_asking_does_not_count(since, key):
    step = default_schedule(RULE).step_on(DATE, D(2026, 4, 12), since=since)

    assert (step and step.key) == key


def test_of_two_steps_on_one_day_the_later_counts():
    schedule = Schedule(RULE, (("-1", -1), ("0", 0), ("1", 1)), weekly=False)

    # Due on a Saturday, so the reminder goes out on the Friday.
    assert schedule.step_on(D(2026, 4, 18), D(2026, 4, 17)).key == "0"


def test_next_on_is_the_day_of_the_next_step():
    schedule = default_schedule(RULE)

    assert [
        schedule.next_on(DATE, day) for day in (D(2026, 3, 1), D(2026, 4, 10), D(2026, 5, 1))
    ] == [
        D(2026, 3, 30),
        D(2026, 4, 15),
        None,
    ]


def test_switched_off_rule_has_no_steps():
    schedule = default_schedule(RULE)._replace(is_active=False)

    assert (
        schedule.steps(DATE, DATE),
        schedule.step_on(DATE, DATE),
        schedule.next_on(DATE, D(2026, 3, 1)),
    ) == (
        [],
        None,
        None,
    )


def test_last_day_of_the_calendar_raises_no_error():
    schedule = default_schedule(rule(before=(2,), after=(3,), weekly=True))

    assert schedule.step_on(dt.date.max, D(2026, 4, 15)) is None


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (-10, "10 Arbeitstage vor dem 15.04.2026"),
        (-1, "1 Arbeitstag vor dem 15.04.2026"),
        (0, "am 15.04.2026"),
        (1, "1 Arbeitstag nach dem 15.04.2026"),
        (5, "5 Arbeitstage nach dem 15.04.2026"),
    ],
)
def test_step_is_described_in_german(offset, words):
    schedule = Schedule(RULE, (("x", offset),), weekly=False)

    assert [step.description for step in schedule.steps(DATE, D(2026, 1, 1))] == [words]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (
            default_schedule(RULE),
            "10 und 3 Arbeitstage vorher, am Tag selbst, 5 Arbeitstage danach",
        ),
        (default_schedule(RULE)._replace(is_active=False), "ausgeschaltet"),
        (Schedule(RULE, (("-1", -1),), weekly=True), "1 Arbeitstag vorher, danach jede Woche"),
        (
            Schedule(RULE, (("1", 1), ("2", 2), ("3", 3)), weekly=False),
            "1, 2 und 3 Arbeitstage danach",
        ),
        (Schedule(RULE, (), weekly=False), "keine Erinnerung"),
        (default_schedule(FIXED), "jeden Tag"),
        (default_schedule(PERSONAL), "5 Arbeitstage vorher"),
        (
            default_schedule(WITH_OPTIONS),
            "schon früh, 1 Arbeitstag vorher, ab dem 3. Arbeitstag die Leitung",
        ),
        (
            Schedule(WITH_OPTIONS, (), False, options=(("early", True), ("chief", None))),
            "schon früh",
        ),
        (
            Schedule(WITH_OPTIONS, (), False, options=(("early", False), ("chief", None))),
            "keine Erinnerung",
        ),
    ],
)
def test_schedule_is_described_in_german(schedule, words):
    assert describe_schedule(schedule) == words


OLD = (("-10", -10), ("-3", -3), ("0", 0))


@pytest.mark.parametrize(
    ("days", "steps"),
    [
        pytest.param([-10, -3, 0], OLD, id="unchanged"),
        pytest.param([-8, -3, 0], (("-10", -8), ("-3", -3), ("0", 0)), id="the first moved"),
        pytest.param([-8, -2, 1], (("-10", -8), ("-3", -2), ("0", 1)), id="all moved"),
        pytest.param([-15, -10, -3, 0], (("-15", -15), *OLD), id="one added before"),
        pytest.param(
            [-10, -5, -3, 0],
            (("-10", -10), ("-5", -5), ("-3", -3), ("0", 0)),
            id="one added between",
        ),
        pytest.param([-3, 0], OLD[1:], id="the first taken out"),
        pytest.param([-1], (("0", -1),), id="one left, the nearest"),
        pytest.param([], (), id="none left"),
    ],
)
def test_step_that_moved_keeps_its_key(days, steps):
    assert keep_step_keys(OLD, days) == steps


def test_new_step_takes_no_key_in_use():
    moved = keep_step_keys(OLD, [-8, -3, 0])

    assert keep_step_keys(moved, [-10, -8, -3, 0]) == (
        ("-10+", -10),
        ("-10", -8),
        ("-3", -3),
        ("0", 0),
    )


def test_rule_is_registered_once():
    register_rules(RULE)

    with pytest.raises(ValueError, match="test_rule: registered twice"):
        register_rules(rule(key="test_rule"))
    assert get_rule("test_rule") is RULE
