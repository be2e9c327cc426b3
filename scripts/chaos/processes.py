"""Processes of a run. Each has its own session and ends with the run, however that ends."""

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
ESTABLISHED = "01"  # as /proc/net/tcp writes it


@dataclass
class Process:
    """One process that can be started, killed and started again; what it prints goes to `log`.

    `user` is the account it runs under, the present one when empty.
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
        """Send a signal to the whole process group and wait for its end."""
        if self.popen is not None:
            if self.popen.poll() is None:
                os.killpg(self.popen.pid, number)
            self.popen.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Terminate it, or kill it when it takes too long."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.send_signal(self.stop_signal)
            try:
                self.popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def is_connected_to(self, port: int) -> bool:
        """Say whether it holds a connection to `port` of this machine; Linux tells, elsewhere
        nobody knows.
        """
        try:
            sockets = {os.readlink(entry) for entry in Path(f"/proc/{self.popen.pid}/fd").iterdir()}
            rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        except (OSError, AttributeError):
            return False
        return any(
            f"socket:[{row[9]}]" in sockets
            for row in rows
            if row[2].endswith(f":{port:04X}") and row[3] == ESTABLISHED
        )

    def last_words(self) -> str:
        """Return the last non-empty line of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def account_of(user: str) -> dict[str, Any]:
    """Return the arguments that run a subprocess as `user`; none if it is the current account."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _ending_with_parent() -> list[str]:
    """Return a prefix that makes Linux end a command when the run itself is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
