"""`make bench`: speeds as ratios to a baseline measured in the same run. The last line is one JSON
object. `SECTIONS="pages forms"` measures only these.
"""

import importlib
import json
import os
import sys
import uuid
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg2
from django.core.management import call_command

from scripts import machine
from scripts.bench.sink import CountingSink

# Modules with `measure(sink) -> {name: ratio}`, imported once Django is set up.
SECTIONS = ("outbox", "pages", "forms", "workbooks")


def main(chosen: Sequence[str]) -> int:
    """Measure on a temporary database and print each ratio; return 1 if a server or a section is
    missing.
    """
    if unknown := set(chosen) - set(SECTIONS):
        sys.stderr.write(f"make bench has no section {', '.join(sorted(unknown))}\n")
        return 1
    if missing := machine.missing_servers():
        sys.stderr.write(f"make bench needs PostgreSQL and Redis: {missing}\n")
        return 1
    name = f"bench_masterplan_{uuid.uuid4().hex[:12]}"
    ratios: dict[str, float] = {}
    _on_server(f'CREATE DATABASE "{name}"')
    try:
        with CountingSink() as sink:
            _prepare(name, sink.port)
            for section in chosen or SECTIONS:
                sys.stdout.write(f"{section}\n")
                ratios |= importlib.import_module(f"scripts.bench.{section}").measure(sink)
    finally:
        # FORCE ends the connections that are still open, those of this process included.
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    sys.stdout.write(json.dumps({name: round(ratio, 2) for name, ratio in ratios.items()}) + "\n")
    return 0


def _prepare(name: str, port: int) -> None:
    # Before `django.setup()`, because the settings read the environment.
    os.environ |= {
        "DATABASE_URL": urlunsplit(urlsplit(machine.DATABASE_SERVER)._replace(path=f"/{name}")),
        "DEBUG": "0",
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "masterplan.settings",
        "MAIL_URL": f"smtp://127.0.0.1:{port}/",
        "REDIS_URL": machine.REDIS_SERVER,
        "SECRET_KEY": "only for measuring, long enough to please the checks of Django",
    }
    django.setup()
    call_command("migrate", verbosity=0)
    # Pages name their files as a portal in use serves them.
    call_command("collectstatic", interactive=False, verbosity=0)


def _on_server(statement: str) -> None:
    connection = psycopg2.connect(machine.DATABASE_SERVER)
    # Databases cannot be created or dropped inside a transaction.
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
