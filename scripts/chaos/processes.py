"""Processes of a run. Each has its own session and ends with the run, even if that is killed."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 10
# The state in /proc/net/tcp.
ESTABLISHED = "01"


@dataclass
class Process:
    """One process that can be started, killed and restarted; its output goes to `log`.

    `user` is the account it runs under, the current one if empty.
    """

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    popen: subprocess.Popen | None = None
    started_at: float = 0.0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [*_ending_with_parent(), *self.command],
                cwd="/" if self.user else BASE_DIR,
                env=self.environment or None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **account_of(self.user),
            )
        self.started_at = time.monotonic()

    @property
    def age(self) -> float:
        return time.monotonic() - self.started_at

    def ended(self) -> int | None:
        """Return the exit code, 0 if it was never started; None while it runs."""
        return self.popen.poll() if self.popen else 0

    def notify(self, number: int) -> None:
        if self.popen is not None and self.popen.poll() is None:
            self.popen.send_signal(number)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the whole process group and wait until the process ends."""
        if self.popen is not None:
            if self.popen.poll() is None:
                os.killpg(self.popen.pid, number)
            self.popen.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Terminate it, or kill it if that takes too long."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.send_signal(self.stop_signal)
            try:
                self.popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def is_connected_to(self, port: int) -> bool:
        """Return whether it holds a connection to local `port`; always False except on Linux."""
        try:
            sockets = {os.readlink(entry) for entry in Path(f"/proc/{self.popen.pid}/fd").iterdir()}
            rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        # Not Linux, already ended, or never started.
        except (OSError, AttributeError):
            return False
        # Columns 2, 3 and 9 are the remote address, the state and the inode of the socket.
        return any(
            f"socket:[{row[9]}]" in sockets
            for row in rows
            if row[2].endswith(f":{port:04X}") and row[3] == ESTABLISHED
        )

    def last_words(self) -> str:
        """Return the last line of its log that is not empty."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def account_of(user: str) -> dict[str, Any]:
    """Return the arguments that run a subprocess as `user`; none if it is the current account."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _ending_with_parent() -> list[str]:
    """Return a prefix that makes Linux end a command when the run itself is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
