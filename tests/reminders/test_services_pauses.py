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
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
NOW, TODAY = at(TEN_BEFORE), TEN_BEFORE
TOMORROW, YESTERDAY = TODAY + dt.timedelta(days=1), TODAY - dt.timedelta(days=1)
TARGETS = [{"rule": "test_rule"}, {"about": "dialogue:5"}, {"recipient": "gast@example.org"}]
OFFICE_ONLY = r"^Erinnerungen pausiert die Geschäftsstelle\.$"


def pause(by, until_on: dt.date | None = None, **target) -> ReminderPause:
    return pause_reminders(
        target=PauseTarget(**target), title="Titel", until_on=until_on, by=by, now=NOW
    )


@pytest.mark.parametrize("target", TARGETS)
def test_pause_records_target_end_reason_and_author(office, target):
    created = pause_reminders(
        target=PauseTarget(**target),
        title="Titel",
        until_on=TOMORROW,
        reason=" Urlaub ",
        by=office,
        now=NOW,
    )

    assert (created.title, created.until_on, created.reason) == ("Titel", TOMORROW, "Urlaub")
    assert (created.created_by, created.created_at, created.ended_at) == (office, NOW, None)
    assert PauseTarget(created.rule, created.about, created.recipient) == PauseTarget(**target)
    assert valid_pauses(TODAY) == [created]


@pytest.mark.parametrize(
    ("until_on", "day", "applies"),
    [
        (None, TODAY, True),
        (None, dt.date(2030, 1, 1), True),
        (TODAY, TODAY, True),
        (TODAY, TOMORROW, False),
        (TOMORROW, TODAY, True),
    ],
)
def test_pause_applies_up_to_and_including_its_last_day(office, until_on, day, applies):
    pause = make_pause(by=office, until_on=until_on, rule="test_rule")

    assert pause.applies_on(day) is applies
    assert valid_pauses(day) == ([pause] if applies else [])


@pytest.mark.parametrize("target", TARGETS)
def test_resumed_pause_no_longer_applies(office, target):
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
def test_target_cannot_be_paused_twice(office, target):
    make_pause(by=office, **target)

    with pytest.raises(ChangedMeanwhile, match="bereits pausiert"):
        pause(office, **target)

    assert ReminderPause.objects.count() == 1


def test_pause_that_ran_out_makes_room_for_a_new_one(office):
    old = make_pause(by=office, until_on=TODAY, rule="test_rule")

    new = make_pause(by=office, now=at(TOMORROW), rule="test_rule")

    old.refresh_from_db()
    assert (old.ended_at, old.ended_by) == (at(TOMORROW), None)
    assert valid_pauses(TOMORROW) == [new]


def test_end_in_the_past_is_refused(office):
    with pytest.raises(Refused, match="liegt in der Vergangenheit"):
        pause(office, until_on=YESTERDAY, rule="test_rule")

    assert ReminderPause.objects.count() == 0


def test_address_is_stored_as_mails_store_it(office):
    assert make_pause(by=office, recipient="Gast@Example.org").recipient == "gast@example.org"


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_can_neither_pause_nor_resume(office, role):
    existing, other = make_pause(by=office, rule="test_rule"), make_user(role)

    with nothing_changes(existing):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            pause(other, about="dialogue:5")
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            resume_reminders(pause=existing, by=other, now=NOW)

    assert ReminderPause.objects.count() == 1
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
def test_pause_without_exactly_one_target_is_refused(target):
    with pytest.raises(IntegrityError, match="reminderpause_has_one_target"), transaction.atomic():
        ReminderPause.objects.create(title="x", created_at=NOW, **target)


def test_pause_applies_only_to_its_target(office):
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
