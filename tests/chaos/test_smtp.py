"""The runs' mail server keeps a message if and only if it answers 250."""

import smtplib
import sys
from collections.abc import Callable

import pytest

from scripts.chaos.evidence import Journal
from scripts.chaos.plan import FAULTS, FaultKind
from scripts.chaos.processes import Process
from scripts.chaos.stacks import refusing
from tests.stack import free_port, native_environment, wait_until

pytestmark = pytest.mark.embedded

MESSAGE = (
    b"From: office@example.org\r\nMessage-ID: <1@portal>\r\nSubject: Einladung\r\n\r\nText\r\n.\r\n"
)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "kept.jsonl")


@pytest.fixture
def server(tmp_path, journal):
    port = free_port()
    command = [sys.executable, "-m", "scripts.chaos.smtp", str(port), str(journal.path)]
    process = Process(
        "The mail server", command, tmp_path / "smtp.log", native_environment(PORT=str(port))
    )
    process.start()
    until(journal, lambda: journal.is_listening)
    yield process
    process.stop()


@pytest.fixture
def send(server):
    """Yield a function that sends a message and returns the SMTP code, or 0 on a dropped
    connection.
    """
    open_ones = []

    def send_to(kind: FaultKind) -> int:
        connection = smtplib.SMTP("127.0.0.1", int(server.environment["PORT"]), timeout=1)
        open_ones.append(connection)
        connection.ehlo()
        connection.mail("office@example.org")
        try:
            code, _words = connection.rcpt(f"{kind}-0001@example.org")
            return connection.data(MESSAGE)[0] if code == 250 else code
        except smtplib.SMTPServerDisconnected:
            return 0

    yield send_to
    for connection in open_ones:
        connection.close()


def until(journal: Journal, condition: Callable[[], bool]) -> None:
    def holds() -> bool:
        journal.read()
        return condition()

    wait_until(holds, what=lambda: (journal.kept, journal.faults))


def test_accepted_message_is_kept_with_its_message_id(send, journal):
    code = send(FaultKind.NORMAL)

    journal.read()
    assert code == 250
    [kept] = journal.kept
    assert (kept.message_id, kept.recipient) == ("<1@portal>", "normal-0001@example.org")
    assert len(kept.sha256) == 64


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (FaultKind.UNKNOWN, [550, 550, 550, 550]),
        (FaultKind.REFUSED, [554, 554, 554, 554]),
        (FaultKind.GREYLISTED, [451, 451, 250, 250]),
        (FaultKind.FULL, [452, 250]),
        (FaultKind.THROTTLED, [432, 250]),
        (FaultKind.CLOSING, [421, 250]),
        (FaultKind.HANGING, [0, 250]),
        (FaultKind.DROPPED, [0, 250]),
    ],
)
def test_each_fate_comes_as_often_as_planned_and_keeps_nothing(send, journal, kind, codes):
    assert [send(kind) for _ in codes] == codes

    journal.read()
    assert len(journal.kept) == codes.count(250)
    assert sum(journal.faults.values()) == len(codes) - codes.count(250)
    assert kind in FAULTS


def test_message_of_a_client_that_died_is_not_kept(send, journal, server):
    with smtplib.SMTP("127.0.0.1", int(server.environment["PORT"]), timeout=5) as connection:
        connection.ehlo()
        connection.mail("office@example.org")
        connection.rcpt("normal-0001@example.org")
        connection.docmd("DATA")
        connection.send(MESSAGE[:-10])
        connection.close()
    until(journal, lambda: len(journal.connections) == 1)

    assert journal.kept == []


def test_refusing_server_drops_open_connections_and_recovers(send, journal, server):
    outage = refusing(server)
    assert send(FaultKind.NORMAL) == 250

    outage.begin()
    until(journal, lambda: len(journal.connections) == 1)

    with pytest.raises(ConnectionRefusedError):
        send(FaultKind.NORMAL)
    journal.is_listening = False
    outage.end()
    until(journal, lambda: journal.is_listening)
    assert send(FaultKind.NORMAL) == 250
