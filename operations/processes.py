"""Supervises the portal's processes on one machine: starts, restarts and stops them together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings

GRACE_SECONDS = 10  # between SIGTERM and SIGKILL
READY_TIMEOUT_SECONDS = 60
STEADY_AFTER_SECONDS = 60  # a process that ran longer starts with a clean record
MAX_RESTART_DELAY_SECONDS = 30
PR_SET_PDEATHSIG = 1  # see prctl(2)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartFailed(Exception):
    """A process could not start. The text is a German sentence for the person at the terminal."""


def loopback_addresses(port: int) -> list[str]:
    """Return the loopback addresses at `port` for gunicorn's `--bind`.

    Browsers resolve localhost to IPv4 or IPv6, so both are used if the machine has both. Raises
    StartFailed if the port is taken, invalid or privileged.
    """
    addresses = []
    for family, host, address in (
        (socket.AF_INET, "127.0.0.1", f"127.0.0.1:{port}"),
        (socket.AF_INET6, "::1", f"[::1]:{port}"),
    ):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except PermissionError as error:
            raise StartFailed(
                f"Der Port {port} ist gewöhnlichen Konten verwehrt. Wählen Sie einen über 1023: "
                "PORT=8001 make run"
            ) from error
        except OverflowError as error:
            raise StartFailed(f"{port} ist kein Port; erlaubt sind 1 bis 65535.") from error
        # A machine without IPv6 is fine.
        except OSError as error:
            if family == socket.AF_INET:
                raise StartFailed(
                    f"Der Port {port} ist belegt. Beenden Sie das Programm, das ihn nutzt, oder "
                    f"wählen Sie einen anderen: PORT={port + 1} make run"
                ) from error
        else:
            addresses.append(address)
    return addresses


def web_command(addresses: list[str]) -> list[str]:
    binds = [f"--bind={address}" for address in addresses]
    return [
        *(sys.executable, "-m", "gunicorn", "masterplan.wsgi"),
        # One process, so that the cache in its memory is the only one. The rest is as in an office.
        f"--config={settings.BASE_DIR / 'deploy' / 'gunicorn.conf.py'}",
        *("--workers=1", "--threads=8", "--graceful-timeout=5"),
        *binds,
    ]


def worker_command() -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "masterplan", "worker"),
        # Threads, because child processes could outlive the worker: one per connection to the mail
        # server and one for everything else.
        *(
            "--pool=threads",
            "--concurrency=4",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
        ),
    ]


def beat_command() -> list[str]:
    return [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "masterplan",
        "beat",
        # A pid file left behind by a crash would keep beat from starting.
        "--pidfile=",
        "--loglevel=WARNING",
    ]


@dataclass
class Child:
    """One supervised process. Messages contain its German `name`; its output goes to `log`."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen | None = None
    started: float = 0.0
    start_after: float = 0.0
    failures: int = field(default=0)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # In its own session, Ctrl-C does not reach it: the supervisor stops it in order.
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started = time.monotonic()

    def exit_code(self) -> int | None:
        """Return None while the process runs and before it is started."""
        return self.process.poll() if self.process else None

    def last_log_line(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class Supervisor:
    """Keeps `children` running until a stop signal. `say` shows a line at the terminal."""

    def __init__(self, children: list[Child], say: Callable[[str], None]):
        self.children = children
        self.say = say
        self.is_stopping = False

    def run(self, ready_url: str, on_ready: Callable[[], None]) -> None:
        """Start all children, call `on_ready`, and return after a stop signal once all have ended.

        The first child is the web server. The others start once it answers at `ready_url`, so that
        they do not slow it down. Raises StartFailed when it ends, answers with an error, or does
        not answer in time.
        """
        previous = {number: signal.signal(number, self._request_stop) for number in STOP_SIGNALS}
        try:
            first, *others = self.children
            first.start()
            if self._wait_until_ready(ready_url):
                for child in others:
                    child.start()
                on_ready()
            while not self.is_stopping:
                for child in self.children:
                    self._restart_if_ended(child)
                time.sleep(0.2)
        finally:
            self.say("Das Portal wird beendet …")
            self._stop_all()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _request_stop(self, number, frame) -> None:
        self.is_stopping = True

    def _wait_until_ready(self, url: str) -> bool:
        web = self.children[0]
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        # Bypass proxies from the environment, which cannot reach the loopback of this machine.
        opener = build_opener(ProxyHandler({}))
        while not self.is_stopping:
            if web.exit_code() is not None:
                raise StartFailed(
                    f"{web.name} konnte nicht starten: {web.last_log_line()} (mehr in {web.log})"
                )
            try:
                with opener.open(url, timeout=5):
                    return True
            except (URLError, OSError) as error:
                if isinstance(error, HTTPError) and error.code == 500:
                    raise StartFailed(
                        f"{web.name} antwortet mit einem Fehler: {web.last_log_line()} (mehr in "
                        f"{web.log})"
                    ) from None
                if time.monotonic() > deadline:
                    raise StartFailed(
                        f"{web.name} antwortet nicht innerhalb von {READY_TIMEOUT_SECONDS} "
                        f"Sekunden; der Grund steht in {web.log}."
                    ) from None
                time.sleep(0.1)
        return False

    def _restart_if_ended(self, child: Child) -> None:
        code, now = child.exit_code(), time.monotonic()
        if code is None:
            return
        if not child.start_after:
            child.failures = 0 if now - child.started > STEADY_AFTER_SECONDS else child.failures + 1
            child.start_after = now + (
                min(2**child.failures, MAX_RESTART_DELAY_SECONDS) if child.failures > 1 else 0
            )
            self.say(
                f"{child.name} endete unerwartet ({code}) und wird neu gestartet; mehr in "
                f"{child.log}."
            )
        if now >= child.start_after:
            child.start_after = 0.0
            child.start()

    def _stop_all(self) -> None:
        for child in self.children:
            _signal_group(child, signal.SIGTERM, only_leader=True)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(
            child.process and child.exit_code() is None for child in self.children
        ):
            time.sleep(0.05)
        # Kill whole groups, even those whose leader has ended: its children may still run.
        for child in self.children:
            _signal_group(child, signal.SIGKILL)
            if child.process:
                child.process.wait()


def _signal_group(child: Child, number: int, only_leader: bool = False) -> None:
    if child.process is None or (only_leader and child.exit_code() is not None):
        return
    try:
        (os.kill if only_leader else os.killpg)(child.process.pid, number)
    except ProcessLookupError:
        pass


def _end_with_parent() -> None:
    """Let Linux end this process if the supervisor is killed before it can do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
