"""Each step is sent once, is sent late when missed, and waits while it is paused."""

import datetime as dt

import pytest

from core.errors import Refused
from dialogues.enums import DialogueState
from dialogues.services import remind_guests
from outbox.models import Mail
from outbox.texts import Recipient
from reminders.models import ReminderLog
from reminders.planning import plan_days
from reminders.services import resume_reminders
from tests.dialogues.builders import make_dialogue, make_invitation
from tests.reminders.builders import (
    DATE,
    RULE,
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


def test_each_step_goes_out_once_on_its_day(sources):
    sources(source_of(("eins", DATE)))

    assert run_through(D(2026, 3, 20), D(2026, 5, 10)) == [
        (TEN_BEFORE, "-10"),
        (THREE_BEFORE, "-3"),
        (DATE, "0"),
        (D(2026, 4, 22), "5"),
    ]


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        pytest.param([8, 3, 0], [(THREE_BEFORE, "-3"), (DATE, "0")], id="later"),
        pytest.param([12, 3, 0], [(THREE_BEFORE, "-3"), (DATE, "0")], id="earlier"),
        pytest.param([15, 10, 3, 0], [(THREE_BEFORE, "-3"), (DATE, "0")], id="one more before"),
        pytest.param(
            [15, 12, 11, 10, 3, 0], [(THREE_BEFORE, "-3"), (DATE, "0")], id="three more before"
        ),
        pytest.param(
            [11, 9, 3, 0],
            [(D(2026, 3, 31), "-9"), (THREE_BEFORE, "-3"), (DATE, "0")],
            id="a new one after",
        ),
        pytest.param(
            [10, 5, 3, 0],
            [(D(2026, 4, 8), "-5"), (THREE_BEFORE, "-3"), (DATE, "0")],
            id="one between",
        ),
        pytest.param([3, 0], [(THREE_BEFORE, "-3"), (DATE, "0")], id="the one sent taken out"),
        pytest.param([10, 1], [(D(2026, 4, 14), "0")], id="the last two became one"),
        pytest.param([], [], id="none left"),
    ],
)
def test_changed_rule_reminds_nobody_again(sources, office, before, sent):
    sources(source_of(("eins", DATE)))
    run(TEN_BEFORE)

    change_days(office, before)

    assert run_through(TEN_BEFORE, DATE) == sent


def test_rule_changed_there_and_back_reminds_nobody_again(sources, office):
    sources(source_of(("eins", DATE)))
    run(TEN_BEFORE)

    for before in ([9, 3, 0], [8], [15, 9, 4], [10, 3, 0]):
        change_days(office, before)
        assert run_through(TEN_BEFORE, TEN_BEFORE + DAY) == []


def test_step_added_before_a_late_reminder_is_not_made_up_for(sources, office):
    sources(source_of(("eins", DATE)))
    # This run sends the step two working days late.
    assert run_through(D(2026, 4, 1), D(2026, 4, 1)) == [(D(2026, 4, 1), "-10")]

    change_days(office, [10, 9, 3, 0])  # the ninth is 31 March

    assert run_through(D(2026, 4, 2), THREE_BEFORE) == [(THREE_BEFORE, "-3")]


def test_moved_date_starts_again(sources):
    sources(source_of(("eins", DATE)))
    run_through(D(2026, 3, 20), DATE)

    sources(source_of(("eins", D(2026, 5, 29))))

    assert run_through(DATE + DAY, D(2026, 6, 30)) == [
        (D(2026, 5, 13), "-10"),
        (D(2026, 5, 26), "-3"),
        (D(2026, 5, 29), "0"),
        (D(2026, 6, 5), "5"),
    ]


def test_date_moved_there_and_back_repeats_no_step(sources):
    sources(source_of(("eins", DATE)))
    run(TEN_BEFORE)
    sources(source_of(("eins", DATE + DAY)))
    assert run_through(TEN_BEFORE + DAY, TEN_BEFORE + DAY) == [(D(2026, 3, 31), "-10")]

    sources(source_of(("eins", DATE)))

    assert run_through(TEN_BEFORE + DAY, THREE_BEFORE - DAY) == []


def test_settled_matter_is_not_reminded_of_again(sources):
    sources(source_of(("eins", DATE), ("zwei", DATE)))
    run(TEN_BEFORE)

    sources(source_of(("zwei", DATE)))

    assert lines_on(THREE_BEFORE) == [["zwei"]]


def test_beat_that_was_down_for_two_days_makes_up_for_the_latest_step_only(sources, office):
    change_days(office, [4, 3, 0])
    sources(source_of(("eins", DATE)))

    assert run_through(D(2026, 4, 13), DATE) == [(D(2026, 4, 13), "-3"), (DATE, "0")]


def test_step_missed_for_too_long_is_left_out(sources):
    sources(source_of(("eins", DATE)))

    assert run_through(D(2026, 4, 7), D(2026, 4, 9)) == []  # the step was due on 30 March


def test_reminder_due_after_the_digest_goes_out_the_next_day(sources):
    sources(source_of(("eins", DATE)))
    run(THREE_BEFORE)

    sources(source_of(("eins", DATE), ("zwei", DATE)))

    assert run(THREE_BEFORE, 9) == 0
    # The Monday after.
    assert run_through(THREE_BEFORE + DAY, D(2026, 4, 13)) == [(D(2026, 4, 13), "-3")]
    assert [mail.event for mail in Mail.objects.order_by("pk")] == ["2026-04-10", "2026-04-13"]


def test_personal_link_does_not_wait_for_the_digest(sources):
    sources(source_with(make_reminder("eins")))
    run(THREE_BEFORE)

    sources(source_with(make_reminder("eins"), make_personal("zwei")))

    assert run(THREE_BEFORE, 9) == 1


@pytest.mark.parametrize(
    ("target", "paused", "sent"),
    [
        ({"rule": RULE.key}, ["eins", "zwei"], ["drei"]),
        ({"about": "test:eins"}, ["eins"], ["drei", "zwei"]),
        ({"recipient": "gast@example.org"}, ["drei", "eins"], ["zwei"]),
    ],
)
def test_pause_stops_only_what_it_names(sources, target, paused, sent):
    other = Recipient("andere@example.org")
    sources(
        source_with(make_reminder("eins"), make_reminder("zwei", to=other), make_personal("drei"))
    )
    pause = make_pause(**target)

    [plan] = plan_days([THREE_BEFORE])

    assert sorted(entry.reminder.line for entry in plan.paused) == paused
    assert {entry.pause for entry in plan.paused} == {pause}
    assert sorted(reminder.line for mail in plan.mails for reminder in mail.reminders) == sent
    run(THREE_BEFORE)
    assert ReminderLog.objects.count() == len(sent)


@pytest.mark.parametrize(
    "target", [{"rule": RULE.key}, {"about": "test:eins"}, {"recipient": "gast@example.org"}]
)
def test_ended_pause_releases_only_the_latest_step(sources, office, target):
    change_days(office, [7, 6, 5, 3, 0])
    sources(source_of(("eins", DATE)))
    pause = make_pause(by=office, **target)
    assert run_through(TEN_BEFORE, D(2026, 4, 8)) == []

    resume_reminders(pause=pause, by=office, now=at(D(2026, 4, 9)))

    assert run_through(D(2026, 4, 9), THREE_BEFORE) == [(D(2026, 4, 9), "-5"), (THREE_BEFORE, "-3")]


def test_long_pause_leaves_nothing_to_make_up_for(sources):
    sources(source_of(("eins", DATE)))
    make_pause(until_on=D(2026, 4, 8), rule=RULE.key)

    assert run_through(TEN_BEFORE, DATE) == [(THREE_BEFORE, "-3"), (DATE, "0")]


def test_pause_ends_with_its_last_day(sources):
    sources(source_of(("eins", DATE)))
    make_pause(until_on=D(2026, 4, 10), rule=RULE.key)

    assert run_through(THREE_BEFORE, D(2026, 4, 14)) == [(D(2026, 4, 13), "-3")]


def test_reminder_by_hand_counts_as_the_reminder_of_the_day(office):
    make_invitation(
        dialogue := make_dialogue(DialogueState.INVITED)
    )  # the reply is due on 15 April
    first, second = D(2026, 4, 8), D(2026, 4, 13)

    assert remind_guests(dialogue=dialogue, by=office, now=at(first, 6)) == 1
    assert (run(first), run(first + DAY)) == (0, 0)
    assert run(second) == 1
    with pytest.raises(Refused, match="heute schon erinnert"):
        remind_guests(dialogue=dialogue, by=office, now=at(second, 9))

    assert Mail.objects.filter(kind="invitation_reminder").count() == 2
