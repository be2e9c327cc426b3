"""Runs the portal's processes together on one machine and ends them together."""

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

GRACE_SECONDS = 10
READY_WITHIN_SECONDS = 60
STEADY_AFTER_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartFailed(Exception):
    """A process could not start; the text is a German sentence."""


def loopback_addresses(port: int) -> list[str]:
    """Return the addresses of this machine at `port`, as gunicorn takes them. Raises StartFailed if
    it is taken.
    """
    addresses = []
    for family, host, written in (
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
        except OSError as error:
            if family == socket.AF_INET:
                raise StartFailed(
                    f"Der Port {port} ist belegt. Beenden Sie das Programm, das ihn nutzt, oder "
                    "wählen Sie einen "
                    f"anderen: PORT={port + 1} make run"
                ) from error
        else:
            addresses.append(written)
    return addresses


def web_command(addresses: list[str]) -> list[str]:
    """Return how gunicorn serves the portal at `addresses`, in one process with threads."""
    binds = [f"--bind={address}" for address in addresses]
    return [
        *(sys.executable, "-m", "gunicorn", "masterplan.wsgi"),
        *("--worker-class=gthread", "--workers=1", "--threads=8"),
        *("--graceful-timeout=5", "--log-level=warning", "--no-control-socket"),
        *binds,
    ]


def worker_command() -> list[str]:
    """Return how one worker runs: in one process, so that nothing can outlive it, with a thread for
    each connection to the mail server and one for everything else.
    """
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "masterplan", "worker"),
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
    """Return how beat runs; without a file of its process number, which a crash would leave behind."""
    return [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "masterplan",
        "beat",
        "--pidfile=",
        "--loglevel=WARNING",
    ]


@dataclass
class Child:
    """One process: `name` is shown to people, `log` takes what it prints."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen | None = None
    started: float = 0.0
    start_after: float = 0.0
    failures: int = field(default=0)

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches it only through us."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """Return the exit code once the process has ended."""
        return self.process.poll() if self.process else None

    def last_words(self) -> str:
        """Return the last line of its log that says something."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class Supervisor:
    """Keeps `children` running until a signal asks to stop; `say` shows a line to the person at the
    terminal.
    """

    def __init__(self, children: list[Child], say: Callable[[str], None]):
        self.children = children
        self.say = say
        self.stop_asked = False

    def run(self, ready_url: str, on_ready: Callable[[], None]) -> None:
        """Start all, call `on_ready`, and return when asked to stop and all have ended.

        The others wait until the first answers at `ready_url`, so that it has the machine for
        itself. Raises StartFailed when it ends before it answers, answers with an error, or does
        not answer in time.
        """
        before = {number: signal.signal(number, self._ask_to_stop) for number in STOP_SIGNALS}
        try:
            first, *others = self.children
            first.start()
            if self._await_ready(ready_url):
                for child in others:
                    child.start()
                on_ready()
            while not self.stop_asked:
                for child in self.children:
                    self._tend(child)
                time.sleep(0.2)
        finally:
            self.say("Das Portal wird beendet …")
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask_to_stop(self, number, frame) -> None:
        self.stop_asked = True

    def _await_ready(self, url: str) -> bool:
        web = self.children[0]
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        opener = build_opener(ProxyHandler({}))
        while not self.stop_asked:
            if web.ended() is not None:
                raise StartFailed(
                    f"{web.name} konnte nicht starten: {web.last_words()} (mehr in {web.log})"
                )
            try:
                with opener.open(url, timeout=5):
                    return True
            except (URLError, OSError) as error:
                if isinstance(error, HTTPError) and error.code == 500:
                    raise StartFailed(
                        f"{web.name} antwortet mit einem Fehler: {web.last_words()} (mehr in "
                        f"{web.log})"
                    ) from None
                if time.monotonic() > deadline:
                    raise StartFailed(
                        f"{web.name} antwortet nicht innerhalb von {READY_WITHIN_SECONDS} "
                        "Sekunden; "
                        f"der Grund steht in {web.log}."
                    ) from None
                time.sleep(0.1)
        return False

    def _tend(self, child: Child) -> None:
        code, now = child.ended(), time.monotonic()
        if code is None:
            return
        if not child.start_after:
            child.failures = 0 if now - child.started > STEADY_AFTER_SECONDS else child.failures + 1
            child.start_after = now + (
                min(2**child.failures, LONGEST_PAUSE_SECONDS) if child.failures > 1 else 0
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
            c.process and c.ended() is None for c in self.children
        ):
            time.sleep(0.05)
        for child in self.children:
            _signal_group(child, signal.SIGKILL)
            if child.process:
                child.process.wait()


def _signal_group(child: Child, number: int, only_leader: bool = False) -> None:
    if child.process is None or (only_leader and child.ended() is not None):
        return
    try:
        (os.kill if only_leader else os.killpg)(child.process.pid, number)
    except ProcessLookupError:
        pass


def _end_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed without a chance to do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
