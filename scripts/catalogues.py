"""Check the translation catalogues; used by a test and by `make check`."""

import re
import sys
from pathlib import Path

import allauth
import polib

BASE_DIR = Path(__file__).resolve().parent.parent
OWN = BASE_DIR / "locale"
ALLAUTH = Path(allauth.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "django.po"
# The portal addresses people formally and in plain words.
UNWANTED = re.compile(
    r"\b(du|dich|dir|dein\w*|gib|wähle|verwende|versuche|erfolgreich)\b", re.IGNORECASE
)
# Our own templates replace allauth's pages, but these messages reach people as they are.
SHOWN = re.compile(r"(account|mfa)/.*\.py$|templates/(account|mfa)/(messages|email)/")


def faults() -> list[str]:
    """Return a sentence for each fault in the project's catalogues."""
    return [
        fault for source in sorted(OWN.glob("*/LC_MESSAGES/*.po")) for fault in faults_of(source)
    ]


def faults_of(source: Path) -> list[str]:
    """Return the faults of one catalogue: unreadable, fuzzy or untranslated entries."""
    try:
        entries = polib.pofile(str(source))
    except (OSError, UnicodeDecodeError) as error:
        return [f"{source.name} cannot be read: {error}"]
    unclear = [f"{source}: unclear (fuzzy): {entry.msgid!r}" for entry in entries if entry.fuzzy]
    return unclear + [
        f"{source}: no translation of {entry.msgid!r}" for entry in entries.untranslated_entries()
    ]


def unfit_messages_of_allauth() -> list[str]:
    """Return messages of allauth that reach users untranslated, with "du" or with "erfolgreich"."""
    own = {entry.msgid for entry in polib.pofile(str(OWN / "de" / "LC_MESSAGES" / "django.po"))}
    return [
        entry.msgid
        for entry in polib.pofile(str(ALLAUTH))
        if not entry.obsolete
        and entry.msgid not in own
        and any(SHOWN.match(place) for place, _line in entry.occurrences)
        and (entry.fuzzy or not entry.msgstr or UNWANTED.search(entry.msgstr))
    ]


def main() -> int:
    unfit = unfit_messages_of_allauth()
    found = faults() + [
        f"message of allauth that needs a German text of ours: {message!r}" for message in unfit
    ]
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
