"""A PostgreSQL and a Redis server for one run, on loopback, with their own folders."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2
import redis

from scripts.chaos.processes import Process, account_of
from tests.stack import free_port, wait_until


class ServerFailed(Exception):
    """A server could not be set up; the text says why."""


def missing_programs() -> str:
    """Return which programs a run on the full stack is missing; empty when all are there."""
    missing = []
    if postgresql_folder() is None:
        missing.append("PostgreSQL's initdb and postgres are not installed (Debian: postgresql)")
    elif os.geteuid() == 0 and not postgresql_account():
        missing.append(
            "PostgreSQL does not run as root, and there is no account postgres or nobody to run it"
        )
    if shutil.which("redis-server") is None:
        missing.append("redis-server is not installed (Debian: redis-server)")
    return "; ".join(missing)


def postgresql_folder() -> Path | None:
    """Return the folder of the newest PostgreSQL programs, which Debian keeps off PATH."""
    folders = [Path(found).parent] if (found := shutil.which("initdb")) else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _version(folder: Path) -> float:
    return float(folder.parent.name) if folder.parent.name.replace(".", "", 1).isdigit() else 0


def postgresql_account() -> str:
    """Return the account PostgreSQL runs under: it refuses to run as root."""
    if os.geteuid() != 0:
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), "")


class PostgreSQL:
    """A server for this run only, below `folder`, which the server's account must be able to
    enter.
    """

    def __init__(self, folder: Path):
        self.programs, self.data = postgresql_folder(), folder / "postgresql"
        self.port, self.account = free_port(), postgresql_account()
        self.address = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            # No Unix socket: every client connects over TCP.
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
        }
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.process = Process(
            "PostgreSQL",
            command,
            folder / "postgresql.log",
            user=self.account,
            # Fast shutdown: does not wait for clients to disconnect.
            stop_signal=signal.SIGINT,
        )

    def create(self) -> None:
        self.data.mkdir(mode=0o700)
        if self.account:
            shutil.chown(self.data, self.account)
        command = [
            *(
                str(self.programs / "initdb"),
                "--pgdata",
                str(self.data),
                "--username=postgres",
                "--auth=trust",
            ),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        ]
        result = subprocess.run(
            command, cwd="/", capture_output=True, text=True, **account_of(self.account)
        )
        if result.returncode:
            raise ServerFailed(f"PostgreSQL could not be set up: {result.stderr.strip()}")
        self.start()
        wait_until(self.answers, what=self.process.last_words)

    def start(self) -> None:
        self.process.start()

    def crash(self) -> None:
        # Immediate shutdown, without a checkpoint: the next start has to recover.
        self.process.kill(signal.SIGQUIT)

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.address, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


class Redis:
    """A server for this run only, which keeps nothing on disk: after a stop it is empty."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.address = f"redis://127.0.0.1:{self.port}/0"
        command = [
            *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", str(folder)),
        ]
        self.process = Process("Redis", command, folder / "redis.log")

    def create(self) -> None:
        self.start()
        wait_until(self.answers, what=self.process.last_words)

    def start(self) -> None:
        self.process.start()

    def crash(self) -> None:
        """Kill it; its data is lost."""
        self.process.kill()

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.address, socket_connect_timeout=2) as client:
                return client.ping()
        except redis.RedisError:
            return False
