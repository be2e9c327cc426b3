"""The state tables compared with literal copies, so that no entry changes by accident."""

from dialogues.enums import (
    DIALOGUE_MOVES,
    NEED_MOVES,
    SEAT_OFFER_MOVES,
    SEATED,
    SERIES_MOVES,
    TOPIC_MOVES,
    DialogueState,
    OptionState,
    RsvpState,
    SeatOfferState,
    SeriesState,
    TopicState,
)


def moves_of(table):
    return {action: (move.sources, move.target) for action, move in table.items()}


def test_series_moves_are_as_listed():
    assert moves_of(SERIES_MOVES) == {
        "affirm": (("proposed",), "affirmed"),
        "request": (("affirmed", "returned"), "requested"),
        "approve": (("requested",), "consented"),
        "condition": (("requested",), "consented"),
        "return": (("requested",), "returned"),
        "refuse": (("requested",), "refused"),
        "withdraw": (("requested",), "affirmed"),
        "lapse": (("requested", "consented"), "affirmed"),
    }


def test_topic_moves_are_as_listed():
    assert moves_of(TOPIC_MOVES) == {
        "propose": (("draft", "retracted"), "proposed"),
        "retract": (("proposed",), "retracted"),
        "take_up": (("proposed",), "in_progress"),
        "decline": (("proposed",), "not_taken_up"),
        "submit": (("in_progress",), "for_approval"),
        "approve": (("for_approval",), "approved"),
        "condition": (("for_approval",), "approved"),
        "return": (("for_approval",), "returned"),
        "refuse": (("for_approval",), "refused"),
        "rework": (("returned", "for_approval", "approved"), "in_progress"),
        "lapse": (("for_approval", "approved"), "in_progress"),
    }


def test_seat_offer_moves_are_as_listed():
    assert moves_of(SEAT_OFFER_MOVES) == {
        "take": (("offered",), "taken"),
        "decline": (("offered",), "declined"),
        "lapse": (("offered",), "lapsed"),
        "withdraw": (("offered",), "withdrawn"),
    }


def test_dialogue_moves_are_as_listed():
    assert moves_of(DIALOGUE_MOVES) == {
        "explore": (("planning", "exploring"), "exploring"),
        "fix_date": (("exploring",), "scheduled"),
        "withdraw_dates": (("exploring", "scheduled", "invited"), ""),
        "release": (("scheduled", "invited"), "invited"),
        "hold": (("scheduled", "invited"), "held"),
        "reopen": (("held",), "invited"),
        "reopen_uninvited": (("held",), "scheduled"),
        "document": (("held",), "documented"),
        "correct": (("documented", "closed"), ""),
        "close": (("documented",), "closed"),
        "postpone": (("scheduled", "invited"), "exploring"),
        "cancel": (("planning", "exploring", "scheduled", "invited"), "cancelled"),
    }


def test_states_are_stored_under_these_values():
    assert SeriesState.values == [
        "proposed",
        "affirmed",
        "requested",
        "consented",
        "returned",
        "refused",
    ]
    assert TopicState.values == [
        "draft",
        "proposed",
        "in_progress",
        "for_approval",
        "approved",
        "returned",
        "refused",
        "not_taken_up",
        "retracted",
    ]
    assert DialogueState.values == [
        "planning",
        "exploring",
        "scheduled",
        "invited",
        "held",
        "documented",
        "closed",
        "cancelled",
    ]
    assert OptionState.values == ["proposed", "possible", "impossible", "fixed", "dropped"]
    assert RsvpState.values == [
        "open",
        "accepted",
        "tentative",
        "declined",
        "represented",
        "waiting",
    ]
    assert SeatOfferState.values == ["offered", "taken", "declined", "lapsed", "withdrawn"]


def test_accepted_and_represented_guests_hold_a_seat():
    assert SEATED == ("accepted", "represented")


def test_need_moves_are_as_listed():
    assert moves_of(NEED_MOVES) == {
        "promise": (("raised",), "promised"),
        "start": (("raised", "promised"), "in_progress"),
        "complete": (("raised", "promised", "in_progress"), "done"),
        "decline": (("raised", "promised", "in_progress"), "impossible"),
        "renew": (("promised", "in_progress"), ""),
        "file": (("done", "impossible"), "filed"),
        "reopen": (("done", "impossible", "filed"), "raised"),
    }
