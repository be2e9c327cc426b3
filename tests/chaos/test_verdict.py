"""Each promise is seen broken once: a verdict that cannot fail proves nothing."""

import pytest

from scripts.chaos.evidence import KeptMessage, OutboxMail
from scripts.chaos.verdict import Facts, judge, most_at_once, unexplained

pytestmark = pytest.mark.embedded

GUESTS = ["normal-0001@example.org", "greylisted-0002@example.org", "unknown-0003@example.org"]
NO_MAILBOX = "550 5.1.1 no such mailbox"


def make_row(number: int, state: str = "sent", **fields) -> OutboxMail:
    """Return the outbox row of the invitation to guest `number` (from 1)."""
    row = OutboxMail(
        "invitation",
        GUESTS[number - 1],
        f"<{number}@portal>",
        state,
        NO_MAILBOX if number == 3 else "",
    )
    return row._replace(**fields)


def make_kept(number: int, at: float = 100.0, **fields) -> KeptMessage:
    """Return the message to guest `number` as the mail server stored it."""
    return KeptMessage(at, f"<{number}@portal>", GUESTS[number - 1], f"sha-{number}")._replace(
        **fields
    )


def make_facts(**fields) -> Facts:
    """Return the facts of a run with one kill in which every promise was kept."""
    facts = Facts(
        recipients=GUESTS,
        rows=[make_row(1), make_row(2), make_row(3, "failed")],
        kept=[make_kept(1), make_kept(2, at=101.0)],
        kills=[100.5],
        planned_kills=1,
        duplicates_a_kill=1,
        connections=[(99.0, 102.0)],
        connection_limit=3,
        seconds=12.34,
        longest_seconds=60,
    )
    return facts._replace(**fields)


def test_kept_promises_are_reported_with_figures():
    verdict = judge(make_facts())

    assert verdict.broken == []
    assert verdict.figures == {
        "mails": 3,
        "kills": 1,
        "lost": 0,
        "duplicates": 0,
        "failed_visible": 1,
        "stuck": 0,
        "connections": 1,
        "seconds": 12.3,
    }


def test_one_duplicate_per_kill_is_allowed():
    verdict = judge(make_facts(kept=[make_kept(1), make_kept(1, at=120.0), make_kept(2)]))

    assert verdict.broken == []
    assert verdict.figures["duplicates"] == 1


def test_worker_with_two_connections_may_leave_two_duplicates():
    kept = [make_kept(1), make_kept(1, at=120.0), make_kept(2), make_kept(2, at=120.0)]

    assert judge(make_facts(kept=kept, duplicates_a_kill=2)).broken == []
    assert judge(make_facts(kept=kept, duplicates_a_kill=1)).broken == [
        "2 duplicates are more than 1 kills explain"
    ]


BROKEN = {
    "a guest without a row": (
        {"rows": [make_row(2), make_row(3, "failed")], "kept": [make_kept(2)]},
        {"lost": 1, "mails": 2},
        ["3 guests were to get one invitation each; 2 were written", "1 mails were lost"],
    ),
    "two rows for one guest": (
        {
            "rows": [
                make_row(1),
                make_row(1, message_id="<9@portal>"),
                make_row(2),
                make_row(3, "failed"),
            ],
            "kept": [make_kept(1), make_kept(1, message_id="<9@portal>"), make_kept(2)],
        },
        {"mails": 4, "duplicates": 0},
        ["3 guests were to get one invitation each; 4 were written"],
    ),
    "called sent and never accepted": (
        {"kept": [make_kept(2)]},
        {"lost": 1},
        [
            "1 mails were lost",
            "1 mails are called sent and were not accepted, or the other way round",
        ],
    ),
    "failed though nobody refused it": (
        {
            "rows": [make_row(1, "failed"), make_row(2), make_row(3, "failed")],
            "kept": [make_kept(2)],
        },
        {"lost": 1, "failed_visible": 1},
        ["1 mails were lost"],
    ),
    "accepted and called failed": (
        {"rows": [make_row(1, "failed"), make_row(2), make_row(3, "failed")]},
        {"lost": 0},
        ["1 mails are called sent and were not accepted, or the other way round"],
    ),
    "a mail of another kind lost": (
        {
            "rows": [
                *make_facts().rows,
                OutboxMail("digest", "geschaeftsstelle@example.org", "<d@portal>", "sent", ""),
            ]
        },
        {"lost": 1, "mails": 3},
        [
            "1 mails were lost",
            "1 mails are called sent and were not accepted, or the other way round",
        ],
    ),
    "more duplicates than kills": (
        {"kept": [make_kept(1), make_kept(1, at=120.0), make_kept(2), make_kept(2, at=120.0)]},
        {"duplicates": 2},
        ["2 duplicates are more than 1 kills explain"],
    ),
    "a duplicate before any kill": (
        {"kept": [make_kept(1, at=90.0), make_kept(1, at=95.0), make_kept(2)]},
        {"duplicates": 1},
        ["1 duplicates have no kill of their own between the two copies"],
    ),
    "another Message-ID": (
        {"kept": [make_kept(1), make_kept(1, at=120.0, message_id="<8@portal>"), make_kept(2)]},
        {"duplicates": 1},
        ["1 Message-IDs were kept that the outbox does not know"],
    ),
    "other words": (
        {"kept": [make_kept(1), make_kept(1, at=120.0, sha256="other"), make_kept(2)]},
        {"duplicates": 1},
        ["1 mails were sent twice with other words or to others"],
    ),
    "a refusal that nobody sees": (
        {"rows": [make_row(1), make_row(2), make_row(3, "expired")]},
        {"failed_visible": 0, "stuck": 0},
        ["1 mails were refused for good; 0 show it with the server's words"],
    ),
    "a refusal without the server's words": (
        {"rows": [make_row(1), make_row(2), make_row(3, "failed", last_error="Fehler")]},
        {"failed_visible": 0},
        ["1 mails were refused for good; 0 show it with the server's words"],
    ),
    "too many connections": (
        {"connections": [(1.0, 9.0), (2.0, 9.0), (3.0, 9.0), (4.0, 9.0)]},
        {"connections": 4},
        ["4 connections at a time are more than 3"],
    ),
    "a kill that did not happen": (
        {"kills": []},
        {"kills": 0},
        ["1 kills were planned, 0 happened"],
    ),
    "too slow": (
        {"seconds": 60.4},
        {"seconds": 60.4},
        ["it took 60 seconds, allowed are 60"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_promise_is_seen(name):
    fields, figures, sentences = BROKEN[name]

    verdict = judge(make_facts(**fields))

    assert verdict.broken == sentences
    assert {key: verdict.figures[key] for key in figures} == figures


@pytest.mark.parametrize("state", ["draft", "waiting", "sending", "retry"])
def test_mail_that_still_waits_is_stuck(state):
    verdict = judge(make_facts(rows=[make_row(1), make_row(2), make_row(3, state)]))

    assert verdict.figures["stuck"] == 1
    assert "1 mails are stuck" in verdict.broken


@pytest.mark.parametrize(
    ("copies", "kills", "count"),
    [
        ([(10, 30)], [20], 0),
        ([(10, 30)], [9.5], 0),  # killed just before the server stored it
        ([(10, 30)], [8.9], 1),
        ([(10, 30)], [31], 1),
        ([(10, 30), (11, 30)], [20], 1),  # one kill explains one duplicate
        ([(10, 40), (15, 25)], [20, 30], 0),  # the narrow span takes the only kill that fits it
        ([(10, 20, 30)], [15, 25], 0),
        ([(10, 20, 30)], [15], 1),
    ],
)
def test_each_duplicate_needs_a_kill_of_its_own(copies, kills, count):
    kept = [
        make_kept(1, at=at, message_id=f"<{number}>")
        for number, times in enumerate(copies)
        for at in times
    ]

    assert unexplained(kept, kills) == count


def test_adjacent_connections_do_not_overlap():
    assert most_at_once([]) == 0
    assert most_at_once([(1.0, 5.0), (4.9, 8.0)]) == 1
    assert most_at_once([(1.0, 5.0), (4.0, 8.0), (4.5, 4.9)]) == 3
