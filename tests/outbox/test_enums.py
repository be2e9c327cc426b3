from outbox.enums import (
    FINAL_STATES,
    MAIL_BADGE_COLOURS,
    MOVES,
    QUEUED_STATES,
    SOURCES_OF_ACTION,
    UNDER_WAY_STATES,
    UNSOLVED_STATES,
    MailState,
)


def test_moves_are_those_of_the_state_table():
    moves = {name: ({*move.sources}, move.target) for name, move in MOVES.items()}

    assert moves == {
        "claim": ({"waiting", "retry"}, "sending"),
        "accept": ({"sending", "retry", "failed", "expired", "waiting", "withdrawn"}, "sent"),
        "defer": ({"sending"}, "retry"),
        "refuse": ({"sending"}, "failed"),
        "release": ({"sending"}, "waiting"),
        "bundle": ({"waiting"}, "withdrawn"),
        "expire": ({"waiting", "retry"}, "expired"),
        "approve": ({"draft"}, "waiting"),
        "withdraw": ({"draft", "waiting", "retry"}, "withdrawn"),
        "resend": ({"failed", "expired"}, "waiting"),
    }


def test_states_are_grouped_by_what_happens_next():
    assert {*QUEUED_STATES} == {"waiting", "retry"}
    assert {*UNDER_WAY_STATES} == {"waiting", "retry", "sending"}
    assert {*UNSOLVED_STATES} == {"failed", "expired"}
    assert {*FINAL_STATES} == {"sent", "failed", "expired", "withdrawn"}


def test_office_acts_on_unsolved_and_waiting_mails_and_on_drafts():
    assert {action: {*states} for action, states in SOURCES_OF_ACTION.items()} == {
        "approve": {"draft"},
        "resend": {"failed", "expired"},
        "withdraw": {"draft", "waiting", "retry"},
        "settle": {"failed", "expired"},
    }


def test_every_state_has_a_badge_colour():
    assert {*MAIL_BADGE_COLOURS} == {*MailState}
