"""Which changes make the approval of dates lapse, and what happens to the dates."""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.errors import ChangedMeanwhile, Refused
from dialogues.enums import DATED, DialogueState, OptionState
from dialogues.services import (
    change_dialogue,
    decide_dates,
    fix_date,
    submit_dates,
)
from tests.dialogues.builders import (
    BRIEFING,
    DAY,
    DUE_ON,
    END,
    NOW,
    make_dates_approval,
    make_dialogue,
    make_option,
)
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


HOURS = dt.timedelta(hours=2)


def dates_approval(dialogue) -> ApprovalRequest:
    return ApprovalRequest.objects.filter(kind=ApprovalKind.DATES, subject_id=dialogue.pk).latest(
        "pk"
    )


def edit(dialogue, by, **values):
    return change_dialogue(dialogue=dialogue, values=values, by=by, now=NOW)


def lapse_mails(*emails):
    return [("approval_lapsed", email) for email in sorted(emails)]


ESSENTIAL = [
    ({"title": "Neu"}, "Gespräch"),
    ({"senator_attends": False}, "Teilnahme der Senatorin"),
    ({"format": "digital"}, "Format"),
]


@pytest.mark.parametrize(("fields", "what"), ESSENTIAL)
def test_dates_that_were_possible_are_proposed_again(office, senator, fields, what):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    possible = make_option(dialogue, OptionState.POSSIBLE)
    impossible = make_option(
        dialogue, OptionState.IMPOSSIBLE, starts_at=DAY + HOURS, ends_at=END + HOURS
    )
    make_dates_approval(dialogue, possible, state=ApprovalState.APPROVED)

    edit(dialogue, office, **fields)

    for obj in (dialogue, possible, impossible):
        obj.refresh_from_db()
    approval = dates_approval(dialogue)
    assert (approval.state, approval.lapse_reason) == (ApprovalState.LAPSED, f"geändert: {what}")
    assert (possible.state, impossible.state) == (OptionState.PROPOSED, OptionState.IMPOSSIBLE)
    assert dialogue.state == DialogueState.EXPLORING
    assert mails_written() == lapse_mails(office.email, senator.email)
    with nothing_changes(dialogue, possible), pytest.raises(Refused, match="nicht freigegeben"):
        fix_date(option=possible, by=office, now=NOW)


@pytest.mark.parametrize(("fields", "what"), ESSENTIAL)
def test_dates_under_decision_have_to_be_submitted_again(office, senator, fields, what):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    option = make_option(dialogue)
    approval = make_dates_approval(dialogue, option)

    edit(dialogue, office, **fields)

    with (
        nothing_changes(dialogue, option),
        pytest.raises(ChangedMeanwhile, match=f"erloschen .geändert: {what}."),
    ):
        decide_dates(
            approval=approval,
            decision=Decision(Verdict.APPROVE, chosen=[option.pk]),
            by=senator,
            now=NOW,
        )
    again = submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    assert again.former == approval


@pytest.mark.parametrize("state", DATED)
@pytest.mark.parametrize(("fields", "what"), ESSENTIAL)
def test_fixed_date_stays_when_its_approval_lapses(office, senator, state, fields, what):
    dialogue = make_dialogue(state)

    edit(dialogue, office, **fields)

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at) == (state, DAY)
    assert dialogue.date_options.get().state == OptionState.FIXED
    assert dates_approval(dialogue).state == ApprovalState.LAPSED
    assert mails_written("approval_lapsed") == lapse_mails(office.email, senator.email)


@pytest.mark.parametrize(
    "fields",
    [
        {"internal_notes": "anrufen"},
        {"programme": "14:00 Begrüßung"},
        {"seats": 40},
        {"place": "Tor 3"},
        {"video_link": "https://example.org/"},
    ],
)
@pytest.mark.parametrize("state", DATED)
def test_change_of_an_unbound_fact_keeps_the_approval_of_dates(office, senator, state, fields):
    dialogue = make_dialogue(state)

    edit(dialogue, office, **fields)

    assert dates_approval(dialogue).state == ApprovalState.APPROVED
    assert mails_written("approval_lapsed") == []
