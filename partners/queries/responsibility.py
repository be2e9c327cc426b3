"""Which records somebody is in charge of, hands over or has received."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value

from core.progress import HistoryEntry
from core.queries import fetch_all, written_once
from partners.enums import RESPONSIBLE_REASON
from partners.models import (
    User,
)
from partners.permissions import can_see_responsible
from partners.registry import AssignableKind, assignable_kinds


class Handover(NamedTuple):
    """Which records are handed over.

    Either the open records of `kinds` that `source` is in charge of (None: those of nobody), or
    exactly the `ticked` ones, by key of their kind.
    """

    kinds: Collection[str]
    source: User | None = None
    ticked: Mapping[str, Sequence[int]] | None = None

    def records_of(self, kind: AssignableKind, user) -> QuerySet:
        """Return the records of `kind` that `user` may see."""
        if kind.key not in self.kinds:
            return kind.records.none()
        records = kind.open_records().visible_to(user)
        if self.ticked is None:
            return records.filter(responsible=self.source)
        # Whoever ticks a record that is finished means it.
        order = records.query.order_by
        ticked = kind.records.visible_to(user).filter(pk__in=self.ticked.get(kind.key, ()))
        return ticked.order_by(*order)


def open_records_in_charge(account: User) -> dict[str, int]:
    """Return how many open records `account` is in charge of, by German label; without zeros."""
    counts = {
        str(kind.label): kind.open_records().order_by().filter(responsible=account).count()
        for kind in assignable_kinds()
    }
    return {label: count for label, count in counts.items() if count}


def received_since(account: User, since: dt.datetime) -> dict[AssignableKind, int]:
    """Return how many records others gave `account` since then that it still has to watch, by kind,
    in one query.
    """
    kinds = assignable_kinds()
    if not kinds:
        return {}

    def write():
        first, *others = (
            _received(number, kind, account, since) for number, kind in enumerate(kinds)
        )
        return first.union(*others, all=True).query.sql_with_params()

    found = fetch_all(*written_once(("received", account.pk), since, write))
    return {kinds[number]: count for number, count in found if count}


def _received(number: int, kind: AssignableKind, account: User, since: dt.datetime) -> QuerySet:
    changes = kind.records.model.history.filter(
        history_date__gte=since,
        responsible=account,
        history_change_reason__startswith=str(RESPONSIBLE_REASON),
    ).exclude(history_user=account)
    # One look-up for each change: as a join, PostgreSQL would read the history once for each record
    # as long as it does not know how much an import has just added.
    # Nothing is left to do about what was cancelled or closed since.
    holder = kind.open_records().filter(pk=OuterRef("id")).order_by().values("responsible")
    held = changes.annotate(holder=Subquery(holder)).filter(holder=account.pk).order_by()
    numbered = held.annotate(number=Value(number, output_field=IntegerField()))
    return numbered.values_list("number").annotate(count=Count("id", distinct=True))


def without_responsible(entries: list[HistoryEntry], user) -> list[HistoryEntry]:
    """Return `entries` without those about who is in charge, unless `user` may know that."""
    if can_see_responsible(user):
        return entries
    prefix = str(RESPONSIBLE_REASON)
    return [entry for entry in entries if not entry.what.startswith(prefix)]
