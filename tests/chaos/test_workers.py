import socket
import sys

import pytest

from scripts.chaos import servers, workers
from scripts.chaos.processes import Process
from scripts.chaos.workers import WorkerPool
from tests.stack import wait_until

pytestmark = pytest.mark.embedded


@pytest.fixture
def make_pool(tmp_path):
    """Yield a function that starts a pool of sleeping processes; `pool.lines` is its output."""
    pools = []

    def make(
        code: str = "import time; time.sleep(60)", count: int = 2, mail_port: int = 1
    ) -> WorkerPool:
        lines = []
        sleepers = [
            Process(f"worker {number}", [sys.executable, "-c", code], tmp_path / f"{number}.log")
            for number in range(1, count + 1)
        ]
        pool = WorkerPool(sleepers, [], mail_port=mail_port, seed="seed", say=lines.append)
        pool.lines = lines
        pools.append(pool)
        pool.start()
        return pool

    yield make
    for pool in pools:
        pool.stop()


def test_killed_worker_is_started_again_and_the_kill_is_noted(make_pool, monkeypatch):
    monkeypatch.setattr(workers, "WARM_AFTER_SECONDS", 0)
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0)
    pool = make_pool(count=1)
    [worker] = pool.workers
    first = worker.popen.pid

    assert pool.kill_one()

    assert worker.ended() == -9
    pool.restart_dead()
    assert worker.ended() is None
    assert worker.popen.pid != first
    assert len(pool.kills) == 1
    assert pool.lines == ["kill -9 worker 1 (kill 1)"]


def test_killer_prefers_the_worker_that_is_sending(make_pool, monkeypatch):
    monkeypatch.setattr(workers, "WARM_AFTER_SECONDS", 0)
    with socket.create_server(("127.0.0.1", 0)) as mail_server:
        port = mail_server.getsockname()[1]
        pool = make_pool(count=3, mail_port=port)
        sender = pool.workers[1]
        sender.kill()
        sender.command = [
            sys.executable,
            "-c",
            f"import socket, time; s = socket.create_connection(('127.0.0.1', {port})); "
            "time.sleep(60)",
        ]
        sender.start()
        with mail_server.accept()[0]:
            assert [worker.is_connected_to(port) for worker in pool.workers] == [False, True, False]

            pool.kill_one()

    assert [worker.ended() for worker in pool.workers] == [None, -9, None]
    assert pool.lines == ["kill -9 worker 2 as it sends (kill 1)"]


def test_worker_that_is_still_loading_is_not_killed(make_pool):
    pool = make_pool()

    assert not pool.kill_one()

    assert pool.kills == []
    assert [worker.ended() for worker in pool.workers] == [None, None]


def test_worker_that_exits_by_itself_is_reported_and_is_no_kill(make_pool, monkeypatch):
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0)
    pool = make_pool("import sys; sys.exit('out of luck')", count=1)
    wait_until(lambda: pool.workers[0].ended() is not None, what=lambda: pool.lines)

    pool.restart_dead()

    assert pool.lines == ["worker 1 ended by itself (1): out of luck"]
    assert pool.kills == []


def test_stopped_pool_leaves_nothing_behind(make_pool):
    pool = make_pool()

    pool.stop()

    assert [worker.ended() for worker in pool.workers] == [-15, -15]


def test_missing_programs_are_named_in_a_sentence(monkeypatch):
    monkeypatch.setattr(servers, "postgresql_folder", lambda: None)
    monkeypatch.setattr(servers.shutil, "which", lambda name: None)

    assert servers.missing_programs() == (
        "PostgreSQL's initdb and postgres are not installed (Debian: postgresql); "
        "redis-server is not installed (Debian: redis-server)"
    )


def test_root_needs_another_account_for_postgresql(monkeypatch, tmp_path):
    monkeypatch.setattr(servers, "postgresql_folder", lambda: tmp_path)
    monkeypatch.setattr(servers.shutil, "which", lambda name: name)
    monkeypatch.setattr(servers.os, "geteuid", lambda: 0)
    monkeypatch.setattr(servers.pwd, "getpwall", lambda: [])

    assert servers.missing_programs() == (
        "PostgreSQL does not run as root, and there is no account postgres or nobody to run it"
    )
