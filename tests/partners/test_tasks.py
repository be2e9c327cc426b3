"""The nightly task that deletes personal data."""

import datetime as dt

import pytest
import time_machine

from masterplan.celery import app
from partners import tasks
from partners.models import Person, TidyRun
from partners.services import tidy_people
from tests.partners.builders import make_person

NOW = dt.datetime(2026, 3, 2, 2, 45, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_task_goes_on_until_nobody_is_due(monkeypatch):
    for _number in range(3):
        make_person()
    monkeypatch.setattr(tasks, "PEOPLE_PER_TASK", 2)
    monkeypatch.setattr(tasks.tidy, "delay", tasks.tidy)

    with time_machine.travel(NOW):
        tasks.tidy()

    assert not Person.objects.exists()
    deleted = TidyRun.objects.order_by("pk").values_list("counts__deleted", flat=True)
    assert list(deleted) == [2, 1]


@pytest.mark.django_db
def test_the_longest_due_are_first():
    later, earlier = make_person(), make_person()
    moment = dt.datetime(1999, 1, 1, tzinfo=dt.UTC)
    Person.history.filter(id=earlier.pk).update(history_date=moment)

    assert tidy_people(now=NOW, limit=1)["deleted"] == [earlier.pk]
    assert list(Person.objects.all()) == [later]


def test_beat_sends_the_task_every_night():
    app.loader.import_default_modules()

    [entry] = [
        entry for entry in app.conf.beat_schedule.values() if entry["task"] == "partners.tasks.tidy"
    ]
    assert entry["task"] in app.tasks
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {45})
