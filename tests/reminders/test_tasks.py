"""The scheduled task sends reminders only during its hours."""

import datetime as dt

import pytest

from outbox.models import Mail
from reminders.tasks import remind
from tests.reminders.builders import THREE_BEFORE, at, make_reminder, source_with

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.mark.parametrize(
    ("hour", "minute", "count"),
    [(6, 59, 0), (7, 0, 1), (11, 0, 1), (19, 59, 1), (20, 0, 0), (23, 30, 0)],
)
def test_task_outside_the_hours_sends_nothing(sources, time_machine, hour, minute, count):
    sources(source_with(make_reminder("eins")))
    time_machine.move_to(at(THREE_BEFORE, hour, minute))

    remind()

    assert Mail.objects.count() == count
