"""Find what the tests need on this machine: Chromium, PostgreSQL, Redis."""

import os
import shutil
from functools import cache

import psycopg2
import redis

DATABASE_SERVER = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_SERVER = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "0") not in ("", "0")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def chromium() -> str | None:
    """Return the path of Chromium, if installed; the headless shell takes a third less time."""
    names = (
        os.environ.get("CHROMIUM", ""),
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
    )
    return next((path for name in names if name and (path := shutil.which(name))), None)


@cache
def missing_browser() -> str:
    """Return why browser tests cannot run here; empty when they can."""
    return "" if chromium() else "Chromium is not installed (CHROMIUM names another program)"


@cache
def missing_servers() -> str:
    """Return why tests on the full stack cannot run here; empty when they can."""
    missing = []
    try:
        psycopg2.connect(DATABASE_SERVER, connect_timeout=10).close()
    except psycopg2.Error as error:
        missing.append(f"PostgreSQL does not answer at TEST_DATABASE_URL ({_first_line(error)})")
    try:
        with redis.Redis.from_url(REDIS_SERVER, socket_connect_timeout=10) as client:
            client.ping()
    except redis.RedisError as error:
        missing.append(f"Redis does not answer at TEST_REDIS_URL ({_first_line(error)})")
    return "; ".join(missing)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
