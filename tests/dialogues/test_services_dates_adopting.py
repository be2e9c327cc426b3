"""Dates that the senator's office suggested instead become options in one step."""

import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.registry import CounterDate, Decision
from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, HostPreference, HostReply, OptionState
from dialogues.services import adopt_counter_dates, decide_dates, postpone_dialogue
from tests.dialogues.builders import DAY, END, NOW, make_dates_approval, make_dialogue, make_option
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

WEEK = dt.timedelta(days=7)
HOUR = dt.timedelta(hours=1)
DATES = [CounterDate(DAY + WEEK), CounterDate(DAY + 2 * WEEK, DAY + 2 * WEEK + HOUR)]


def decided_dialogue(senator, *dates, comment="Der April ist voll."):
    """Return a dialogue whose only date was declined, with `dates` suggested instead."""
    dialogue = make_dialogue(DialogueState.EXPLORING)
    approval = make_dates_approval(dialogue, make_option(dialogue))
    decide_dates(
        approval=approval,
        decision=Decision(Verdict.NONE_POSSIBLE, comment, counter_dates=dates),
        by=senator,
        now=NOW,
    )
    dialogue.refresh_from_db()
    return dialogue


def adopt(dialogue, by, now=NOW):
    return adopt_counter_dates(dialogue=dialogue, by=by, now=now)


def test_none_possible_makes_every_date_impossible(senator):
    dialogue = decided_dialogue(senator, *DATES)

    assert dialogue.date_options.get().state == OptionState.IMPOSSIBLE
    assert dialogue.history.first().history_change_reason == "Termine: kein Termin möglich"


def test_proposed_dates_become_options(office, senator):
    dialogue = decided_dialogue(senator, *DATES)

    adopted = adopt(dialogue, office)

    assert [
        (option.starts_at, option.ends_at, option.state, option.host_preference)
        for option in adopted
    ] == [
        (DAY + WEEK, END + WEEK, OptionState.PROPOSED, HostPreference.POSSIBLE),
        (DAY + 2 * WEEK, DAY + 2 * WEEK + HOUR, OptionState.PROPOSED, HostPreference.POSSIBLE),
    ]
    entry = adopted[0].history.get()
    assert (entry.history_user, entry.history_change_reason) == (
        office,
        "Gegenvorschlag übernommen",
    )


def test_suggested_dates_are_adopted_only_once(office, senator):
    dialogue = decided_dialogue(senator, *DATES)
    adopt(dialogue, office)

    with nothing_changes(dialogue), pytest.raises(Refused, match="schon übernommen"):
        adopt(dialogue, office)

    assert dialogue.date_options.count() == 3


def test_date_that_was_ruled_out_is_proposed_again(office, senator):
    dialogue = decided_dialogue(senator, CounterDate(DAY, DAY + HOUR))

    [option] = adopt(dialogue, office)

    assert dialogue.date_options.get() == option
    assert (option.state, option.ends_at) == (OptionState.PROPOSED, DAY + HOUR)


def test_date_that_has_passed_is_left_out(office, senator):
    dialogue = decided_dialogue(senator, *DATES)

    assert [option.starts_at for option in adopt(dialogue, office, now=DAY + WEEK)] == [
        DAY + 2 * WEEK
    ]
    with nothing_changes(dialogue), pytest.raises(Refused, match="noch bevorsteht"):
        adopt(dialogue, office, now=DAY + 3 * WEEK)


def test_comment_without_dates_is_nothing_to_adopt(office, senator):
    dialogue = decided_dialogue(senator)

    with (
        nothing_changes(dialogue),
        pytest.raises(Refused, match="kein anderer Termin vorgeschlagen"),
    ):
        adopt(dialogue, office)


def test_nothing_is_adopted_before_a_decision(office):
    dialogue = make_dialogue(DialogueState.EXPLORING)

    with (
        nothing_changes(dialogue),
        pytest.raises(Refused, match="kein anderer Termin vorgeschlagen"),
    ):
        adopt(dialogue, office)


def test_only_the_latest_decision_counts(office, senator):
    dialogue = decided_dialogue(senator, *DATES)
    make_dates_approval(dialogue, make_option(dialogue, starts_at=DAY + HOUR, ends_at=END + HOUR))

    with (
        nothing_changes(dialogue),
        pytest.raises(Refused, match="kein anderer Termin vorgeschlagen"),
    ):
        adopt(dialogue, office)


@pytest.mark.parametrize(
    "state", [state for state in DialogueState if state not in ("planning", "exploring")]
)
def test_suggested_dates_are_adopted_only_before_one_is_fixed(office, state):
    dialogue = make_dialogue(state)

    with nothing_changes(dialogue), pytest.raises(Refused, match="nicht möglich"):
        adopt(dialogue, office)


def test_suggested_dates_are_adopted_only_once_the_host_accepted(office, senator):
    dialogue = decided_dialogue(senator, *DATES)
    type(dialogue).objects.update(host_reply=HostReply.DECLINED)
    dialogue.refresh_from_db()

    with nothing_changes(dialogue), pytest.raises(Refused, match="Gastgeber zugesagt"):
        adopt(dialogue, office)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_adopts_suggested_dates(senator, role):
    dialogue, by = decided_dialogue(senator, *DATES), make_user(role)

    with nothing_changes(dialogue), pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"):
        adopt(dialogue, by)


def test_last_suggestion_can_be_adopted_after_postponing(office, senator):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    option = dialogue.date_options.get()
    decide_dates(
        approval=make_dates_approval(dialogue, option),
        decision=Decision(Verdict.NONE_POSSIBLE, counter_dates=DATES),
        by=senator,
        now=NOW,
    )
    postpone_dialogue(dialogue=dialogue, reason="Verhindert", by=office, now=NOW)

    assert len(adopt(dialogue, office)) == 2
