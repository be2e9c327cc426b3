"""What guests know of a dialogue, and mailing them what changed."""

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import local_date
from core.history import save_as
from dialogues import mails
from dialogues.models import Dialogue
from dialogues.queries import has_announced_date


class Update(NamedTuple):
    """A saved dialogue and how many people are mailed the change. With `is_deferred`, guests are
    mailed only once the date is approved again.
    """

    dialogue: Dialogue
    notified: int
    is_deferred: bool = False


def save_and_announce(
    dialogue: Dialogue, before: Dialogue, *, lapses: bool, by, now: dt.datetime, notify: bool = True
) -> Update:
    """Save `dialogue` and mail what changed since `before` to everyone who knows its date.

    If the approval lapses, this save is not mailed: the change waits in `unannounced` until
    `announce_changes`, because nothing leaves the office without consent. Without `notify`, nobody
    is mailed what could be announced at once.
    """
    if not has_announced_date(before, now):
        save_as(dialogue, by=by, now=now, reason=_("Angaben geändert"))
        return Update(dialogue, 0)
    # Compared with what guests know, which may be older than what was stored.
    known = before.as_announced
    dialogue.unannounced = _unannounced_after(before, dialogue, lapses=lapses)
    addressees, reason = _raise_sequence(dialogue, known, now, notify=notify)
    save_as(dialogue, by=by, now=now, reason=reason or _("Angaben geändert"))
    mails.mail_changed(dialogue, known, addressees, by=by, now=now)
    return Update(dialogue, len(addressees), lapses and bool(dialogue.unannounced))


def _unannounced_after(before: Dialogue, after: Dialogue, *, lapses: bool) -> dict[str, str]:
    """Return the values that guests still know once `after` is saved, by field name.

    A change that makes no approval lapse is announced at once, so its fields are no longer held
    back. Neither are fields that have returned to the value guests know.
    """
    waiting = before.unannounced
    changed = {
        name: getattr(before, name)
        for name in mails.ANNOUNCED_FIELDS
        if getattr(before, name) != getattr(after, name)
    }
    if lapses:
        # Values already waiting win: they are the ones that guests were last told.
        known = changed | waiting
    else:
        known = {name: value for name, value in waiting.items() if name not in changed}
    return {name: value for name, value in known.items() if value != getattr(after, name)}


def _raise_sequence(
    dialogue: Dialogue, known: Dialogue, now: dt.datetime, *, notify: bool = True
) -> tuple[list[mails.Addressee], str]:
    """Return who is mailed the differences from `known`, and the reason for the history.

    Both are empty without a difference; otherwise this raises `dialogue.sequence`. Calendars
    accept a second entry with the same UID only if its SEQUENCE is higher (RFC 5545, 3.8.7.4).
    """
    changes = mails.changes_between(known, dialogue.as_announced)
    if not changes:
        return [], ""
    dialogue.sequence += 1
    what = ", ".join(change.label for change in changes)
    if not notify:
        return [], _("Geändert: %(what)s; ohne Benachrichtigung") % {"what": what}
    addressees = mails.addressees_of_change(dialogue, today=local_date(now))
    reason = ngettext(
        "Geändert: %(what)s; %(count)d Person benachrichtigt",
        "Geändert: %(what)s; %(count)d Personen benachrichtigt",
        len(addressees),
    )
    return addressees, reason % {"what": what, "count": len(addressees)}


def announce_changes(dialogue: Dialogue, *, reason: str, by, now: dt.datetime) -> None:
    """Save the locked `dialogue` and mail the changes that waited for an approval.

    `reason` goes into the history. If the dialogue was postponed meanwhile, nobody is mailed,
    because the next invitation shows its current facts.
    """
    known, dialogue.unannounced = dialogue.as_announced, {}
    addressees: list[mails.Addressee] = []
    if has_announced_date(dialogue, now):
        addressees, what = _raise_sequence(dialogue, known, now)
        reason = f"{reason}. {what}" if what else reason
    save_as(dialogue, by=by, now=now, reason=reason)
    mails.mail_changed(dialogue, known, addressees, by=by, now=now)
