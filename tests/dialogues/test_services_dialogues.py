"""A dialogue from planning to its end, following its state table."""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import (
    DIALOGUE_MOVES,
    DialogueState,
    HostReply,
    OptionState,
    RsvpState,
    TopicState,
)
from dialogues.models import Dialogue
from dialogues.queries import count_seats_taken
from dialogues.services import (
    cancel_dialogue,
    close_dialogue,
    correct_outcome,
    document_outcome,
    fix_date,
    plan_dialogue,
    postpone_dialogue,
    record_held,
    release_invitations,
    reopen_dialogue,
    submit_dates,
    withdraw_dates,
)
from tests.approvals.builders import make_deputy
from tests.dialogues.builders import (
    BERLIN,
    BRIEFING,
    DUE_ON,
    END,
    NOW,
    RSVP_BY,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_topic,
)
from tests.keeping import undone
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


LATER = dt.datetime(2026, 5, 5, 10, 0, tzinfo=BERLIN)


AFTER = END + dt.timedelta(days=1)


def plan(topic, by):
    return plan_dialogue(topic=topic, values={"title": "Fachkräfte vor Ort"}, by=by, now=NOW)


def _submit(dialogue, by):
    return submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=by, now=NOW)


def _fix(dialogue, by):
    return fix_date(option=dialogue.date_options.get(state=OptionState.POSSIBLE), by=by, now=NOW)


def _release(dialogue, by):
    return release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=1, by=by, now=NOW)


def _withdraw(dialogue, by):
    make_dates_approval(dialogue, dialogue.date_options.get(state=OptionState.PROPOSED))
    return withdraw_dates(dialogue=dialogue, by=by, now=NOW)


def _reopen(dialogue, by):
    make_invitation(dialogue)
    return reopen_dialogue(dialogue=dialogue, by=by, now=AFTER)


ACTIONS = {
    "explore": _submit,
    "fix_date": _fix,
    "withdraw_dates": _withdraw,
    "release": _release,
    "hold": lambda dialogue, by: record_held(dialogue=dialogue, by=by, now=AFTER),
    "reopen": _reopen,
    "reopen_uninvited": lambda dialogue, by: reopen_dialogue(dialogue=dialogue, by=by, now=AFTER),
    "document": lambda dialogue, by: document_outcome(
        dialogue=dialogue, outcome="Zwei Bedarfe", by=by, now=NOW
    ),
    "correct": lambda dialogue, by: correct_outcome(
        dialogue=dialogue, outcome="Drei Bedarfe", by=by, now=NOW
    ),
    "close": lambda dialogue, by: close_dialogue(dialogue=dialogue, by=by, now=NOW),
    "postpone": lambda dialogue, by: postpone_dialogue(
        dialogue=dialogue, reason="Streik", by=by, now=NOW
    ),
    "cancel": lambda dialogue, by: cancel_dialogue(
        dialogue=dialogue, reason="Streik", by=by, now=NOW
    ),
}


def make_ready(state, **fields):
    """Return a dialogue in `state` in which only the state can forbid an action."""
    dialogue = make_dialogue(state, **fields)
    make_option(
        dialogue, OptionState.PROPOSED, starts_at=LATER, ends_at=LATER + dt.timedelta(hours=2)
    )
    begin = LATER + dt.timedelta(days=1)
    possible = make_option(
        dialogue, OptionState.POSSIBLE, starts_at=begin, ends_at=begin + dt.timedelta(hours=2)
    )
    make_dates_approval(dialogue, possible, state=ApprovalState.APPROVED)
    make_invitation(dialogue, released=False)
    return dialogue


def test_every_action_of_the_table_is_tested():
    assert set(ACTIONS) == set(DIALOGUE_MOVES)


@pytest.mark.parametrize("state", DialogueState)
def test_actions_follow_the_state_table(state, office, senator):
    ready = make_ready(state)

    for action, act in ACTIONS.items():
        dialogue = Dialogue.objects.get(pk=ready.pk)
        if state in DIALOGUE_MOVES[action].sources:
            with undone():
                act(dialogue, office)
                dialogue.refresh_from_db()
                assert dialogue.state == (DIALOGUE_MOVES[action].target or state), action
                assert dialogue.history.count() == 2, action
        else:
            refusal, words = Refused, "nicht möglich"
            # If a date is already fixed, somebody else was faster.
            if action == "fix_date" and dialogue.starts_at:
                refusal, words = ChangedMeanwhile, "steht bereits fest"
            if action == "release":
                words = "Gäste werden eingeladen, wenn der Termin feststeht"
            with (
                undone(),
                nothing_changes(dialogue, *dialogue.date_options.all()),
                pytest.raises(refusal, match=words),
            ):
                act(dialogue, office)
                pytest.fail(f"{action} was possible")


@pytest.mark.parametrize("action", ACTIONS)
def test_taken_over_dialogue_never_moves(action, office, senator):
    state = DIALOGUE_MOVES[action].sources[0]
    dialogue = make_ready(state, origin=Origin.TAKEN_OVER)

    words = "aus früheren Unterlagen übernommen und steht außerhalb des Ablaufs"
    with (
        nothing_changes(dialogue, *dialogue.date_options.all()),
        pytest.raises(Refused, match=words),
    ):
        ACTIONS[action](dialogue, office)


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_office_runs_dialogues(action, office, senator):
    dialogue = make_ready(DIALOGUE_MOVES[action].sources[0])

    for role in (SENATOR_OFFICE, PARTNER, OBSERVER):
        with (
            undone(),
            nothing_changes(dialogue, *dialogue.date_options.all()),
            pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"),
        ):
            ACTIONS[action](dialogue, make_user(role))
            pytest.fail(f"{action} was possible for {role}")


@pytest.mark.parametrize("state", TopicState)
def test_dialogue_is_planned_on_an_approved_topic_only(office, state):
    topic = make_topic(state)

    if state == TopicState.APPROVED:
        dialogue = plan(topic, office)
        assert (dialogue.topic, dialogue.state, dialogue.host_reply) == (
            topic,
            DialogueState.PLANNING,
            HostReply.OPEN,
        )
        assert dialogue.history.get().history_change_reason == "Planung begonnen"
    else:
        with nothing_changes(topic), pytest.raises(Refused, match="freigegebenen Thema"):
            plan(topic, office)
        assert not Dialogue.objects.exists()


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_plans_a_dialogue(role):
    topic, by = make_topic(), make_user(role)

    with nothing_changes(topic), pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"):
        plan(topic, by)

    assert not Dialogue.objects.exists()


def test_cancelling_while_dates_are_submitted_makes_the_request_lapse(office, senator):
    contact = make_person(email="werk@example.org")
    dialogue = make_dialogue(DialogueState.EXPLORING, host_contact=contact)
    approval = make_dates_approval(dialogue, make_option(dialogue))

    cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    assert (
        ApprovalRequest.objects.get(kind=ApprovalKind.DATES, pk=approval.pk).state
        == ApprovalState.LAPSED
    )
    assert mails_written() == [
        ("approval_withdrawn", senator.email),
        ("dialogue_cancelled", "werk@example.org"),
    ]


@pytest.mark.parametrize(
    "state", [ApprovalState.APPROVED, ApprovalState.CONDITIONAL, ApprovalState.LAPSED]
)
def test_cancelling_after_dates_were_approved_is_mailed_to_the_senators_office(
    office, senator, state
):
    deputy = make_deputy(senator, kinds=[ApprovalKind.DATES])
    dialogue = make_dialogue(DialogueState.EXPLORING)
    make_dates_approval(dialogue, make_option(dialogue, OptionState.POSSIBLE), state=state)

    cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    assert mails_written() == [
        ("dialogue_cancelled", senator.email),
        ("dialogue_cancelled", deputy.email),
    ]


@pytest.mark.parametrize(
    "state", [ApprovalState.RETURNED, ApprovalState.REFUSED, ApprovalState.WITHDRAWN]
)
def test_cancelling_after_a_refusal_is_not_mailed_to_the_senators_office(office, senator, state):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    make_dates_approval(dialogue, make_option(dialogue, OptionState.IMPOSSIBLE), state=state)

    cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    assert mails_written() == []


@pytest.mark.parametrize("count", [1, 3])
def test_seats_are_counted_by_one_query(count, django_assert_num_queries):
    dialogue = make_dialogue(DialogueState.INVITED)
    for _i in range(count):
        make_invitation(dialogue, RsvpState.ACCEPTED, party=2)
    make_invitation(dialogue, RsvpState.ACCEPTED, withdrawn_at=NOW)
    make_invitation(dialogue, RsvpState.TENTATIVE)

    with django_assert_num_queries(1):
        assert count_seats_taken(dialogue) == 2 * count
