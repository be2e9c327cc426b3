"""The two ways to run the portal, each set up from scratch, with a mail server that misbehaves."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from operations.processes import beat_command, worker_command
from scripts.chaos.evidence import Journal, Outbox
from scripts.chaos.plan import Disturbance
from scripts.chaos.processes import BASE_DIR, Process
from scripts.chaos.servers import PostgreSQL, Redis
from tests.stack import free_port, native_environment, wait_until

CONNECTIONS = 3
SWEEP_SECONDS = 3
# Like a real installation but faster: a killed worker's lease must not last ten minutes.
SETTINGS = {
    "MAIL_TIMEOUT": "3",
    "MAIL_END_TIMEOUT": "3",
    "MAIL_BATCH_SIZE": "20",
    "MAIL_LEASE_SECONDS": "20",
    "MAIL_SLOT_SECONDS": "12",
    "MAIL_CONNECTIONS": str(CONNECTIONS),
    "MAIL_THROTTLE_SECONDS": "5",
    "MAIL_BACKOFF": "1,2,3,5",
    "MAIL_SWEEP_SECONDS": str(SWEEP_SECONDS),
    "WORKER_SILENT_SECONDS": "30",
}


# One process with one connection to the mail server, as in docker-compose.yml.
SINGLE_WORKER = [
    *(sys.executable, "-m", "celery", "--quiet", "-A", "masterplan", "worker", "--pool=solo"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"),
]


class Outage(NamedTuple):
    """How a server goes down and comes back after `seconds`."""

    words: str
    process: Process
    begin: Callable[[], None]
    end: Callable[[], None]
    seconds: float


class Stack(NamedTuple):
    """Everything a run needs; no process of the portal runs yet."""

    environment: dict[str, str]
    workers: list[Process]
    connections_a_worker: int
    mail_port: int
    beat: Process
    outages: dict[Disturbance, Outage]
    journal: Journal
    outbox: Outbox
    folder: Path


@contextmanager
def own_folder() -> Iterator[Path]:
    """Yield a new folder that PostgreSQL's account can enter; remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="masterplan-chaos-"))
    # mkdtemp admits only the owner.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def full_stack(folder: Path, *, workers: int) -> Iterator[Stack]:
    """Set up PostgreSQL and Redis, as in a real installation."""
    database, broker = PostgreSQL(folder), Redis(folder)
    try:
        database.create()
        broker.create()
        with _set_up(
            folder, [SINGLE_WORKER] * workers, 1, database.address, REDIS_URL=broker.address
        ) as stack:
            stack.outages[Disturbance.REDIS] = Outage(
                "Redis is stopped and emptied", broker.process, broker.crash, broker.start, 3
            )
            stack.outages[Disturbance.POSTGRESQL] = Outage(
                "PostgreSQL is shut down in immediate mode",
                database.process,
                database.crash,
                database.start,
                2,
            )
            yield stack
    finally:
        broker.process.stop()
        database.process.stop()


@contextmanager
def embedded_stack(folder: Path) -> Iterator[Stack]:
    """Set up SQLite, a filesystem broker and one worker, as `manage.py portal` does."""
    with _set_up(
        folder, [worker_command()], CONNECTIONS, f"sqlite:///{folder / 'var' / 'db.sqlite3'}"
    ) as stack:
        yield stack


@contextmanager
def _set_up(
    folder: Path, workers: list[list[str]], connections_a_worker: int, database: str, **servers: str
) -> Iterator[Stack]:
    port = free_port()
    journal = Journal(folder / "kept.jsonl")
    environment = native_environment(
        **SETTINGS,
        **servers,
        DATABASE_URL=database,
        VAR_DIR=str(folder / "var"),
        MAIL_URL=f"smtp://127.0.0.1:{port}/",
        MAIL_FOLDER=str(folder / "mail"),
    )
    (folder / "var").mkdir(exist_ok=True)  # a test has put a database there
    _migrate(environment)
    mail_server = Process(
        "The mail server",
        [sys.executable, "-m", "scripts.chaos.smtp", str(port), str(journal.path)],
        folder / "smtp.log",
        environment,
    )
    mail_server.start()
    try:
        wait_until(lambda: _is_listening(journal), what=mail_server.last_words)
        yield Stack(
            environment=environment,
            workers=[
                _worker(number, command, folder, environment)
                for number, command in enumerate(workers, 1)
            ],
            connections_a_worker=connections_a_worker,
            mail_port=port,
            beat=Process("beat", beat_command(), folder / "beat.log", environment),
            outages={Disturbance.REFUSE: refusing(mail_server)},
            journal=journal,
            outbox=Outbox(database),
            folder=folder,
        )
    finally:
        mail_server.stop()


def _migrate(environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "--noinput"]
    subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.DEVNULL)


def _worker(number: int, command: list[str], folder: Path, environment: dict[str, str]) -> Process:
    return Process(
        f"worker {number}",
        [*command, f"--hostname=worker{number}@%h"],
        folder / f"worker-{number}.log",
        environment,
    )


def refusing(mail_server: Process) -> Outage:
    return Outage(
        "the mail server refuses connections",
        mail_server,
        lambda: mail_server.notify(signal.SIGUSR1),
        lambda: mail_server.notify(signal.SIGUSR2),
        4,
    )


def _is_listening(journal: Journal) -> bool:
    journal.read()
    return journal.is_listening
