import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from reminders.models import ReminderPause
from reminders.queries import pause_for, valid_pauses
from reminders.services import PauseTarget, pause_reminders, resume_reminders
from tests.partners.builders import make_user
from tests.reminders.builders import TEN_BEFORE, at, make_pause

pytestmark = pytest.mark.django_db
NOW, TODAY = at(TEN_BEFORE), TEN_BEFORE
TOMORROW, YESTERDAY = TODAY + dt.timedelta(days=1), TODAY - dt.timedelta(days=1)
TARGETS = [{"rule": "test_rule"}, {"about": "dialogue:5"}, {"recipient": "gast@example.org"}]


@pytest.mark.parametrize("target", TARGETS)
def test_pause_says_what_until_when_why_and_by_whom(office, target):
    pause = pause_reminders(
        target=PauseTarget(**target),
        title="Titel",
        until_on=TOMORROW,
        reason=" Urlaub ",
        by=office,
        now=NOW,
    )

    assert (
        pause.title,
        pause.until_on,
        pause.reason,
        pause.created_by,
        pause.created_at,
        pause.ended_at,
    ) == (
        "Titel",
        TOMORROW,
        "Urlaub",
        office,
        NOW,
        None,
    )
    assert valid_pauses(TODAY) == [pause]


@pytest.mark.parametrize(
    ("until_on", "day", "holds"),
    [
        (None, TODAY, True),
        (None, dt.date(2030, 1, 1), True),
        (TODAY, TODAY, True),
        (TODAY, TOMORROW, False),
        (TOMORROW, TODAY, True),
    ],
)
def test_pause_holds_up_to_and_including_its_last_day(office, until_on, day, holds):
    pause = make_pause(by=office, until_on=until_on, rule="test_rule")

    assert pause.applies_on(day) is holds
    assert valid_pauses(day) == ([pause] if holds else [])


@pytest.mark.parametrize("target", TARGETS)
def test_resumed_is_no_longer_paused(office, target):
    pause = make_pause(by=office, **target)

    resume_reminders(pause=pause, by=office, now=at(TOMORROW))

    assert (pause.ended_at, pause.ended_by, pause.applies_on(TODAY)) == (
        at(TOMORROW),
        office,
        False,
    )
    assert valid_pauses(TODAY) == []
    with pytest.raises(ChangedMeanwhile, match="schon aufgehoben"):
        resume_reminders(pause=pause, by=office, now=at(TOMORROW))


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_is_paused_once(office, target):
    make_pause(by=office, **target)

    with pytest.raises(ChangedMeanwhile, match="bereits pausiert"):
        make_pause(by=office, **target)

    assert ReminderPause.objects.count() == 1


def test_pause_that_ran_out_makes_room_for_a_new_one(office):
    old = make_pause(by=office, until_on=TODAY, rule="test_rule")

    new = make_pause(by=office, now=at(TOMORROW), rule="test_rule")

    old.refresh_from_db()
    assert (old.ended_at, old.ended_by) == (at(TOMORROW), None)
    assert valid_pauses(TOMORROW) == [new]


def test_past_day_is_refused(office):
    with pytest.raises(Refused, match="liegt in der Vergangenheit"):
        make_pause(by=office, until_on=YESTERDAY, rule="test_rule")

    assert ReminderPause.objects.count() == 0


def test_person_is_paused_by_the_address_as_it_is_stored(office):
    assert make_pause(by=office, recipient="Gast@Example.org").recipient == "gast@example.org"


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_nobody_else_pauses_or_resumes(office, role):
    pause, other = make_pause(by=office, rule="test_rule"), make_user(role)

    with pytest.raises(NotAllowed):
        make_pause(by=other, about="dialogue:5")
    with pytest.raises(NotAllowed):
        resume_reminders(pause=pause, by=other, now=NOW)

    pause.refresh_from_db()
    assert (ReminderPause.objects.count(), pause.ended_at) == (1, None)
    assert (
        ReminderPause.objects.visible_to(other).count(),
        ReminderPause.objects.visible_to(office).count(),
    ) == (
        0,
        1,
    )


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"rule": "test_rule", "about": "dialogue:5"},
        {"rule": "test_rule", "recipient": "gast@example.org"},
        {"about": "dialogue:5", "recipient": "gast@example.org"},
    ],
)
def test_pause_is_of_one_thing(target):
    with pytest.raises(IntegrityError, match="reminderpause_has_one_target"), transaction.atomic():
        ReminderPause.objects.create(title="x", created_at=NOW, **target)


def test_pause_stops_what_it_names_and_nothing_else(office):
    pauses = [make_pause(by=office, **target) for target in TARGETS]
    person = {"recipient": "gast@example.org"}

    assert pause_for(pauses, TODAY, rule="test_rule") == pauses[0]
    assert pause_for(pauses, TODAY, rule="other", about="dialogue:5") == pauses[1]
    assert pause_for(pauses, TODAY, rule="other", about="dialogue:6", **person) == pauses[2]
    assert (
        pause_for(pauses, TODAY, rule="other", about="dialogue:6", recipient="x@example.org")
        is None
    )
    assert pause_for(pauses, TODAY) is None
