"""`manage.py portal`: three processes that start, run and stop together."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import PATIENCE, free_port, native_environment, status_of, wait_until

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


@pytest.fixture
def portal(base_dir, tmp_path):
    """Yield a function that starts the portal on `port`, with data and output in `tmp_path`."""
    started = []

    def start_portal(port):
        output = tmp_path / f"portal-{len(started)}.txt"
        with output.open("wb") as stdout:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "portal"],
                cwd=base_dir,
                env=native_environment(VAR_DIR=str(tmp_path / "var"), PORT=str(port)),
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        return process, output

    yield start_portal
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def test_portal_serves_restarts_a_dead_process_and_ends_them_all(portal):
    port = free_port()
    process, output = portal(port)
    wait_for(output, "Das Portal läuft")
    first = descendants_of(process.pid)

    assert output.read_text().startswith("Datenbank wird eingerichtet …\n")
    assert f"http://localhost:{port}" in output.read_text()
    assert status_of(f"http://localhost:{port}/healthz")[0] == 200
    assert status_of(f"http://127.0.0.1:{port}/healthz")[0] == 200
    status, page = status_of(f"http://localhost:{port}/{'x' * 5000}")
    assert (status, "Diese Seite gibt es nicht" in page) == (404, True)
    operation = f"http://127.0.0.1:{port}/healthz/betrieb"
    wait_until(lambda: status_of(operation)[0] == 200, what=lambda: status_of(operation))

    [worker] = [pid for pid in first if "worker" in command_of(pid) and "celery" in command_of(pid)]
    os.kill(worker, signal.SIGKILL)
    wait_for(output, "Der Hintergrunddienst endete unerwartet (-9) und wird neu gestartet")
    wait_until(
        lambda: any("worker" in command_of(p) and p != worker for p in descendants_of(process.pid)),
        what=output.read_text,
    )
    descendants = descendants_of(process.pid)
    process.send_signal(signal.SIGINT)

    assert process.wait(PATIENCE) == 0
    assert [pid for pid in descendants if command_of(pid)] == []
    assert output.read_text().endswith("Das Portal wird beendet …\nDas Portal ist beendet.\n")
    assert "Traceback" not in output.read_text()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_portal_runs_once_over_the_same_data_and_starts_again(portal, migrated, tmp_path):
    migrated(tmp_path / "var")
    first, output = portal(free_port())
    wait_for(output, "Das Portal läuft")

    second, refusal = portal(free_port())

    assert second.wait(PATIENCE) == 1
    assert "Das Portal läuft bereits mit den Daten in" in refusal.read_text()
    assert "Traceback" not in refusal.read_text()
    first.terminate()
    assert first.wait(PATIENCE) == 0
    third, again = portal(free_port())
    wait_for(again, "Das Portal läuft")
    assert "eingerichtet" not in again.read_text()
    assert "bereitgestellt" not in again.read_text()


def test_taken_port_is_reported_with_a_remedy(portal):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process, output = portal(port)
        code = process.wait(PATIENCE)

    assert code == 1
    assert output.read_text() == (
        f"CommandError: Der Port {port} ist belegt. Beenden Sie das Programm, das ihn nutzt, oder "
        "wählen Sie einen "
        f"anderen: PORT={port + 1} make run\n"
    )


def wait_for(output: Path, text: str) -> None:
    wait_until(lambda: text in output.read_text(), what=output.read_text)


def descendants_of(pid: int) -> list[int]:
    """Return the process ids of all descendants of `pid`."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [member for child in children for member in (int(child), *descendants_of(int(child)))]


def command_of(pid: int) -> str:
    """Return the command line of a process, or an empty string once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
