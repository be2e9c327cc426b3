"""The supervisor, with small processes in place of the portal's."""

import os
import signal
import sys
import time

import pytest

from operations.processes import Child, StartFailed, Supervisor, loopback_addresses
from tests.stack import free_port, wait_until

pytestmark = pytest.mark.embedded

SERVE = (
    "from http.server import HTTPServer, SimpleHTTPRequestHandler as Handler; import sys; "
    "HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()"
)
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"


def child(tmp_path, name, code, *arguments):
    return Child(name, [sys.executable, "-c", code, *arguments], tmp_path / f"{name}.log")


def test_child_that_cannot_start_is_told_with_its_last_words(tmp_path):
    other = child(tmp_path, "Der andere", "import time; time.sleep(600)")
    broken = child(tmp_path, "Der Webserver", "raise SystemExit('es fehlt etwas')")
    supervisor = Supervisor([broken, other], lambda line: None)

    with pytest.raises(StartFailed) as error:
        supervisor.run(f"http://127.0.0.1:{free_port()}/", lambda: None)

    assert (
        str(error.value)
        == f"Der Webserver konnte nicht starten: es fehlt etwas (mehr in {broken.log})"
    )
    assert other.process is None


def test_web_server_that_answers_with_errors_is_told(tmp_path):
    port = free_port()
    faulty = (
        "from http.server import HTTPServer, BaseHTTPRequestHandler as Handler; import sys; "
        "Handler.do_GET = lambda self: (print('es fehlt etwas', flush=True), "
        "self.send_error(500)); "
        "HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()"
    )
    web = child(tmp_path, "Der Webserver", faulty, str(port))

    with pytest.raises(StartFailed, match="Der Webserver antwortet mit einem Fehler"):
        Supervisor([web], lambda line: None).run(f"http://127.0.0.1:{port}/", lambda: None)

    assert web.process.returncode == -signal.SIGTERM


def test_stubborn_child_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("operations.processes.GRACE_SECONDS", 0.5)
    port = free_port()
    children = [child(tmp_path, "web", SERVE, str(port)), child(tmp_path, "stubborn", STUBBORN)]

    def stop_when_it_listens_no_more():
        wait_until(lambda: children[1].log.read_text() != "", what=lambda: children[1].ended())
        ask_to_stop()

    Supervisor(children, lambda line: None).run(
        f"http://127.0.0.1:{port}/", stop_when_it_listens_no_more
    )

    assert [c.process.returncode for c in children] == [-signal.SIGTERM, -signal.SIGKILL]


def test_child_that_dies_again_and_again_is_given_time(tmp_path):
    port, told = free_port(), []
    fragile = child(tmp_path, "fragile", "pass")

    def say(line):
        told.append((line, time.monotonic()))
        if len(told) == 2:
            ask_to_stop()

    Supervisor([child(tmp_path, "web", SERVE, str(port)), fragile], say).run(
        f"http://127.0.0.1:{port}/", lambda: None
    )

    died = f"fragile endete unerwartet (0) und wird neu gestartet; mehr in {fragile.log}."
    assert [line for line, _at in told] == [died, died, "Das Portal wird beendet …"]
    assert fragile.failures == 2  # at once, then after 4 seconds
    assert fragile.start_after - told[1][1] == pytest.approx(4, abs=0.5)


def test_loopback_has_both_addresses_where_the_machine_has(tmp_path):
    port = free_port()

    assert loopback_addresses(port)[0] == f"127.0.0.1:{port}"


@pytest.mark.parametrize("port", [70000, -1])
def test_impossible_port_is_told(port):
    with pytest.raises(StartFailed, match="ist kein Port"):
        loopback_addresses(port)


def ask_to_stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
