import datetime as dt

import pytest

from core.models import Origin
from core.roles import OFFICE
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue
from dialogues.queries import NextReminder
from dialogues.reminders import (
    RULE,
    can_remind_by_hand,
    guests_to_remind,
    next_reminder,
    reminders_due,
)
from dialogues.services import open_invitation, remind_guests
from outbox.models import Mail
from reminders.queries import current_schedules
from reminders.schedules import default_schedule
from reminders.services import PauseTarget, pause_reminders
from tests.dialogues.builders import (
    NOW,
    RSVP_BY,
    make_dialogue,
    make_invitation,
    make_office,
    make_released,
)
from tests.outbox.builders import fields_in_state
from tests.partners.builders import make_person, make_user

D = dt.date
# 5 and 2 working days before RSVP_BY (15 April 2026).
FIRST, SECOND = (
    D(2026, 4, 8),
    D(2026, 4, 13),
)


@pytest.mark.parametrize(
    ("rsvp_by", "days"),
    [
        pytest.param(D(2026, 4, 15), {D(2026, 4, 8), D(2026, 4, 13)}, id="plain week"),
        pytest.param(D(2026, 4, 9), {D(2026, 3, 31), D(2026, 4, 7)}, id="over Easter"),
        pytest.param(D(2026, 4, 6), {D(2026, 3, 26), D(2026, 3, 31)}, id="until Easter Monday"),
        pytest.param(
            D(2027, 3, 10), {D(2027, 3, 2), D(2027, 3, 5)}, id="over 8 March, a holiday in Berlin"
        ),
        pytest.param(D(2025, 10, 6), {D(2025, 9, 26), D(2025, 10, 1)}, id="over 3 October"),
        pytest.param(D(2026, 4, 19), {D(2026, 4, 10), D(2026, 4, 15)}, id="until a Sunday"),
        pytest.param(
            D(2025, 10, 28),
            {D(2025, 10, 21), D(2025, 10, 24)},
            id="over the last Sunday of October",
        ),
    ],
)
def test_guests_are_reminded_five_and_two_working_days_before(rsvp_by, days):
    assert {step.on for step in default_schedule(RULE).steps(rsvp_by, FIRST)} == days


def due_on(today: dt.date):
    """Return the reminders that may be sent on `today`."""
    return [reminder for _day, reminder in reminders_due([today], current_schedules())]


@pytest.mark.django_db
def test_reminder_carries_the_personal_link_and_the_words_of_its_mail():
    invitation = make_invitation(person=make_person(email="gast@example.org"))

    [reminder] = due_on(FIRST)

    assert (reminder.kind, reminder.subject_key, reminder.event) == (
        "invitation_reminder",
        f"invitation:{invitation.pk}",
        "2026-04-15:-5",
    )
    assert open_invitation(reminder.link.split("/")[-2]) == invitation
    assert (reminder.to.email, reminder.has_personal_link) == (
        "gast@example.org",
        True,
    )
    assert (reminder.path, reminder.date) == (invitation.dialogue.get_absolute_url(), RSVP_BY)
    assert reminder.why == "Antwort auf eine Einladung: 5 Arbeitstage vor dem 15.04.2026"
    assert (reminder.about, reminder.about_title) == (
        f"dialogue:{invitation.dialogue_id}",
        "Fachkräfte im Maschinenbau",
    )
    assert reminder.line == "Einladung „Fachkräfte im Maschinenbau“: Antwort bis 15.04.2026"
    assert reminder.values == {
        "dialogue": "Fachkräfte im Maschinenbau",
        "date": "Mi, 22.04.2026, 14:00–16:30 Uhr",
        "rsvp_by": "15.04.2026",
    }


@pytest.mark.django_db
def test_reminders_fall_on_two_days_only():
    make_invitation()

    days = [D(2026, 3, 2) + dt.timedelta(offset) for offset in range(60)]
    assert [
        reminder.step.on for day in days for reminder in due_on(day) if reminder.step.on == day
    ] == [
        FIRST,
        SECOND,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in RsvpState if state != RsvpState.OPEN])
def test_guest_who_replied_is_not_reminded(state):
    make_invitation(rsvp=state)

    assert due_on(FIRST) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{"withdrawn_at": NOW}, {"released": False}, {"released_round": 0}],
    ids=["withdrawn", "not sent", "earlier round"],
)
def test_guests_not_currently_invited_are_not_reminded(fields):
    make_invitation(**fields)

    assert due_on(FIRST) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state", [state for state in DialogueState if state != DialogueState.INVITED]
)
def test_only_inviting_dialogues_remind(state):
    make_invitation(make_dialogue(state, rsvp_by=RSVP_BY))

    assert due_on(FIRST) == []


@pytest.mark.django_db
def test_taken_over_dialogue_never_reminds():
    invitation = make_invitation()
    Dialogue.objects.filter(pk=invitation.dialogue_id).update(origin=Origin.TAKEN_OVER)

    assert due_on(FIRST) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("released_on", "reminded"), [(3, True), (7, False), (8, False)])
def test_fresh_invitation_is_not_reminded_at_once(released_on, reminded):
    make_invitation(released_at=NOW.replace(month=4, day=released_on))

    assert bool(due_on(FIRST)) is reminded


@pytest.mark.django_db
def test_moved_rsvp_day_moves_the_reminders():
    invitation = make_invitation()
    Dialogue.objects.filter(pk=invitation.dialogue_id).update(rsvp_by=D(2026, 4, 20))

    assert due_on(FIRST) == []
    assert [reminder.event for reminder in due_on(D(2026, 4, 13))] == ["2026-04-20:-5"]


@pytest.mark.django_db
def test_page_knows_the_next_reminder_and_its_pause():
    office = make_user(OFFICE)
    dialogue = make_invitation().dialogue
    other = make_dialogue(DialogueState.SCHEDULED)
    assert next_reminder(dialogue, FIRST) == NextReminder(SECOND)
    assert next_reminder(other, FIRST) == NextReminder()

    pause_reminders(
        target=PauseTarget(about=f"dialogue:{dialogue.pk}"),
        title="Gespräch",
        until_on=SECOND,
        by=office,
        now=NOW,
    )

    assert next_reminder(dialogue, FIRST) == NextReminder(SECOND, is_paused=True)
    assert next_reminder(dialogue, SECOND) == NextReminder()


@pytest.mark.django_db
def test_next_reminder_needs_two_queries(django_assert_num_queries):
    dialogue = make_dialogue(DialogueState.INVITED)

    with django_assert_num_queries(2):
        assert next_reminder(dialogue, FIRST).on


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_reminders_need_one_query(count, django_assert_num_queries):
    dialogue = make_dialogue(DialogueState.INVITED)
    for _i in range(count):
        make_invitation(dialogue)

    schedules = current_schedules()
    with django_assert_num_queries(1):
        assert len(reminders_due([FIRST], schedules)) == count


@pytest.mark.django_db
def test_after_the_rsvp_day_nobody_is_reminded_of_several_days_asked_for():
    make_invitation()
    days = [FIRST, RSVP_BY, D(2026, 4, 16)]

    pairs = reminders_due(days, current_schedules())

    assert [(day, reminder.step.key) for day, reminder in pairs] == [
        (FIRST, "-5"),
        (RSVP_BY, "-2"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "reminded"),
    [({}, 0), ({"attempts": 1, "state": "retry"}, 1), (fields_in_state("sent"), 1)],
)
def test_nobody_is_reminded_of_an_unsent_invitation(columns, reminded):
    dialogue = make_released(make_office(), 1)
    Mail.objects.update(**columns)

    assert len(guests_to_remind(dialogue, SECOND)) == len(due_on(SECOND)) == reminded


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "is_sensible"), [(0, False), (1, False), (2, True)], ids=["same day", "next", "later"]
)
def test_guests_just_invited_need_no_reminder_by_hand(days, is_sensible):
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue)

    assert can_remind_by_hand(dialogue, NOW.date() + dt.timedelta(days=days)) is is_sensible


@pytest.mark.django_db
def test_guests_reminded_today_need_no_other_reminder_by_hand():
    office, day = make_office(), NOW + dt.timedelta(days=3)
    dialogue = make_invitation(make_dialogue(DialogueState.INVITED)).dialogue
    before = can_remind_by_hand(dialogue, day.date())

    remind_guests(dialogue=dialogue, by=office, now=day)

    assert (before, can_remind_by_hand(dialogue, day.date())) == (True, False)
