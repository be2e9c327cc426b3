import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps

from reminders.models import ReminderLog, ReminderRule
from tests.approvals.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("position", "old", "new"),
    [("code", "lead", "office_head"), ("reverse_code", "office_head", "lead")],
)
def test_option_for_the_head_of_the_office_is_renamed_both_ways(position, old, new):
    module = import_module("approvals.migrations.0002_office_head_option")
    rule = ReminderRule.objects.create(key="approval", options={"deputy": 2, old: 5})
    other = ReminderRule.objects.create(key="visit_record", options={old: 1})
    entry = ReminderLog.objects.create(
        kind="approval",
        subject_key="approval:1",
        recipient="leitung@example.org",
        date=dt.date(2026, 3, 2),
        step=old,
        at=NOW,
    )

    getattr(module.Migration.operations[0], position)(apps, None)

    for saved in (rule, other, entry):
        saved.refresh_from_db()
    assert rule.options == {"deputy": 2, new: 5}
    assert rule.history.get().options == {"deputy": 2, new: 5}
    assert other.options == {old: 1}
    assert entry.step == new
