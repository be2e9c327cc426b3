import json
import sqlite3
from contextlib import closing

import pytest

from scripts.chaos.evidence import Journal, KeptMessage, Outbox, OutboxMail

pytestmark = pytest.mark.embedded


@pytest.fixture
def log(tmp_path):
    return tmp_path / "kept.jsonl"


def test_journal_reads_each_complete_line_once(log):
    journal = Journal(log)
    journal.read()
    line = json.dumps(
        {
            "at": 1.5,
            "event": "kept",
            "message_id": "<1>",
            "recipient": "a@example.org",
            "sha256": "s",
        }
    )

    log.write_text(f"{line}\n{line[:20]}")
    journal.read()
    journal.read()

    assert journal.kept == [KeptMessage(1.5, "<1>", "a@example.org", "s")]
    log.write_text(f"{line}\n{line}\n")
    journal.read()
    assert len(journal.kept) == 2


def test_journal_reports_connections_and_faults(log):
    entries = [
        {"at": 0.5, "event": "listening"},
        {"at": 1.0, "event": "opened", "connection": 7},
        {"at": 2.0, "event": "fault", "answer": "451 4.7.1 greylisted"},
        {"at": 3.0, "event": "closed", "connection": 7},
        {"at": 4.0, "event": "opened", "connection": 7},
    ]
    log.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    journal = Journal(log)

    journal.read()

    assert journal.is_listening
    assert journal.connections == [(1.0, 3.0)]
    assert journal.faults == {"451": 1}


def test_outbox_is_read_without_the_portal(tmp_path):
    path = tmp_path / "db.sqlite3"
    outbox = Outbox(f"sqlite:///{path}")
    assert outbox.open_count() is None  # no table yet
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE outbox_mail (id, kind, recipient, message_id, state, last_error)"
        )
        for number, state in enumerate(["sent", "waiting", "failed", "sending", "retry"]):
            connection.execute(
                "INSERT INTO outbox_mail VALUES (?, 'k', 'r', ?, ?, '')",
                (number, str(number), state),
            )
        connection.commit()

    assert outbox.open_count() == 3
    assert outbox.rows()[0] == OutboxMail("k", "r", "0", "sent", "")


def test_outbox_is_unknown_while_the_server_is_unreachable():
    assert Outbox("postgres://nobody@127.0.0.1:1/none").open_count() is None
