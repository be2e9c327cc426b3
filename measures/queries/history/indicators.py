"""*Verlauf* of an indicator, its targets and its values."""

from django.utils.translation import gettext as _

from core.history import differences_in
from core.progress import HistoryEntry
from measures.models import (
    Indicator,
)
from measures.queries.history.changes import (
    author_label,
    change_entries,
    latest_changes,
    latest_first,
    load_roles,
)
from measures.queries.indicators import grouped_changes, latest_value_changes

# What *Verlauf* says of an indicator with the former and the new value.
INDICATOR_DIFFERENCES = (
    "title",
    "unit",
    "direction",
    "decimals",
    "baseline_value",
    "baseline_on",
    "source",
    "ended_on",
    "ended_reason",
)


def indicator_history(indicator: Indicator, user) -> list[HistoryEntry]:
    """Return the *Verlauf* of `indicator`, latest first: itself, its targets and its values."""
    changes, values = latest_changes(indicator.history.all()), latest_value_changes([indicator.pk])
    load_roles([], [*changes, *values])
    return latest_first(indicator_entries(changes, values, user))


def indicator_entries(changes: list, values: list, reader) -> list[HistoryEntry]:
    # The latest record of each last, so that it is the one that counts.
    indicators = {record.id: record for record in reversed(changes)}
    entries: list[HistoryEntry] = []
    for change in grouped_changes(values, indicators):
        record, lines = change.record, change.lines
        title = indicators[record.indicator_id].title
        what, note = f"{title}, {lines[0]}", ""
        if len(lines) > 1:
            what = _("%(title)s: %(count)d Werte eingetragen oder geändert") % {
                "title": title,
                "count": len(lines),
            }
            note = "\n".join(lines)
        who = author_label(record.history_user, record, reader)
        entries.append(HistoryEntry(record.history_date, who, what, note))
    notes = differences_in(changes, INDICATOR_DIFFERENCES)
    return entries + change_entries(changes, notes=notes, reader=reader, named_by="title")
