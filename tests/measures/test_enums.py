"""The state tables, compared with a copy of what was agreed with the office (docs/domain.md)."""

from measures.enums import (
    IMPORT_MOVES,
    PHASE_BADGE_COLOURS,
    REPORT_MOVES,
    ROUND_MOVES,
    Phase,
)


def test_round_moves_are_as_agreed():
    assert {action: (move.sources, move.target) for action, move in ROUND_MOVES.items()} == {
        "open": (("planned",), "open"),
        "close": (("open",), "closed"),
    }


def test_report_moves_are_as_agreed():
    assert {action: (move.sources, move.target) for action, move in REPORT_MOVES.items()} == {
        "revise": (("draft", "returned"), "draft"),
        "submit": (("draft", "returned"), "submitted"),
        "accept": (("submitted",), "accepted"),
        "return": (("submitted",), "returned"),
    }


def test_import_moves_are_as_agreed():
    assert {action: (move.sources, move.target) for action, move in IMPORT_MOVES.items()} == {
        "show": (("reading",), "prepared"),
        "reject": (("reading",), "unreadable"),
        "compare": (("prepared",), "reading"),
        "confirm": (("prepared",), "applying"),
        "apply": (("applying",), "applied"),
        "refuse": (("applying",), "prepared"),
        "discard": (("prepared",), "discarded"),
        "request_undo": (("applied",), "undoing"),
        "undo": (("undoing",), "undone"),
        "leave": (("undoing",), "applied"),
    }


def test_every_phase_has_a_badge_colour():
    assert set(PHASE_BADGE_COLOURS) == set(Phase)
