"""Compiles the translations. A fresh machine has no gettext, so polib does it."""

from pathlib import Path

import polib


def compile_catalogues(folder: Path) -> int:
    """Write the `.mo` beside each `.po` below `folder` that is newer; return how many were written.

    Raises OSError when a catalogue is broken.
    """
    written = 0
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            written += 1
    return written
