from core.states import Move
from media_visits.enums import (
    APPROVED_STATES,
    ATTENTION_STATES,
    PUBLIC_STATES,
    VISIT_BADGE_COLOURS,
    VISIT_MOVES,
    VisitState,
)

MOVES = {
    "submit": ({"idea", "returned", "postponed"}, "submitted"),
    "withdraw": ({"submitted"}, "idea"),
    "approve": ({"submitted"}, "approved"),
    "condition": ({"submitted"}, "approved"),
    "return": ({"submitted"}, "returned"),
    "refuse": ({"submitted"}, "cancelled"),
    "lapse": ({"submitted", "approved"}, "idea"),
    "announce": ({"approved"}, "announced"),
    "hold": ({"approved", "announced"}, "held"),
    "record": ({"idea", "returned", "postponed"}, "held"),
    "unrecord": ({"held"}, "idea"),
    "reopen": ({"held"}, "announced"),
    "reopen_unannounced": ({"held"}, "approved"),
    "document": ({"held"}, "documented"),
    "correct": ({"documented"}, ""),
    "postpone": ({"approved", "announced"}, "postponed"),
    "cancel": (
        {"idea", "submitted", "returned", "approved", "announced", "postponed"},
        "cancelled",
    ),
    "resume": ({"cancelled"}, "idea"),
}


def test_visit_moves_are_as_listed():
    assert {name: _literal(move) for name, move in VISIT_MOVES.items()} == MOVES


def _literal(move: Move) -> tuple[set[str], str]:
    return set(map(str, move.sources)), str(move.target)


def test_every_state_has_a_badge_colour():
    assert set(VISIT_BADGE_COLOURS) == set(VisitState)


def test_only_approved_and_cancelled_visits_can_be_public():
    assert set(APPROVED_STATES) == {"approved", "announced", "held", "documented"}
    assert set(PUBLIC_STATES) == {"approved", "announced", "held", "documented", "cancelled"}


def test_only_announced_and_past_visits_count_as_attention():
    assert set(ATTENTION_STATES) == {"held", "documented"}
