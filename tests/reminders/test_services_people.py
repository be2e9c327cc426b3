"""What moves in this app when two entries of the same person are merged, and what is deleted."""

import datetime as dt

import pytest

from core.roles import OFFICE
from core.texts import Traces
from reminders.models import ReminderLog, ReminderPause
from reminders.services import anonymise_person
from tests.partners.builders import make_person, make_user
from tests.partners.test_services_merges import merge

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def log(recipient: str, step: str) -> ReminderLog:
    return ReminderLog.objects.create(
        kind="rsvp",
        subject_key="invitation:1",
        recipient=recipient,
        date=NOW.date(),
        step=step,
        at=NOW,
    )


def pause(recipient: str) -> ReminderPause:
    return ReminderPause.objects.create(recipient=recipient, title=recipient, created_at=NOW)


@pytest.fixture
def pair():
    return make_person(email="Alt@example.org"), make_person(email="neu@example.org")


def test_steps_already_sent_are_not_sent_to_the_other_address(pair):
    log("alt@example.org", "first")
    log("alt@example.org", "both")
    log("neu@example.org", "both")

    merge(*pair, make_user(OFFICE))

    sent = ReminderLog.objects.order_by("pk").values_list("recipient", "step", "at")
    assert list(sent)[3:] == [("neu@example.org", "first", NOW)]


def test_pause_counts_for_the_other_address(pair):
    pause("alt@example.org")

    lines = merge(*pair, make_user(OFFICE))

    assert lines == ["Pause der Erinnerungen: gilt auch für neu@example.org"]
    paused = ReminderPause.objects.order_by("pk").values_list("recipient", flat=True)
    assert list(paused) == ["alt@example.org", "neu@example.org"]


def test_pause_of_the_other_address_stands(pair):
    pause("alt@example.org")
    pause("neu@example.org")

    assert merge(*pair, make_user(OFFICE)) == []
    assert ReminderPause.objects.count() == 2


def test_same_address_needs_nothing():
    pair = [make_person(email="eine@example.org"), make_person(email="Eine@Example.org")]
    log("eine@example.org", "first")
    pause("eine@example.org")

    assert merge(*pair, make_user(OFFICE)) == []
    assert (ReminderLog.objects.count(), ReminderPause.objects.count()) == (1, 1)


def test_names_in_other_pauses_are_deleted_in_a_fixed_number_of_queries(django_assert_num_queries):
    for number in range(5):
        pause(f"gast-{number}@example.org")
    naming = ReminderPause.objects.create(
        about="dialogue:1", title="x" * 290 + " Vor Nach", reason="Vor Nach fehlt", created_at=NOW
    )
    person = make_person()
    traces = Traces(frozenset({"alt@example.org"}), frozenset({"Vor Nach"}))

    # log and pauses to the person; pauses that name them, those rows, one of them changed
    with django_assert_num_queries(5):
        anonymise_person(person=person, traces=traces, labels=traces)

    naming.refresh_from_db()
    assert naming.reason == "(gelöscht) fehlt"
    assert naming.title == "x" * 290 + " (gelöscht"
