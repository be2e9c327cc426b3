"""Services for the programme of a dialogue."""

import datetime as dt
from collections.abc import Collection
from copy import copy

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conflicts import require_version
from core.errors import Refused, require_heeded
from core.roles import require_office
from dialogues.models import Dialogue, ProgrammeItem
from dialogues.queries import (
    Programme,
    concerns_at,
    entries_of,
    items_from,
    programme_text,
    programme_version,
)
from dialogues.services.announcements import Update, save_and_announce
from dialogues.services.dialogues import lock_dialogue, require_editable

MAX_PROGRAMME_LENGTH = 4000  # it is part of invitations and calendar entries


@transaction.atomic
def change_programme(
    *,
    dialogue: Dialogue,
    programme: Programme,
    by,
    now: dt.datetime,
    version: str | None = None,
    heeded: Collection[str] = (),
    notify: bool = True,
) -> Update:
    """Replace the items of a dialogue before its day; mails guests the change, if `notify`.

    Raises ChangedMeanwhile if its programme or date is no longer that of `version`; Warned by items
    that overlap, or lie after the end.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_editable(dialogue)
    _require_programme_version(dialogue, version)
    before = copy(dialogue)
    start, items = items_from(programme, _fixed_start(dialogue))
    text = programme_text(items, start) if start else ""
    if len(text) > MAX_PROGRAMME_LENGTH:
        raise _too_long(len(text) - MAX_PROGRAMME_LENGTH)
    dialogue.programme_start = None if dialogue.starts_at else start
    question = _("Bitte sehen Sie sich die Zeiten an. Noch ist nichts gespeichert.")
    require_heeded(concerns_at(dialogue, items), heeded, question)
    former = entries_of(before)
    replace_items(dialogue, items)
    dialogue.programme = text
    if (text, former) == (before.programme, entries_of(dialogue)):
        return Update(dialogue, 0)
    what = _("Programm geändert") if before.programme else _("Programm eingetragen")
    return save_and_announce(
        dialogue, before, lapses=False, by=by, now=now, notify=notify, what=what
    )


def replace_items(dialogue: Dialogue, items: Collection[ProgrammeItem]) -> None:
    dialogue.programme_items.all().delete()
    for item in items:
        item.dialogue = dialogue
    ProgrammeItem.objects.bulk_create(items)


def _fixed_start(dialogue: Dialogue) -> dt.time | None:
    return timezone.localtime(dialogue.starts_at).time() if dialogue.starts_at else None


def _too_long(characters: int) -> Refused:
    text = ngettext(
        "Das Programm ist für eine Einladung um %(count)d Zeichen zu lang.",
        "Das Programm ist für eine Einladung um %(count)d Zeichen zu lang.",
        characters,
    )
    return Refused(text % {"count": characters})


def _require_programme_version(dialogue: Dialogue, version: str | None) -> None:
    changed = _("Das Programm oder der Termin hat sich inzwischen geändert.")
    require_version(version, programme_version(dialogue), changed)
