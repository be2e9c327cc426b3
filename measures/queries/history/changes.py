"""Lines of *Verlauf* from historical records, with who made them."""

from collections.abc import Sequence

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from core.history import text_changes_in
from core.models import Origin
from core.progress import HistoryEntry
from core.roles import actor_label
from measures.enums import ADOPTED_STATUS_REASON
from measures.models import (
    Measure,
)

HISTORY_LIMIT = 60


def latest_first(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:HISTORY_LIMIT]


def load_roles(versions: list, changes: list) -> None:
    """Load the groups of everybody who made an entry, in one query."""
    users = [version.reported_by for version in versions]
    users += [version.decided_by for version in versions]
    users += [change.history_user for change in changes]
    prefetch_related_objects([user for user in users if user], "groups")


def latest_changes(records: QuerySet) -> list:
    """Return the latest of these historical records: twice as many as *Verlauf* shows, since each
    line needs a former state of its object to compare with.
    """
    records = records.select_related("history_user__person__organisation")
    return list(records.order_by("-history_date", "-history_id")[: 2 * HISTORY_LIMIT])


def _is_told(record) -> bool:
    # The report that the status comes from has an entry of its own.
    return record.history_change_reason not in (None, "", str(ADOPTED_STATUS_REASON))


def change_entries(
    records: list,
    *,
    notes: dict[int, str],
    reader,
    texts: Sequence[str] = (),
    named_by: str = "",
) -> list[HistoryEntry]:
    """Return the entries of historical `records` with their `notes`, by history id, and what
    changed in the long fields `texts`, as `reader` may see them.

    With `named_by`, the value of that field follows the reason, to name the changed object.
    """
    entries, text_changes = [], text_changes_in(records, texts)
    for record in filter(_is_told, records[:HISTORY_LIMIT]):
        what = record.history_change_reason
        if named_by:
            # What was named is gone once two people are merged.
            what = ": ".join(str(part) for part in (what, getattr(record, named_by)) if part)
        who = author_label(record.history_user, record, reader)
        note = notes.get(record.history_id, "")
        long = text_changes.get(record.history_id, ())
        entries.append(HistoryEntry(record.history_date, who, what, note, long))
    return entries


def without_internal_notes(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """Return `entries` without any mention of the internal note: even the fact that the office
    changed it is internal.
    """
    shown = [entry._replace(what=_without_internal_note(entry.what)) for entry in entries]
    return [entry for entry in shown if entry.what]


def _without_internal_note(what: str) -> str:
    """Return `Geändert: Titel` for `Geändert: Titel, interner Vermerk`, and "" when only the note
    was changed.
    """
    verb, colon, names = what.partition(": ")
    if not colon:
        return what
    note = str(Measure._meta.get_field("internal_notes").verbose_name)
    # The history cuts a reason after 100 characters, so the last name may be truncated.
    others = [name for name in names.split(", ") if not note.startswith(name)]
    return f"{verb}: {', '.join(others)}" if others else ""


def author_label(account, record, reader) -> str:
    # Records loaded by the portal have no author: they are invented or taken over.
    if account is None:
        return _("Demodaten") if getattr(record, "origin", "") == Origin.DEMO else ""
    return actor_label(account, reader)
