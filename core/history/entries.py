"""The lines of *Verlauf*: who changed what, when, from which value to which."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise, zip_longest
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.dates import format_date, format_moment
from core.numbers import format_decimal
from core.progress import HistoryEntry, TextChange
from core.roles import actor_label


def entries_of(
    obj,
    *,
    limit: int = 50,
    compare: Sequence[str] = (),
    texts: Sequence[str] = (),
    reader=None,
) -> list[HistoryEntry]:
    """Return the latest changes of `obj` as lines of *Verlauf*, latest first, in one query.

    Of the fields `compare` and of the long ones `texts`, each line has the former and the new
    value. With a `reader`, who
    acted is named as that account may know it (`core.roles.actor_label`), in two queries.
    """
    records = obj.history.all()
    if reader:
        records = records.select_related("history_user__person__organisation")
        records = records.prefetch_related("history_user__groups")
    return entries_from(records, limit=limit, compare=compare, texts=texts, reader=reader)


def entries_from(
    records: QuerySet,
    *,
    limit: int = 50,
    compare: Sequence[str] = (),
    texts: Sequence[str] = (),
    reader=None,
) -> list[HistoryEntry]:
    """Return the latest of these records of one object's history like `entries_of`."""
    related = [name for name in compare if records.model._meta.get_field(name).is_relation]
    # One more than shown: the oldest line needs a former state to compare with.
    rows = list(
        records.select_related("history_user__person", *related).order_by(
            "-history_date", "-history_id"
        )[: limit + 1]
    )
    return [
        HistoryEntry(
            at=row.history_date,
            who=_author(row.history_user, reader),
            what=row.history_change_reason
            or (_("angelegt") if row.history_type == "+" else _("bearbeitet")),
            note="\n".join(_differences(older, row, compare)) if older else "",
            texts=_text_changes(older, row, texts) if older else (),
        )
        for row, older in zip_longest(rows[:limit], rows[1:])
        if row
    ]


def _author(account, reader) -> str:
    if not account:
        return _("Portal")
    return actor_label(account, reader) if reader else str(account)


def former_values(obj: Model, name: str, *, reason: str | Promise) -> list[str]:
    """Return what each change of `obj` with this `reason` replaced in the field `name`, the latest
    first.
    """
    versions = obj.history.order_by("-history_date", "-history_id")
    versions = list(versions.values_list("history_change_reason", name))
    return [before for (what, _after), (_what, before) in pairwise(versions) if what == str(reason)]


def differences_in(records: Sequence[Any], compare: Sequence[str]) -> dict[int, str]:
    """Return how each of `records`, historical ones of several objects with the latest first,
    differs from the one before it in the fields `compare`: history_id → lines, if any.
    """
    notes: dict[int, str] = {}
    newer_of: dict[int, Any] = {}
    for record in records:
        newer, newer_of[record.id] = newer_of.get(record.id), record
        if newer and (lines := list(_differences(record, newer, compare))):
            notes[newer.history_id] = "\n".join(lines)
    return notes


def text_changes_in(
    records: Sequence[Any], texts: Sequence[str]
) -> dict[int, tuple[TextChange, ...]]:
    """Return like `differences_in` how each of `records` differs in the long fields `texts`."""
    found: dict[int, tuple[TextChange, ...]] = {}
    newer_of: dict[int, Any] = {}
    for record in records:
        newer, newer_of[record.id] = newer_of.get(record.id), record
        if newer and (changes := _text_changes(record, newer, texts)):
            found[newer.history_id] = changes
    return found


def _text_changes(older: Model, newer: Model, names: Sequence[str]) -> tuple[TextChange, ...]:
    return tuple(TextChange(*change) for change in changes_between(older, newer, names))


def _differences(older: Model, newer: Model, names: Sequence[str]) -> Iterator[str]:
    """Yield `Telefon: 030 1 → 030 2` for each of the fields that differs."""
    for field, before, after in changes_between(older, newer, names):
        yield _("%(field)s: %(before)s → %(after)s") % {
            "field": field,
            "before": before,
            "after": after,
        }


def changes_between(older: Model, newer: Model, names: Sequence[str]) -> Iterator[tuple]:
    """Yield label, former and new text of each of the fields that differs."""
    for name in names:
        field = newer._meta.get_field(name)
        if getattr(older, field.attname) != getattr(newer, field.attname):
            yield str(field.verbose_name), _shown(older, field), _shown(newer, field)


def _shown(row: Model, field: Any) -> str:
    if field.choices:
        return str(dict(field.flatchoices).get(getattr(row, field.name), "")) or "–"
    value = getattr(row, field.name)
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    # A moment is a date, too.
    if isinstance(value, dt.datetime):
        return format_moment(value)
    if isinstance(value, dt.date):
        return format_date(value)
    if isinstance(value, Decimal):
        return format_decimal(value)
    return str(value or "–")
