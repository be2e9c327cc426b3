"""`make bench`: speeds as ratios to a floor measured in the same run. The last line is one JSON object."""

import json
import os
import sys
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from tests import machine
from tests.bench.sink import CountingSink


def main() -> int:
    """Measure on a database of its own and print each ratio; return 0, or 1 when a server is missing."""
    if missing := machine.missing_servers():
        sys.stderr.write(f"make bench needs PostgreSQL and Redis: {missing}\n")
        return 1
    name = f"bench_masterplan_{uuid.uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}"')
    try:
        with CountingSink() as sink:
            _prepare(name, sink.port)
            from tests.bench import outbox

            ratios = {"outbox_one_worker": round(outbox.measure(sink), 2)}
    finally:
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    sys.stdout.write(json.dumps(ratios) + "\n")
    return 0


def _prepare(name: str, port: int) -> None:
    os.environ |= {
        "DATABASE_URL": urlunsplit(urlsplit(machine.DATABASE_SERVER)._replace(path=f"/{name}")),
        "DEBUG": "0",
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "masterplan.settings",
        "MAIL_URL": f"smtp://127.0.0.1:{port}/",
        "REDIS_URL": machine.REDIS_SERVER,
        "SECRET_KEY": "only for measuring, long enough to please the checks of Django",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _on_server(statement: str) -> None:
    connection = psycopg2.connect(machine.DATABASE_SERVER)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
