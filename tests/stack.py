"""Real PostgreSQL and Redis servers for tests that start the portal's processes."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
import redis

from scripts import machine

PATIENCE = 180  # seconds to wait for a process; generous, because the machine may be busy
NATIVE = {
    "DJANGO_SETTINGS_MODULE": "masterplan.settings",
    "SECRET_KEY": "only for tests",
    "DEBUG": "0",
    "DEMO": "0",
    "MAIL_BUNDLE_MINUTES": "0",
}


@pytest.fixture
def own_postgresql():
    """Create an empty PostgreSQL database, yield its URL, and drop it."""
    parts = urlsplit(machine.DATABASE_SERVER)
    name = f"test_masterplan_{uuid.uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}"')
    yield urlunsplit(parts._replace(path=f"/{name}"))
    _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def own_redis(worker_id):
    """Yield the URL of a Redis database that no other test process uses; it is emptied before and
    after.
    """
    parts = urlsplit(machine.REDIS_SERVER)
    number = int(parts.path.strip("/") or 0) + (
        int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    )
    address = urlunsplit(parts._replace(path=f"/{number}"))
    with redis.Redis.from_url(address) as client:
        client.flushdb()
        yield address
        client.flushdb()


@pytest.fixture
def migrated(base_dir, tmp_path_factory, worker_id):
    """Return a function that puts an SQLite database with all migrations into the VAR_DIR `folder`.

    The test processes share what the first one of them makes, as the migrations take longer than
    most of what is tested with them.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared if worker_id == "master" else shared.parent
    made, unfinished = shared / "migrated.sqlite3", shared / "migrating.sqlite3"

    def put_into(folder: Path) -> None:
        with (shared / "migrated.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                environment = native_environment(
                    VAR_DIR=str(shared), DATABASE_URL=f"sqlite:///{unfinished}"
                )
                command = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"]
                subprocess.run(command, cwd=base_dir, env=environment, check=True)
                unfinished.rename(made)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, folder / "db.sqlite3")

    return put_into


@pytest.fixture
def start(base_dir, tmp_path):
    """Yield a function that starts a command of the portal natively; the processes end with the
    test.

    `start(command, **environment)` returns the Popen; its output goes to `tmp_path/<n>.log`.
    """
    started: list[subprocess.Popen] = []

    def start_process(command: list[str], **environment: str) -> subprocess.Popen:
        with (tmp_path / f"{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=base_dir,
                env=native_environment(**environment),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        return process

    yield start_process
    for process in reversed(started):
        process.terminate()
    for process in reversed(started):
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def native_environment(**environment: str) -> dict[str, str]:
    """Return the environment of an installed process, without the tests' own variables."""
    scripts = str(Path(sys.executable).parent)
    home = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**home, "PATH": f"{scripts}:{os.environ['PATH']}", **NATIVE, **environment}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status_of(address: str) -> tuple[int, str]:
    """Return the status and body of a page, or (0, reason) when the server does not answer."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def wait_until(condition: Callable[[], bool], *, what: Callable[[], object]) -> None:
    """Return once `condition` holds; after PATIENCE seconds fail and show `what()`."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE} seconds: {what()}"
        time.sleep(0.2)


def _on_server(statement: str) -> None:
    connection = psycopg2.connect(machine.DATABASE_SERVER)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
