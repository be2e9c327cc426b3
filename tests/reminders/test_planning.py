"""Reminders over all apps: one mail a person and day, each step once, nothing on free days, pauses,
catching up.
"""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

import approvals.reminders
from core.errors import Refused
from core.roles import OFFICE, SENATOR_OFFICE
from dialogues.enums import DialogueState
from dialogues.services import remind_guests
from outbox.drafts import Recipient
from outbox.models import Mail
from reminders import planning
from reminders.models import ReminderLog
from reminders.planning import next_run_on, plan_day, plan_days, send_reminders
from reminders.queries import current_schedule
from reminders.services import change_rule, resume_reminders
from reminders.tasks import remind
from tests.approvals.builders import make_approval, make_deputy
from tests.approvals.requests import make_topic_approval
from tests.dialogues.builders import make_dialogue, make_invitation
from tests.partners.builders import make_user
from tests.reminders.builders import (
    DATE,
    PERSONAL,
    RULE,
    TEN_BEFORE,
    THREE_BEFORE,
    at,
    fixed,
    make_pause,
    make_personal,
    make_reminder,
    offering,
)

pytestmark = pytest.mark.django_db
D = dt.date
DAY = dt.timedelta(days=1)


@pytest.fixture
def sources(monkeypatch):
    """Let the sources given stand for those of the apps."""

    def offer(*functions):
        monkeypatch.setattr(planning, "reminder_sources", lambda: functions)

    return offer


@pytest.fixture
def office():
    return make_user(OFFICE)


def run(day: dt.date, hour: int = 7) -> int:
    return send_reminders(today=day, now=at(day, hour))


def run_through(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Let beat run on every day from `first` to `last`; return (day, step) of each reminder that
    went out.
    """
    went = []
    for offset in range((last - first).days + 1):
        day, before = first + offset * DAY, ReminderLog.objects.count()
        run(day)
        went += [(day, row.step) for row in ReminderLog.objects.order_by("pk")[before:]]
    return went


def change(by, before, after=(5,), rule=RULE):
    version = current_schedule(rule.key).version
    change_rule(
        rule=rule,
        before=before,
        after=after,
        weekly=False,
        is_active=True,
        version=version,
        by=by,
        now=timezone.now(),
    )


def lines_on(day: dt.date) -> list[list[str]]:
    return [[row.line for row in mail.reminders] for mail in plan_days([day])[0].mails]


# Gathering


def test_one_person_gets_one_mail_with_the_earliest_date_first(sources):
    late = make_reminder("später", date=D(2026, 6, 12))
    early = make_reminder("früher", date=D(2026, 6, 10), to=Recipient("GAST@example.org"))
    sources(fixed(late), fixed(early))

    assert lines_on(THREE_BEFORE) == [["früher", "später"]]


def test_personal_link_stands_alone(sources):
    sources(fixed(make_reminder("eins"), make_personal("zwei")))

    assert lines_on(THREE_BEFORE) == [["eins"], ["zwei"]]


@pytest.mark.parametrize("address", ["", "keine Adresse", "zwei@example.org, drei@example.org"])
def test_somebody_without_a_usable_address_stops_nobody_else(sources, address):
    sources(fixed(make_reminder("eins", to=Recipient(address)), make_reminder("zwei")))

    assert lines_on(THREE_BEFORE) == [["zwei"]]
    assert run(THREE_BEFORE) == 1


def test_who_holds_two_roles_is_told_once(sources):
    twice = make_reminder("eins")
    sources(fixed(twice, twice))

    assert lines_on(THREE_BEFORE) == [["eins"]]


def test_running_twice_writes_one_mail(sources):
    sources(fixed(make_reminder("eins")))

    assert [run(THREE_BEFORE, hour) for hour in (7, 8, 9)] == [1, 0, 0]
    assert Mail.objects.get().subject == "Offene Vorgänge am 10.04.2026"


# Each step once


def test_each_step_goes_out_once_on_its_day(sources):
    sources(offering(("eins", DATE)))

    assert run_through(D(2026, 3, 20), D(2026, 5, 10)) == [
        (TEN_BEFORE, "-10"),
        (THREE_BEFORE, "-3"),
        (DATE, "0"),
        (D(2026, 4, 22), "5"),
    ]


@pytest.mark.parametrize(
    ("before", "went"),
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
def test_changed_rule_reminds_nobody_anew(sources, office, before, went):
    sources(offering(("eins", DATE)))
    run(TEN_BEFORE)

    change(office, before)

    assert run_through(TEN_BEFORE, DATE) == went


def test_rule_changed_there_and_back_reminds_nobody_anew(sources, office):
    sources(offering(("eins", DATE)))
    run(TEN_BEFORE)

    for before in ([9, 3, 0], [8], [15, 9, 4], [10, 3, 0]):
        change(office, before)
        assert run_through(TEN_BEFORE, TEN_BEFORE + DAY) == []


def test_step_added_before_a_late_reminder_is_not_made_up_for(sources, office):
    sources(offering(("eins", DATE)))
    assert run_through(D(2026, 4, 1), D(2026, 4, 1)) == [
        (D(2026, 4, 1), "-10")
    ]  # two working days late

    change(office, [10, 9, 3, 0])  # the ninth is 31 March

    assert run_through(D(2026, 4, 2), THREE_BEFORE) == [(THREE_BEFORE, "-3")]


def test_moved_date_starts_anew(sources):
    sources(offering(("eins", DATE)))
    run_through(D(2026, 3, 20), DATE)

    sources(offering(("eins", D(2026, 5, 29))))

    assert run_through(DATE + DAY, D(2026, 6, 30)) == [
        (D(2026, 5, 13), "-10"),
        (D(2026, 5, 26), "-3"),
        (D(2026, 5, 29), "0"),
        (D(2026, 6, 5), "5"),
    ]


def test_date_moved_there_and_back_repeats_no_step(sources):
    sources(offering(("eins", DATE)))
    run(TEN_BEFORE)
    sources(offering(("eins", DATE + DAY)))
    assert run_through(TEN_BEFORE + DAY, TEN_BEFORE + DAY) == [(D(2026, 3, 31), "-10")]

    sources(offering(("eins", DATE)))

    assert run_through(TEN_BEFORE + DAY, THREE_BEFORE - DAY) == []


def test_done_thing_is_never_reminded_of_again(sources):
    sources(offering(("eins", DATE), ("zwei", DATE)))
    run(TEN_BEFORE)

    sources(offering(("zwei", DATE)))

    assert lines_on(THREE_BEFORE) == [["zwei"]]


# Free days


@pytest.mark.parametrize(
    ("date", "free", "went"),
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
def test_nobody_is_reminded_on_a_free_day(sources, date, free, went):
    sources(offering(("eins", date)))

    assert run_through(date - 10 * DAY, date + DAY) == went
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
def test_free_day_sends_nothing_whatever_is_waiting(sources, day):
    sources(fixed(make_reminder("eins"), make_personal("zwei")))

    assert run(day) == 0
    assert plan_days([day])[0].mails == []


def test_step_missed_on_friday_goes_out_on_monday(sources):
    sources(offering(("eins", DATE)))

    assert run_through(THREE_BEFORE + DAY, D(2026, 4, 13)) == [(D(2026, 4, 13), "-3")]


# Catching up


def test_beat_that_was_down_for_two_days_makes_up_for_the_latest_step_only(sources, office):
    change(office, [4, 3, 0])
    sources(offering(("eins", DATE)))

    assert run_through(D(2026, 4, 13), DATE) == [(D(2026, 4, 13), "-3"), (DATE, "0")]


def test_step_missed_for_too_long_is_left_out(sources):
    sources(offering(("eins", DATE)))

    assert run_through(D(2026, 4, 7), D(2026, 4, 9)) == []  # the step was due on 30 March


def test_mail_of_the_morning_does_not_swallow_what_comes_due_later(sources):
    sources(offering(("eins", DATE)))
    run(THREE_BEFORE)

    sources(offering(("eins", DATE), ("zwei", DATE)))

    assert run(THREE_BEFORE, 9) == 0
    assert run_through(THREE_BEFORE + DAY, D(2026, 4, 13)) == [
        (D(2026, 4, 13), "-3")
    ]  # the Monday after
    assert [mail.event for mail in Mail.objects.order_by("pk")] == ["2026-04-10", "2026-04-13"]


def test_personal_link_does_not_wait_for_the_digest(sources):
    sources(fixed(make_reminder("eins")))
    run(THREE_BEFORE)

    sources(fixed(make_reminder("eins"), make_personal("zwei")))

    assert run(THREE_BEFORE, 9) == 1


# Pauses


@pytest.mark.parametrize(
    ("target", "paused", "sent"),
    [
        ({"rule": RULE.key}, ["eins", "zwei"], ["drei"]),
        ({"about": "test:eins"}, ["eins"], ["drei", "zwei"]),
        ({"recipient": "gast@example.org"}, ["drei", "eins"], ["zwei"]),
    ],
)
def test_pause_holds_back_what_it_names(sources, target, paused, sent):
    other = Recipient("andere@example.org")
    sources(fixed(make_reminder("eins"), make_reminder("zwei", to=other), make_personal("drei")))
    pause = make_pause(**target)

    [plan] = plan_days([THREE_BEFORE])

    assert sorted(row.reminder.line for row in plan.paused) == paused
    assert {row.pause for row in plan.paused} == {pause}
    assert sorted(row.line for mail in plan.mails for row in mail.reminders) == sent
    run(THREE_BEFORE)
    assert ReminderLog.objects.count() == len(sent)


@pytest.mark.parametrize(
    "target", [{"rule": RULE.key}, {"about": "test:eins"}, {"recipient": "gast@example.org"}]
)
def test_lifted_pause_lets_the_latest_step_through_and_no_flood(sources, office, target):
    change(office, [7, 6, 5, 3, 0])
    sources(offering(("eins", DATE)))
    pause = make_pause(by=office, **target)
    assert run_through(TEN_BEFORE, D(2026, 4, 8)) == []

    resume_reminders(pause=pause, by=office, now=at(D(2026, 4, 9)))

    assert run_through(D(2026, 4, 9), THREE_BEFORE) == [(D(2026, 4, 9), "-5"), (THREE_BEFORE, "-3")]


def test_long_pause_leaves_nothing_to_make_up_for(sources):
    sources(offering(("eins", DATE)))
    make_pause(until_on=D(2026, 4, 8), rule=RULE.key)

    assert run_through(TEN_BEFORE, DATE) == [(THREE_BEFORE, "-3"), (DATE, "0")]


def test_pause_ends_with_its_last_day(sources):
    sources(offering(("eins", DATE)))
    make_pause(until_on=D(2026, 4, 10), rule=RULE.key)

    assert run_through(THREE_BEFORE, D(2026, 4, 14)) == [(D(2026, 4, 13), "-3")]


# The forecast


def test_forecast_says_what_the_runs_will_do(sources, office):
    other = Recipient("andere@example.org")
    change(office, [9, 5, 3, 2, 1, 0], [1, 5])
    sources(
        offering(("eins", DATE), ("zwei", DATE + 2 * DAY), ("drei", DATE - 4 * DAY)),
        offering(("eins", DATE), to=other),
        offering(("vier", DATE), to=other, rule=PERSONAL),
    )
    make_pause(by=office, until_on=D(2026, 4, 9), about="test:eins")
    days = [D(2026, 4, 7) + offset * DAY for offset in range(14)]

    foreseen = [
        (plan.day, row.subject_key, row.step.key, row.to.email)
        for plan in plan_days(days)
        for mail in plan.mails
        for row in mail.reminders
    ]
    run_through(days[0], days[-1])

    went = [
        (row.at.date(), row.subject_key, row.step, row.recipient)
        for row in ReminderLog.objects.all()
    ]
    assert sorted(foreseen) == sorted(went)
    assert len(went) > 15


def test_forecast_writes_nothing(sources):
    sources(offering(("eins", DATE)))

    plan_days([TEN_BEFORE, THREE_BEFORE])

    assert (Mail.objects.count(), ReminderLog.objects.count()) == (0, 0)


def test_later_day_is_told_as_it_will_be_then(sources):
    sources(offering(("eins", DATE)))

    assert (
        plan_day(D(2026, 4, 13), now=at(D(2026, 4, 1))).mails == []
    )  # it will have gone out on the 10th
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
def test_plan_costs_the_same_for_1_and_30_reminders(sources, count, django_assert_num_queries):
    sources(
        fixed(
            *[make_reminder(to=Recipient(f"gast-{number}@example.org")) for number in range(count)]
        ),
        fixed(*[make_personal() for _number in range(count)]),
    )

    with django_assert_num_queries(4):  # rules, pauses, digests of these days, the log
        assert sum(len(plan.mails) for plan in plan_days([THREE_BEFORE, DATE])) == 2 * count


# By beat and by hand


@pytest.mark.parametrize(
    ("hour", "minute", "count"),
    [(6, 59, 0), (7, 0, 1), (11, 0, 1), (19, 59, 1), (20, 0, 0), (23, 30, 0)],
)
def test_task_that_comes_too_late_leaves_it_to_the_next_day(
    sources, time_machine, hour, minute, count
):
    sources(fixed(make_reminder("eins")))
    time_machine.move_to(at(THREE_BEFORE, hour, minute))

    remind()

    assert Mail.objects.count() == count


def test_by_hand_and_by_itself_are_one_reminder_a_day(office):
    make_invitation(dialogue := make_dialogue(DialogueState.INVITED))  # answers until 15 April
    first, second = D(2026, 4, 8), D(2026, 4, 13)

    assert remind_guests(dialogue=dialogue, by=office, now=at(first, 6)) == 1
    assert (run(first), run(first + DAY)) == (0, 0)
    assert run(second) == 1
    with pytest.raises(Refused, match="heute schon erinnert"):
        remind_guests(dialogue=dialogue, by=office, now=at(second, 9))

    assert Mail.objects.filter(kind="invitation_reminder").count() == 2


def test_command_shows_and_sends_what_beat_would():
    make_user(SENATOR_OFFICE, email="senatorin@example.org")
    approval = make_topic_approval(due_on=D(2030, 5, 10))
    Mail.objects.all().delete()

    shown = StringIO()
    call_command("remind", "--on", "10.05.2030", "--dry-run", stdout=shown)
    assert "an senatorin@example.org" in shown.getvalue()
    assert approval.title in shown.getvalue()
    assert "(Entscheidung über eine Freigabe: am 10.05.2030)" in shown.getvalue()
    assert Mail.objects.count() == 0

    call_command("remind", "--on", "2030-05-10", stdout=StringIO())
    assert list(Mail.objects.values_list("kind", "recipient")) == [
        ("reminder_digest", "senatorin@example.org")
    ]
    call_command("remind", "--on", "2030-05-10", stdout=(again := StringIO()))
    assert "0 E-Mails" in again.getvalue()
    assert Mail.objects.count() == 1


def test_command_names_what_is_paused(sources):
    sources(fixed(make_reminder("eins")))
    make_pause(rule=RULE.key)

    call_command("remind", "--on", "2026-04-10", stdout=(shown := StringIO()))

    assert "pausiert (Pause zum Test): eins, an gast@example.org" in shown.getvalue()
    assert Mail.objects.count() == 0


def test_command_refuses_what_is_no_date():
    with pytest.raises(CommandError, match="kein Datum"):
        call_command("remind", "--on", "morgen")


# Escalation of approvals: run and forecast are one


def words_of(plan) -> list[tuple[str, str]]:
    return [(mail.to.email, row.why) for mail in plan.mails for row in mail.reminders]


@pytest.fixture
def escalating(sources):
    """An approval due on Friday 13 March 2026, who decides, a standing deputy, and the lead of the
    office.
    """
    sources(approvals.reminders.reminders_due)
    senator = make_user(SENATOR_OFFICE, email="senatorin@example.org")
    make_deputy(senator, ends_on=None, email="staendig@example.org")
    lead = make_user(OFFICE, email="leitung@example.org", is_office_head=True)
    make_approval(by=lead)
    return lead


def test_forecast_of_an_approval_names_each_step_whom_and_why(escalating, client, time_machine):
    time_machine.move_to(at(D(2026, 3, 17), 6), tick=False)
    client.force_login(escalating)

    html = client.get("/postausgang/vorschau/").content.decode()

    for address in ("senatorin@example.org", "staendig@example.org", "leitung@example.org"):
        assert address in html
    for words in (
        "2 Arbeitstage nach dem 13.03.2026, auch an die ständige Vertretung",
        "3 Arbeitstage nach dem 13.03.2026, auch an die Leitung der Geschäftsstelle",
    ):
        assert words in html


def test_forecast_of_an_approval_is_what_the_runs_then_send(escalating):
    days = [D(2026, 3, 12) + offset * DAY for offset in range(8)]
    foreseen = {plan.day: words_of(plan) for plan in plan_days(days)}

    for day in days:
        assert words_of(plan_days([day])[0]) == foreseen[day]
        assert run(day) == len(foreseen[day])

    assert {day.day: len(rows) for day, rows in foreseen.items()} == {
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
    [({"daily": False, "lead": None}, 0), ({"deputy": 3, "lead": 5}, 2), ({"half_time": False}, 3)],
)
def test_changed_steps_of_approvals_mail_nobody_anew(escalating, options, mails_next_day):
    for day in (12, 13, 16, 17):
        run(D(2026, 3, day))

    rule = approvals.reminders.RULE
    change_rule(
        rule=rule,
        before=[3, 1],
        after=[],
        weekly=False,
        is_active=True,
        options=options,
        version=current_schedule(rule.key).version,
        by=escalating,
        now=timezone.now(),
    )

    assert run(D(2026, 3, 17), 9) == 0
    assert run(D(2026, 3, 18)) == mails_next_day


def test_moved_day_of_the_deputies_is_the_same_step(escalating):
    rule = approvals.reminders.RULE

    def set_deputy(count):
        change_rule(
            rule=rule,
            before=[0],
            after=[],
            weekly=False,
            is_active=True,
            by=escalating,
            now=timezone.now(),
            options={"daily": False, "deputy": count, "lead": None},
            version=current_schedule(rule.key).version,
        )

    set_deputy(2)
    assert run(D(2026, 3, 17)) == 2

    set_deputy(4)

    assert [run(D(2026, 3, day)) for day in (18, 19, 20)] == [0, 0, 0]
