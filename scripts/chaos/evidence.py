"""The two records compared at the end: the portal's outbox, and the mail server's log."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg2

OPEN_STATES = ("draft", "waiting", "sending", "retry")


class OutboxMail(NamedTuple):
    """One mail as the outbox records it."""

    kind: str
    recipient: str
    message_id: str
    state: str
    last_error: str


class KeptMessage(NamedTuple):
    """A message the mail server kept; `at` is in seconds since 1970, just before its 250."""

    at: float
    message_id: str
    recipient: str
    sha256: str


class Outbox:
    """Reads the outbox with plain SQL, so that the verdict does not rely on the portal's code."""

    def __init__(self, address: str):
        self.address = address

    def rows(self) -> list[OutboxMail]:
        """Return all mails."""
        return [
            OutboxMail(*row)
            for row in self._query("SELECT kind, recipient, message_id, state, last_error")
        ]

    def open_count(self) -> int | None:
        """Return how many mails are not in a final state; None if the database is unreachable."""
        try:
            return sum(row[0] in OPEN_STATES for row in self._query("SELECT state"))
        except (psycopg2.OperationalError, sqlite3.OperationalError):
            return None

    def _query(self, select: str) -> list[tuple]:
        path = self.address.removeprefix("sqlite:///")
        connect = (
            sqlite3.connect(path)
            if path != self.address
            else psycopg2.connect(self.address, connect_timeout=2)
        )
        # Without `closing`, the `with` statement would only end the transaction.
        with closing(connect) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(f"{select} FROM outbox_mail ORDER BY id")
            return cursor.fetchall()


class Journal:
    """Follows the mail server's log."""

    def __init__(self, path: Path):
        self.path, self.position = path, 0
        self.kept: list[KeptMessage] = []
        self.faults: Counter[str] = Counter()
        self.connections: list[tuple[float, float]] = []
        self.is_listening = False
        self._opened: dict[int, float] = {}

    def read(self) -> None:
        """Read what was added since the last call."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.position)
            added = file.read()
        # The server may be writing a line: take complete ones only, and the rest next time.
        whole = added[: added.rfind(b"\n") + 1]
        self.position += len(whole)
        for line in whole.splitlines():
            self._take(json.loads(line))

    def _take(self, entry: dict) -> None:
        event, at = entry["event"], entry["at"]
        if event == "kept":
            self.kept.append(
                KeptMessage(at, entry["message_id"], entry["recipient"], entry["sha256"])
            )
        elif event == "fault":
            self.faults[entry["answer"].partition(" ")[0]] += 1
        elif event == "opened":
            self._opened[entry["connection"]] = at
        elif event == "closed":
            self.connections.append((self._opened.pop(entry["connection"]), at))
        elif event == "listening":
            self.is_listening = True
