"""The office is reminded to invite, to record, to document and to close a dialogue."""

import datetime as dt

import pytest

from core.dates import add_working_days
from core.models import Origin
from core.roles import OFFICE
from dialogues.enums import DialogueState
from dialogues.reminders import OFFICE_RULES, office_reminders_due
from reminders.queries import current_schedules
from reminders.registry import get_rule
from reminders.schedules import default_schedule, describe_schedule
from tests.dialogues.builders import make_dialogue
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
S = DialogueState
DAY = dt.date(2026, 4, 22)
STEPS = [
    (S.SCHEDULED, "dialogue_invite", [-20, -15, -10], "die Gäste sind noch nicht eingeladen"),
    (S.INVITED, "dialogue_record", [1, 3, 5], "bitte festhalten, ob es stattgefunden hat"),
    (S.HELD, "dialogue_document", [5, 10, 15], "das Ergebnis ist noch nicht festgehalten"),
    (S.DOCUMENTED, "dialogue_close", [20, 30], "noch nicht abgeschlossen"),
]


def due_on(*days: dt.date):
    return [reminder for _day, reminder in office_reminders_due(days, current_schedules())]


def all_days() -> list[dt.date]:
    return [DAY + dt.timedelta(days=offset) for offset in range(-60, 70)]


@pytest.mark.parametrize(("state", "kind", "steps", "words"), STEPS)
def test_office_is_reminded_by_working_day(office, state, kind, steps, words):
    dialogue = make_dialogue(state)

    found = [reminder for day in all_days() for reminder in due_on(day) if reminder.step.on == day]

    assert [(reminder.kind, reminder.event, reminder.step.on) for reminder in found] == [
        (kind, f"2026-04-22:{step}", add_working_days(DAY, step)) for step in steps
    ]
    assert {(reminder.to.email, reminder.path, reminder.about) for reminder in found} == {
        (office.email, dialogue.get_absolute_url(), f"dialogue:{dialogue.pk}")
    }
    assert found[0].line == (
        "Branchengespräch **Fachkräfte im Maschinenbau** am Mi, 22.04.2026, 14:00–16:30 Uhr: "
        f"{words}"
    )


@pytest.mark.parametrize("state", [S.PLANNING, S.EXPLORING, S.CLOSED, S.CANCELLED])
def test_other_states_cause_no_reminders(office, state):
    make_dialogue(state)

    assert due_on(*all_days()) == []


def test_dialogue_taken_over_causes_no_reminders(office):
    make_dialogue(S.HELD, origin=Origin.TAKEN_OVER)

    assert due_on(*all_days()) == []


def test_nobody_is_reminded_to_invite_after_the_day(office):
    make_dialogue(S.SCHEDULED)

    late = [reminder for day in all_days() if day > DAY for reminder in due_on(day)]

    assert late == []


@pytest.mark.parametrize(
    ("is_office", "is_active", "reminded"),
    [(True, True, ["referat"]), (True, False, ["office"]), (False, True, ["office"])],
)
def test_person_in_charge_is_reminded_alone(office, is_office, is_active, reminded):
    roles = [OFFICE] if is_office else []
    referat = make_user(*roles, email="referat@example.org", is_active=is_active)
    make_dialogue(S.INVITED, responsible=referat)
    make_dialogue(S.HELD)

    days = add_working_days(DAY, 1), add_working_days(DAY, 5)
    found = [(reminder.kind, reminder.to.email) for day in days for reminder in due_on(day)]

    names = {"referat": referat.email, "office": office.email}
    expected = [names[name] for name in reminded]
    assert [email for kind, email in found if kind == "dialogue_record"] == expected * 2
    everybody = [office.email] + ([referat.email] if is_office and is_active else [])
    assert [email for kind, email in found if kind == "dialogue_document"] == everybody


def test_rules_describe_themselves():
    described = {
        rule.key: describe_schedule(default_schedule(rule)) for rule in OFFICE_RULES.values()
    }

    assert described == {
        "dialogue_invite": "einzuladen bis zum 15. Arbeitstag vorher, 20, 15 und 10 Arbeitstage "
        "vorher, ein angebotener Platz gilt 2 Arbeitstage",
        "dialogue_record": "1, 3 und 5 Arbeitstage danach",
        "dialogue_document": "5, 10 und 15 Arbeitstage danach",
        "dialogue_close": "20 und 30 Arbeitstage danach",
    }
    assert all(get_rule(rule.key) == rule for rule in OFFICE_RULES.values())
