import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.reminders import RULE, SUBJECT_PREFIXES, due_step, reminders_due
from core.models import Origin
from partners.models import Deputy
from reminders.queries import current_schedules
from reminders.schedules import default_schedule
from tests.approvals.builders import BERLIN, TODAY, make_approval, make_deputy, make_subject
from tests.partners.builders import make_user

D = dt.date
DEFAULT = default_schedule(RULE)


def test_each_kind_has_a_prefix_for_pauses():
    assert set(SUBJECT_PREFIXES) == set(ApprovalKind)


def steps_of(submitted_at: dt.datetime, due_on: dt.date, until: dt.date) -> dict[dt.date, str]:
    """Return the key of the step due on each day, from the submission to `until`."""
    approval = ApprovalRequest(submitted_at=submitted_at, due_on=due_on)
    first = submitted_at.astimezone(BERLIN).date()
    days = (first + dt.timedelta(offset) for offset in range((until - first).days + 1))
    return {
        day: step.key
        for day in days
        if (step := due_step(approval, day, DEFAULT)) and step.on == day
    }


def at(year, month, day, hour=10, minute=0):
    return dt.datetime(year, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("submitted_at", "due_on", "until", "steps"),
    [
        pytest.param(
            at(2026, 3, 2),
            D(2026, 3, 13),
            D(2026, 3, 17),
            {
                D(2026, 3, 6): "half_time",
                D(2026, 3, 12): "-1",
                D(2026, 3, 13): "0",
                D(2026, 3, 16): "overdue:1",
                D(2026, 3, 17): "overdue:2",
            },
            id="plain fortnight",
        ),
        pytest.param(
            at(2026, 3, 30),
            D(2026, 4, 8),
            D(2026, 4, 9),
            {
                D(2026, 4, 1): "half_time",
                D(2026, 4, 7): "-1",
                D(2026, 4, 8): "0",
                D(2026, 4, 9): "overdue:1",
            },
            id="over Easter",
        ),
        pytest.param(
            at(2026, 4, 1),
            D(2026, 4, 3),
            D(2026, 4, 7),
            {D(2026, 4, 2): "0", D(2026, 4, 7): "overdue:1"},
            id="due on Good Friday",
        ),
        pytest.param(
            at(2027, 3, 4),
            D(2027, 3, 9),
            D(2027, 3, 9),
            {D(2027, 3, 5): "-1", D(2027, 3, 9): "0"},
            id="over 8 March, a holiday in Berlin",
        ),
        pytest.param(
            at(2025, 9, 29),
            D(2025, 10, 6),
            D(2025, 10, 6),
            {D(2025, 10, 1): "half_time", D(2025, 10, 2): "-1", D(2025, 10, 6): "0"},
            id="over 3 October",
        ),
        pytest.param(
            at(2026, 3, 2),
            D(2026, 3, 14),
            D(2026, 3, 16),
            {
                D(2026, 3, 6): "half_time",
                D(2026, 3, 12): "-1",
                D(2026, 3, 13): "0",
                D(2026, 3, 16): "overdue:1",
            },
            id="due on a Saturday",
        ),
        pytest.param(
            at(2025, 10, 26, 2, 30),
            D(2025, 10, 29),
            D(2025, 10, 29),
            {D(2025, 10, 27): "half_time", D(2025, 10, 28): "-1", D(2025, 10, 29): "0"},
            id="submitted in the night of winter time",
        ),
        pytest.param(
            at(2025, 10, 24, 23, 59),
            D(2025, 10, 28),
            D(2025, 10, 28),
            {D(2025, 10, 27): "-1", D(2025, 10, 28): "0"},
            id="submitted just before midnight, due after the last Sunday of October",
        ),
        pytest.param(
            at(2026, 3, 2), D(2026, 3, 3), D(2026, 3, 3), {D(2026, 3, 3): "0"}, id="one day of time"
        ),
        pytest.param(
            at(2026, 3, 2),
            D(2026, 3, 2),
            D(2026, 3, 3),
            {D(2026, 3, 3): "overdue:1"},
            id="due at once",
        ),
    ],
)
def test_steps_fall_on_working_days(submitted_at, due_on, until, steps):
    assert steps_of(submitted_at, due_on, until) == steps


def due_on(today: dt.date):
    return [reminder for _day, reminder in reminders_due([today], current_schedules())]


def reminded(today: dt.date) -> list[tuple[str, str]]:
    return [(reminder.event, reminder.to.email) for reminder in due_on(today)]


@pytest.mark.django_db
def test_reminder_names_approval_deadline_and_page(office, senator):
    approval = make_approval(by=office, subject=make_subject(title="Fach*kräfte*"))

    [reminder] = due_on(D(2026, 3, 12))

    assert reminder.line == "Freigabe „Fach\\*kräfte\\*“ (Thema): Entscheidung bis morgen"
    assert reminder.why == "Entscheidung über eine Freigabe: 1 Arbeitstag vor dem 13.03.2026"
    assert (reminder.kind, reminder.subject_key, reminder.event) == (
        "approval",
        f"approval:{approval.pk}",
        "2026-03-13:-1",
    )
    assert (reminder.path, reminder.date, reminder.has_personal_link) == (
        f"/freigaben/{approval.pk}/",
        D(2026, 3, 13),
        False,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "about"),
    [("series", "series:7"), ("topic", "topic:7"), ("dates", "dialogue:7"), ("visit", "visit:7")],
)
def test_reminder_can_be_paused_with_its_subject(office, senator, kind, about):
    make_approval(by=office, subject=make_subject(kind, pk=7, title="Gespräch im Werk"))

    [reminder] = due_on(D(2026, 3, 12))

    assert (reminder.about, reminder.about_title) == (about, "Gespräch im Werk")


@pytest.mark.parametrize(
    ("today", "key"),
    [
        (D(2026, 3, 5), None),
        (D(2026, 3, 6), "half_time"),
        (D(2026, 3, 11), "half_time"),  # three working days late
        (D(2026, 3, 12), "-1"),
        (D(2026, 3, 18), "overdue:3"),
    ],
)
def test_only_the_latest_missed_step_is_sent_later(today, key):
    step = due_step(
        ApprovalRequest(submitted_at=at(2026, 3, 2), due_on=D(2026, 3, 13)), today, DEFAULT
    )

    assert (step and step.key) == key


def test_missed_step_is_dropped_after_three_working_days():
    # Half the time is over on 16 March.
    approval = ApprovalRequest(submitted_at=at(2026, 3, 2), due_on=D(2026, 3, 31))

    assert due_step(approval, D(2026, 3, 19), DEFAULT).key == "half_time"
    assert due_step(approval, D(2026, 3, 20), DEFAULT) is None


def test_description_names_the_step():
    approval = ApprovalRequest(submitted_at=at(2026, 3, 2), due_on=D(2026, 3, 13))

    assert [
        due_step(approval, D(2026, 3, day), DEFAULT).description for day in (6, 12, 13, 16, 17)
    ] == [
        "nach der halben Zeit bis zum 13.03.2026",
        "1 Arbeitstag vor dem 13.03.2026",
        "am 13.03.2026",
        "1 Arbeitstag nach dem 13.03.2026",
        "2 Arbeitstage nach dem 13.03.2026",
    ]


@pytest.mark.django_db
def test_deputies_are_reminded_during_their_deputyship_only(office, senator):
    deputy = make_user(email="vertretung@example.org")
    Deputy.objects.create(
        principal=senator.person,
        deputy=deputy.person,
        starts_on=D(2026, 3, 13),
        ends_on=D(2026, 3, 16),
    )
    make_approval(by=office)

    assert reminded(D(2026, 3, 12)) == [("2026-03-13:-1", senator.email)]
    assert reminded(D(2026, 3, 13)) == [
        ("2026-03-13:0", senator.email),
        ("2026-03-13:0", deputy.email),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in ApprovalState if state != ApprovalState.OPEN])
def test_closed_approval_sends_no_reminder(office, senator, state):
    make_approval(state, by=office)

    assert due_on(D(2026, 3, 13)) == []


@pytest.mark.django_db
def test_former_record_sends_no_reminder(office, senator):
    make_approval(by=office, origin=Origin.TAKEN_OVER)

    assert due_on(D(2026, 3, 13)) == []


@pytest.mark.django_db
def test_several_days_have_their_own_deputies_and_need_the_same_queries(
    office, senator, django_assert_num_queries
):
    deputy = make_user(email="vertretung@example.org")
    Deputy.objects.create(
        principal=senator.person,
        deputy=deputy.person,
        starts_on=D(2026, 3, 13),
        ends_on=D(2026, 3, 20),
    )
    make_approval(by=office)
    schedules = current_schedules()

    with django_assert_num_queries(4):
        pairs = reminders_due([D(2026, 3, 12), D(2026, 3, 13)], schedules)

    assert [(day.day, reminder.step.key, reminder.to.email) for day, reminder in pairs] == [
        (12, "-1", senator.email),
        (13, "0", senator.email),
        (13, "0", deputy.email),
    ]


@pytest.mark.django_db
def test_deputies_are_reminded_of_their_kinds_only(office, senator, django_assert_num_queries):
    kinds = (ApprovalKind.TOPIC, ApprovalKind.VISIT)
    requests = {kind: make_approval(by=office, subject=make_subject(kind)) for kind in kinds}
    topics = make_deputy(
        senator, kinds=[ApprovalKind.TOPIC], ends_on=D(2026, 4, 1), email="themen@example.org"
    )
    everything = make_deputy(senator, ends_on=D(2026, 4, 1), email="alles@example.org")
    schedules = current_schedules()

    with django_assert_num_queries(4):
        reminders = reminders_due([D(2026, 3, 12), D(2026, 3, 13)], schedules)

    recipients = {(day, reminder.subject_key, reminder.to.email) for day, reminder in reminders}
    assert recipients == {
        (day, f"approval:{requests[kind].pk}", account.email)
        for day in (D(2026, 3, 12), D(2026, 3, 13))
        for kind, accounts in zip(
            kinds, ([senator, topics, everything], [senator, everything]), strict=True
        )
        for account in accounts
    }


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_reminders(office, senator, count, django_assert_num_queries):
    for number in range(count):
        make_approval(by=office, subject=make_subject(ApprovalKind.VISIT, pk=number + 1))

    schedules = current_schedules()
    with django_assert_num_queries(4):
        assert len(reminders_due([D(2026, 3, 13)], schedules)) == count


@pytest.mark.django_db
def test_no_reminder_goes_out_on_the_day_of_submission(office, senator):
    make_approval(by=office, due_on=TODAY)

    assert due_on(TODAY) == []
