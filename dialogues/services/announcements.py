"""What guests know of a dialogue, and mailing them what changed."""

import datetime as dt
from collections.abc import Collection, Mapping
from copy import copy
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import local_date
from core.history import save_as
from dialogues import mails
from dialogues.models import Dialogue
from dialogues.queries import has_announced_date
from outbox.rendering.headers import address_key

FACTS_CHANGED = gettext_lazy("Angaben geändert")


class Update(NamedTuple):
    """A saved dialogue and how many people are mailed the change. With `is_deferred`, guests are
    mailed only once the date is approved again.
    """

    dialogue: Dialogue
    notified: int
    is_deferred: bool = False


def save_and_announce(
    dialogue: Dialogue,
    before: Dialogue,
    *,
    lapses: bool,
    by,
    now: dt.datetime,
    notify: bool = True,
    what: str | Promise = FACTS_CHANGED,
) -> Update:
    """Save `dialogue` and mail what changed since `before` to everyone who knows its date.

    If the approval lapses, this save is not mailed: the change waits in `unannounced` until
    `announce_changes`, because nothing leaves the office without consent. Without `notify`, what
    could be announced at once is told with the next change that is mailed; only mails that still
    wait are replaced, because they must not say what no longer holds. `what` goes into the history
    where nothing is announced.
    """
    if not has_announced_date(before, now):
        save_as(dialogue, by=by, now=now, reason=what)
        return Update(dialogue, 0)
    # Compared with what guests know, which may be older than what was stored.
    known = before.as_announced
    dialogue.unannounced = _unannounced_after(before, dialogue, lapses=lapses)
    news, reason = _record_change(dialogue, known, now, notify=notify)
    save_as(dialogue, by=by, now=now, reason=reason or what)
    if reason:
        _mail_news(dialogue, news, notify=notify, by=by, now=now)
    return Update(dialogue, len(news), lapses and bool(dialogue.unannounced))


def _mail_news(
    dialogue: Dialogue, news: list[mails.News], *, notify: bool, by, now: dt.datetime
) -> None:
    if not notify:
        mails.withdraw_waiting_changes(dialogue, by=by, now=now)
        mails.mail_waiting_invitations_again(dialogue, by=by, now=now)
    mails.mail_changed(dialogue, news, by=by, now=now)


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


def _record_change(
    dialogue: Dialogue, known: Dialogue, now: dt.datetime, *, notify: bool = True
) -> tuple[list[mails.News], str]:
    """Return who is mailed what, and the reason for the history.

    Both are empty if nothing differs from `known`; otherwise this records the change and raises
    `dialogue.sequence`. Calendars accept a second entry with the same UID only if its SEQUENCE is
    higher (RFC 5545, 3.8.7.4).
    """
    changes = mails.changes_between(known, dialogue.as_announced)
    if not changes:
        return [], ""
    news = _news(dialogue, known, now, notify=notify)
    dialogue.sequence += 1
    entry = _entry_of(dialogue, known, now) | {"is_mailed": notify}
    dialogue.announced_changes = [*dialogue.announced_changes, entry]
    what = ", ".join(change.label for change in changes)
    if not notify:
        return news, _("Geändert: %(what)s; ohne Benachrichtigung") % {"what": what}
    reason = ngettext(
        "Geändert: %(what)s; %(count)d Person benachrichtigt",
        "Geändert: %(what)s; %(count)d Personen benachrichtigt",
        told := sum(addressee.people for addressee, _changes in news),
    )
    return news, reason % {"what": what, "count": told}


def _entry_of(dialogue: Dialogue, known: Dialogue, now: dt.datetime) -> dict:
    announced = dialogue.as_announced
    before = {
        name: getattr(known, name)
        for name in mails.ANNOUNCED_FIELDS
        if getattr(known, name) != getattr(announced, name)
    }
    return {"at": now.isoformat(), "sequence": dialogue.sequence, "before": before}


def _news(
    dialogue: Dialogue, known: Dialogue, now: dt.datetime, *, notify: bool
) -> list[mails.News]:
    """Return the changes that each addressee has not been told of; nobody without any.

    Without `notify`, only those are mailed to whom a mail about a former change still waits.
    """
    waiting = set() if notify else mails.waiting_changes(dialogue)
    if not (notify or waiting):
        return []
    addressees = mails.addressees_of_change(dialogue, today=local_date(now))
    if not notify:
        # Whoever has received the former mail is told with the next change instead.
        late = {address_key(address) for _event, address in waiting}
        addressees = [one for one in addressees if one.to.email in late]
    told = copy(known)
    told.announced_changes = dialogue.announced_changes
    announced = dialogue.as_announced
    found = [
        (one, mails.changes_between(_as_told_to(one, told, waiting), announced))
        for one in addressees
    ]
    return [(one, changes) for one, changes in found if changes]


def _as_told_to(
    addressee: mails.Addressee, dialogue: Dialogue, waiting: Collection[tuple[str, str]]
) -> Dialogue:
    """Return `dialogue` as the last mail told the addressee that does not wait any more."""
    invited_at = _invited_at(addressee)

    def is_told(change: Mapping) -> bool:
        # An invitation says everything.
        if invited_at and invited_at > dt.datetime.fromisoformat(change["at"]):
            return True
        event = mails.change_event(change["sequence"])
        return change["is_mailed"] and (event, addressee.to.email) not in waiting

    return dialogue.as_told(is_told)


def _invited_at(addressee: mails.Addressee) -> dt.datetime | None:
    """Return when everybody at the address was invited; None if somebody there is no guest."""
    everybody = (addressee, *addressee.sharing)
    invitations = [one.invitation or one.represents for one in everybody]
    times = [one.released_at for one in invitations if one and one.released_at]
    return min(times) if len(times) == len(everybody) else None


def untold_changes(dialogue: Dialogue, now: dt.datetime) -> list[mails.Change]:
    """Return the changes that were not mailed, so that those told before do not know of them."""
    if not has_announced_date(dialogue, now):
        return []
    told = dialogue.as_told(lambda change: change["is_mailed"])
    return mails.changes_between(told, dialogue.as_announced)


def announce_changes(dialogue: Dialogue, *, reason: str, by, now: dt.datetime) -> None:
    """Save the locked `dialogue` and mail the changes that waited for an approval.

    `reason` goes into the history. If the dialogue was postponed meanwhile, nobody is mailed,
    because the next invitation shows its current facts.
    """
    known, dialogue.unannounced = dialogue.as_announced, {}
    news: list[mails.News] = []
    if has_announced_date(dialogue, now):
        news, what = _record_change(dialogue, known, now)
        reason = f"{reason}. {what}" if what else reason
    save_as(dialogue, by=by, now=now, reason=reason)
    mails.mail_changed(dialogue, news, by=by, now=now)
