"""The supervisor, with small processes in place of the portal's."""

import os
import runpy
import signal
import socket
import struct
import sys
import time
from types import SimpleNamespace

import pytest

from operations.processes import (
    Child,
    StartFailed,
    Supervisor,
    loopback_addresses,
    web_command,
)
from tests.stack import free_port, wait_until

pytestmark = pytest.mark.embedded

SERVE = (
    "from http.server import HTTPServer, SimpleHTTPRequestHandler as Handler; import sys; "
    "HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()"
)
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('ready', flush=True); time.sleep(600)"
)


def test_both_ways_to_run_have_one_configuration_that_ends_stalled_requests(base_dir):
    path = base_dir / "deploy" / "gunicorn.conf.py"
    assert f"--config={path}" in web_command(["127.0.0.1:8000"])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)])
        runpy.run_path(str(path))["when_ready"](server)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            inherited = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)

    assert struct.unpack("ll", inherited) == (5, 0)


def make_child(tmp_path, name, code, *arguments):
    return Child(name, [sys.executable, "-c", code, *arguments], tmp_path / f"{name}.log")


def test_child_that_cannot_start_is_reported_with_its_last_log_line(tmp_path):
    other = make_child(tmp_path, "Der andere", "import time; time.sleep(600)")
    broken = make_child(tmp_path, "Der Webserver", "raise SystemExit('es fehlt etwas')")
    supervisor = Supervisor([broken, other], lambda line: None)

    with pytest.raises(StartFailed) as error:
        supervisor.run(f"http://127.0.0.1:{free_port()}/", lambda: None)

    assert (
        str(error.value)
        == f"Der Webserver konnte nicht starten: es fehlt etwas (mehr in {broken.log})"
    )
    assert other.process is None


def test_web_server_that_answers_with_errors_is_reported(tmp_path):
    port = free_port()
    faulty = (
        "from http.server import HTTPServer, BaseHTTPRequestHandler as Handler; import sys; "
        "Handler.do_GET = lambda self: (print('es fehlt etwas', flush=True), "
        "self.send_error(500)); "
        "HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()"
    )
    web = make_child(tmp_path, "Der Webserver", faulty, str(port))

    with pytest.raises(StartFailed, match="Der Webserver antwortet mit einem Fehler"):
        Supervisor([web], lambda line: None).run(f"http://127.0.0.1:{port}/", lambda: None)

    assert web.process.returncode == -signal.SIGTERM


def test_stubborn_child_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("operations.processes.GRACE_SECONDS", 0.5)
    port = free_port()
    children = [
        make_child(tmp_path, "web", SERVE, str(port)),
        make_child(tmp_path, "stubborn", STUBBORN),
    ]

    def stop_once_it_ignores_sigterm():
        wait_until(lambda: children[1].log.read_text() != "", what=lambda: children[1].exit_code())
        request_stop()

    Supervisor(children, lambda line: None).run(
        f"http://127.0.0.1:{port}/", stop_once_it_ignores_sigterm
    )

    assert [child.process.returncode for child in children] == [-signal.SIGTERM, -signal.SIGKILL]


def test_child_that_dies_again_is_restarted_with_a_delay(tmp_path):
    port, said = free_port(), []
    fragile = make_child(tmp_path, "fragile", "pass")

    def say(line):
        said.append((line, time.monotonic()))
        if len(said) == 2:
            request_stop()

    Supervisor([make_child(tmp_path, "web", SERVE, str(port)), fragile], say).run(
        f"http://127.0.0.1:{port}/", lambda: None
    )

    died = f"fragile endete unerwartet (0) und wird neu gestartet; mehr in {fragile.log}."
    assert [line for line, _at in said] == [died, died, "Das Portal wird beendet …"]
    assert fragile.failures == 2  # at once, then after 4 seconds
    assert fragile.start_after - said[1][1] == pytest.approx(4, abs=0.5)


def test_loopback_starts_with_ipv4(tmp_path):
    port = free_port()

    assert loopback_addresses(port)[0] == f"127.0.0.1:{port}"


@pytest.mark.parametrize("port", [70000, -1])
def test_impossible_port_is_refused(port):
    with pytest.raises(StartFailed, match="ist kein Port"):
        loopback_addresses(port)


def request_stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
