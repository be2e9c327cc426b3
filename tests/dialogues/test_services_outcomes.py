"""Recording that a dialogue was held, documenting and closing it."""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from core.errors import Refused
from dialogues.enums import DialogueState
from dialogues.services import (
    change_dialogue,
    close_dialogue,
    correct_outcome,
    document_outcome,
    postpone_dialogue,
    record_held,
    reopen_dialogue,
)
from tests.approvals.builders import make_deputy
from tests.dialogues.builders import (
    DAY,
    END,
    NOW,
    TODAY,
    make_dates_approval,
    make_dialogue,
    make_invitation,
)
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db

AFTER = END + dt.timedelta(days=1)


def test_dialogue_is_not_held_before_it_begins(office):
    dialogue = make_dialogue(DialogueState.INVITED)

    with nothing_changes(dialogue), pytest.raises(Refused, match="noch nicht begonnen"):
        record_held(dialogue=dialogue, by=office, now=DAY - dt.timedelta(minutes=1))
    assert record_held(dialogue=dialogue, by=office, now=DAY).state == DialogueState.HELD


def test_open_request_is_withdrawn_once_the_dialogue_was_held(office, senator):
    deputy = make_deputy(senator, starts_on=TODAY, ends_on=AFTER.date(), kinds=[ApprovalKind.DATES])
    dialogue = make_dialogue(DialogueState.INVITED)
    approval = make_dates_approval(dialogue, dialogue.date_options.get())

    record_held(dialogue=dialogue, by=office, now=AFTER)

    approval.refresh_from_db()
    assert approval.state == ApprovalState.WITHDRAWN
    assert approval.history.first().history_user == office
    assert mails_written() == [
        ("approval_withdrawn", senator.email),
        ("approval_withdrawn", deputy.email),
    ]


@pytest.mark.parametrize("state", [DialogueState.SCHEDULED, DialogueState.INVITED])
def test_dialogue_that_did_not_take_place_is_reopened_and_postponed(office, state):
    dialogue = make_dialogue(state)
    if state == DialogueState.INVITED:
        make_invitation(dialogue)
    # Waits for the approval that this change makes lapse.
    change_dialogue(dialogue=dialogue, values={"title": "Wärme"}, by=office, now=NOW)
    dialogue.refresh_from_db()
    waiting = dialogue.unannounced
    record_held(dialogue=dialogue, by=office, now=AFTER)
    written = mails_written()

    reopen_dialogue(dialogue=dialogue, by=office, now=AFTER)

    dialogue.refresh_from_db()
    assert mails_written() == written
    assert (dialogue.state, dialogue.unannounced) == (state, waiting)
    assert waiting == {"title": "Fachkräfte im Maschinenbau"}
    assert dialogue.history.first().history_change_reason == "Doch nicht durchgeführt"
    postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=AFTER)


def test_documented_dialogue_is_not_reopened(office):
    dialogue = make_dialogue(DialogueState.DOCUMENTED, outcome="Zwei Bedarfe")

    with nothing_changes(dialogue), pytest.raises(Refused, match="nicht möglich"):
        reopen_dialogue(dialogue=dialogue, by=office, now=AFTER)


def test_outcome_is_not_empty(office):
    dialogue = make_dialogue(DialogueState.HELD)

    with (
        nothing_changes(dialogue),
        pytest.raises(Refused, match="halten Sie das Ergebnis in wenigen Sätzen fest"),
    ):
        document_outcome(dialogue=dialogue, outcome="  ", by=office, now=NOW)


def test_dialogue_is_documented_and_closed_after_the_day(office):
    dialogue = make_dialogue(DialogueState.INVITED)

    record_held(dialogue=dialogue, by=office, now=AFTER)
    document_outcome(dialogue=dialogue, outcome=" Zwei Bedarfe ", by=office, now=AFTER)
    close_dialogue(dialogue=dialogue, by=office, now=AFTER)

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.outcome) == (DialogueState.CLOSED, "Zwei Bedarfe")
    assert [entry.history_change_reason for entry in dialogue.history.all()][:3] == [
        "Abgeschlossen",
        "Ergebnis festgehalten",
        "Durchgeführt",
    ]


@pytest.mark.parametrize("state", [DialogueState.DOCUMENTED, DialogueState.CLOSED])
def test_outcome_is_corrected_and_its_former_text_kept(office, state):
    dialogue = make_dialogue(state, outcome="Zwei Bedarfe")

    correct_outcome(dialogue=dialogue, outcome=" Drei Bedarfe ", by=office, now=AFTER)

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.outcome) == (state, "Drei Bedarfe")
    latest, former = dialogue.history.all()[:2]
    assert latest.history_change_reason == "Ergebnis berichtigt"
    assert (latest.outcome, former.outcome) == ("Drei Bedarfe", "Zwei Bedarfe")
    assert mails_written() == []


def test_outcome_is_not_corrected_to_nothing(office):
    dialogue = make_dialogue(DialogueState.DOCUMENTED, outcome="Zwei Bedarfe")

    with (
        nothing_changes(dialogue),
        pytest.raises(Refused, match="halten Sie das Ergebnis in wenigen Sätzen fest"),
    ):
        correct_outcome(dialogue=dialogue, outcome=" ", by=office, now=AFTER)
