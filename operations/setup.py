"""Prepares an installation: translations, fonts, database, static files.

Each step is skipped when nothing has changed since the last time.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import polib
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.documents import unpack_fonts

Say = Callable[[str], None]  # shows a line to the person at the terminal


def prepare(say: Say) -> None:
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


def compile_catalogues(folder: Path) -> int:
    """Compile each `.po` below `folder` that is newer than its `.mo`; return how many were written.

    Uses polib, because a fresh machine has no gettext. Raises OSError for a broken catalogue.
    """
    written = 0
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            written += 1
    return written


def collect_static(say: Say) -> None:
    """Collect the static files unless none changed since the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    say("Dateien der Oberfläche werden bereitgestellt …")
    call_command("collectstatic", interactive=False, verbosity=0)
    # Only now, so that a start that was interrupted collects them again.
    stamp.write_text(fingerprint)


def static_fingerprint() -> str:
    """Return a hash that changes with any static file and with the storage backend."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            # Time and size instead of contents: reading thousands of files would delay each start.
            status = storage.get_modified_time(path).timestamp(), storage.size(path)
            digest.update(repr((path, status)).encode())
    return digest.hexdigest()
