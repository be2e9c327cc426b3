from accessibility.enums import BARRIER_BADGE_COLOURS, BARRIER_MOVES, BarrierState


def test_barrier_moves_are_as_listed():
    found = {name: (set(move.sources), move.target) for name, move in BARRIER_MOVES.items()}

    assert found == {"answer": ({"open"}, "answered"), "reopen": ({"answered"}, "open")}


def test_every_state_has_a_colour():
    assert set(BARRIER_BADGE_COLOURS) == set(BarrierState)
