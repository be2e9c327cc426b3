"""Brings an installation to the point where it can serve; skips what is done."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.documents import unpack_fonts
from operations.catalogues import compile_catalogues

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    """Compile catalogues, unpack fonts, migrate, load the demo, collect static files; tell `say`
    what takes time.
    """
    for folder in settings.LOCALE_PATHS:
        compile_catalogues(folder)
    unpack_fonts()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Datenbank wird eingerichtet …")
        call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO:
        call_command("demo", "--if-empty")
    collect_static(say)


def collect_static(say: Say) -> None:
    """Collect the static files unless nothing changed since the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    wanted = static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Dateien der Oberfläche werden bereitgestellt …")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)


def static_fingerprint() -> str:
    """Return a short text that changes with every change of a static file or of the way they are
    stored.
    """
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = storage.get_modified_time(path).timestamp(), storage.size(path)
            digest.update(repr((path, status)).encode())
    return digest.hexdigest()
