"""What those outside learn of a change to a dated dialogue, and when: at once, or with the renewed
approval.
"""

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import local_date
from core.history import save_as
from dialogues import mails
from dialogues.enums import DATED
from dialogues.models import Dialogue

TOLD_FIELDS = ("title", "format", "place", "video_link", "programme")  # what `mails.MATTERS` reads


class Update(NamedTuple):
    """A dialogue whose facts were saved, how many people are told what changed, and whether
    something is held back.
    """

    dialogue: Dialogue
    told: int
    holds_back: bool = False


def is_known_to_others(dialogue: Dialogue, *, now: dt.datetime) -> bool:
    """Say whether the date of `dialogue` stands in calendars and still lies ahead, so that a change
    has to be told.
    """
    return dialogue.state in DATED and dialogue.starts_at is not None and dialogue.starts_at > now


def save_and_tell(
    dialogue: Dialogue, present: Dialogue, *, lapses: bool, by, now: dt.datetime
) -> Update:
    """Save `dialogue` over `present` and tell those who come. Answers stay as they are.

    Where the change lets the approval lapse, nothing of this save goes out: it waits in `unannounced`
    for the renewed approval (`announce_changes`), as nothing goes out without the senator's consent.
    """
    if not is_known_to_others(present, now=now):
        save_as(dialogue, by=by, now=now, reason=_("Angaben geändert"))
        return Update(dialogue, 0)
    dialogue.unannounced = _unannounced_after(present, dialogue, lapses=lapses)
    told, what = _raise_sequence(dialogue, present.as_announced, now=now)
    save_as(dialogue, by=by, now=now, reason=what or _("Angaben geändert"))
    mails.mail_changed(dialogue, present.as_announced, told, by=by, now=now)
    return Update(dialogue, len(told), lapses and bool(dialogue.unannounced))


def _unannounced_after(present: Dialogue, dialogue: Dialogue, *, lapses: bool) -> dict[str, str]:
    """Return by field what guests still know otherwise. What changes by itself meanwhile is not
    held back any more.
    """
    before = {name: getattr(present, name) for name in TOLD_FIELDS}
    changed = {name: value for name, value in before.items() if value != getattr(dialogue, name)}
    waiting = present.unannounced
    known = (
        changed | waiting
        if lapses
        else {name: waiting[name] for name in waiting if name not in changed}
    )
    return {name: value for name, value in known.items() if value != getattr(dialogue, name)}


def _raise_sequence(
    dialogue: Dialogue, before: Dialogue, *, now: dt.datetime
) -> tuple[list[mails.Told], str]:
    """Return who is told how `dialogue` differs from `before`, what guests know, and the words for
    its history.
    """
    changes = mails.changes_between(before, dialogue.as_announced)
    if not changes:
        return [], ""
    dialogue.sequence += 1
    told = mails.people_to_update(dialogue, today=local_date(now))
    what = ", ".join(change.label for change in changes)
    text = ngettext(
        "Geändert: %(what)s; %(count)d Person benachrichtigt",
        "Geändert: %(what)s; %(count)d Personen benachrichtigt",
        len(told),
    )
    return told, text % {"what": what, "count": len(told)}


def announce_changes(dialogue: Dialogue, *, reason: str, by, now: dt.datetime) -> None:
    """Save the locked `dialogue` for `reason`; tell what was held back, now that its dates are
    approved as it stands.

    Put off meanwhile, it has no date to be told of: the next invitation says how it is.
    """
    before, dialogue.unannounced = dialogue.as_announced, {}
    told, what = (
        _raise_sequence(dialogue, before, now=now)
        if is_known_to_others(dialogue, now=now)
        else ([], "")
    )
    save_as(dialogue, by=by, now=now, reason=f"{reason}. {what}" if what else reason)
    mails.mail_changed(dialogue, before, told, by=by, now=now)
