"""Which tasks wait, for whom, and in which order: keys of records, merged by the database.

Every app says with a queryset which of its records wait (`due_day`, `in_charge`). One UNION of
their keys is sorted, counted and cut into pages, however many records there are; only the records
of a page are loaded, and `overview.progress.tasks` turns them into lines.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from django.db.models import (
    Case,
    CharField,
    DateField,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accessibility.queries import barriers_awaiting_answer
from approvals.enums import ApprovalKind
from approvals.queries import conditions_awaited, decisions_awaited
from core.dates import local_date
from core.progress import WaitingEntry
from core.queries import fetch_all, written_once
from dialogues.enums import SeriesState
from dialogues.models import Dialogue, DialogueSeries, Topic
from dialogues.queries import (
    dialogues_awaiting_guests,
    dialogues_awaiting_office,
    needs_awaiting_office,
    series_awaiting,
    topics_awaiting_office,
)
from measures.models import ReportingRound
from measures.queries import leads_owing, reports_to_check
from media_visits.models import Visit
from media_visits.queries import visits_awaiting_office
from partners.queries import office_accounts

RANKS = MINE, UNASSIGNED, OF_COLLEAGUES = range(3)
# Stands for no deadline, so that such tasks come last in both databases.
NO_DEADLINE = dt.date.max
# The models of what approvals are about; each has somebody in charge.
SUBJECTS = {
    ApprovalKind.SERIES: DialogueSeries,
    ApprovalKind.TOPIC: Topic,
    ApprovalKind.DATES: Dialogue,
    ApprovalKind.VISIT: Visit,
}


class Source(NamedTuple):
    """Records that wait; `key` says how they become lines."""

    key: str
    records: QuerySet


class TaskKey(NamedTuple):
    """One task, in the order of its fields. `in_charge` is the key of an account, or 0."""

    rank: int
    due_on: dt.date
    source: str
    pk: int
    in_charge: int = 0


def office_sources(user, now: dt.datetime) -> list[Source]:
    """Return what the office has to do next."""
    in_charge = Case(
        *(
            When(approval__kind=kind, then=Subquery(_responsible(model)))
            for kind, model in SUBJECTS.items()
        ),
        output_field=IntegerField(),
    )
    today = local_date(now)
    waiting = series_awaiting(SeriesState.AFFIRMED, SeriesState.RETURNED, today=today)
    return [
        Source("series", waiting),
        Source("topic", topics_awaiting_office(today)),
        Source("dialogue", dialogues_awaiting_office(now)),
        Source("need", needs_awaiting_office(today)),
        Source("visit", visits_awaiting_office(today)),
        Source("report", reports_to_check()),
        Source("condition", conditions_awaited(user).annotate(in_charge=in_charge)),
        Source("barrier", barriers_awaiting_answer()),
    ]


def _responsible(model) -> QuerySet:
    return model.objects.filter(pk=OuterRef("approval__subject_id")).values("responsible")[:1]


def decision_sources(user) -> list[Source]:
    """Return what the senator's office has to decide."""
    return [Source("decision", decisions_awaited(user))]


def sources_of_others(user, now: dt.datetime, rounds: Iterable[ReportingRound]) -> list[Source]:
    """Return what the senator's office, partners, guests and leads owe, for the office."""
    proposed = series_awaiting(SeriesState.PROPOSED, today=local_date(now))
    return [
        Source("decision_of_others", decisions_awaited(user)),
        Source("affirmation", proposed),
        Source("guests", dialogues_awaiting_guests(now)),
        *(Source(f"reports:{found.pk}", leads_owing(found)) for found in rounds),
    ]


class TaskKeys:
    """The keys of the tasks of `sources` by deadline; with `user`, their own come first, then those
    that nobody is in charge of or whose account cannot act any more, then those of colleagues.

    `key` says what the sources depend on besides the day and the moment `now`.
    """

    def __init__(
        self, sources: Callable[[], Iterable[Source]], *, key: Hashable, now: dt.datetime, user=None
    ):
        self._sql, self._params = written_once(
            ("tasks", key, user and user.pk, local_date(now)),
            now,
            lambda: _ranked(*_merged_sql([_keys_of(found) for found in sources()]), user),
        )
        self._counts: list[int] | None = [] if self._sql else [0] * len(RANKS)

    def count(self, ranks: Iterable[int] = RANKS) -> int:
        if not self._counts:
            [row] = fetch_all(f"SELECT {_COUNTS} FROM ({self._sql}) task_keys", self._params)
            self._counts = [count or 0 for count in row]
        return sum(self._counts[rank] for rank in ranks)

    def part(self, ranks: Sequence[int], start: int, stop: int) -> list[TaskKey]:
        """Return the keys of `ranks` from `start` to `stop`, and count all on the way."""
        if not self._sql or stop <= start:
            return []
        names = ", ".join(_COLUMNS)
        wanted = ", ".join(str(int(rank)) for rank in ranks)
        # The counts to the left, so that they come even if the part is empty.
        rows = fetch_all(
            f"WITH task_keys AS ({self._sql}), counted AS (SELECT {_COUNTS} FROM task_keys),"
            f" part AS (SELECT {names} FROM task_keys WHERE task_rank IN ({wanted})"
            f" ORDER BY {names} LIMIT %s OFFSET %s)"
            f" SELECT counted.*, {names} FROM counted LEFT JOIN part ON 1 = 1 ORDER BY {names}",
            (*self._params, stop - start, start),
        )
        self._counts = [count or 0 for count in rows[0][: len(RANKS)]]
        return [_key(*row[len(RANKS) :]) for row in rows if row[len(RANKS)] is not None]


_COLUMNS = ("task_rank", "task_due", "task_source", "task_pk", "task_account")
_COUNTS = ", ".join(
    f"SUM(CASE WHEN task_rank = {rank} THEN 1 ELSE 0 END) AS count_{rank}" for rank in RANKS
)


def _keys_of(source: Source) -> QuerySet:
    return (
        source.records.order_by()
        .annotate(
            task_due=Coalesce(
                "due_day", Value(NO_DEADLINE, output_field=DateField()), output_field=DateField()
            ),
            task_source=Value(source.key, output_field=CharField()),
            task_pk=F("pk"),
            task_account=Coalesce("in_charge", Value(0), output_field=IntegerField()),
        )
        .values_list(*_COLUMNS[1:])
    )


def _merged_sql(parts: list[QuerySet]) -> tuple[str, tuple]:
    """Return the UNION of `parts` as SQL with its parameters, or "" if there are none."""
    if not parts:
        return "", ()
    first, *others = parts
    merged = first.union(*others, all=True) if others else first
    return merged.query.sql_with_params()


def _ranked(sql: str, params: tuple, user) -> tuple[str, tuple]:
    """Return the keys of `sql` with the rank of each for `user`. Once around all sources, because
    Django takes longer to write a condition than the database to check it.
    """
    if not sql:
        return "", ()
    rank, rank_params = str(MINE), ()
    if user:
        colleagues, rank_params = office_accounts().order_by().values("pk").query.sql_with_params()
        rank = (
            f"CASE WHEN task_account = {int(user.pk)} THEN {MINE}"
            f" WHEN task_account IN ({colleagues}) THEN {OF_COLLEAGUES} ELSE {UNASSIGNED} END"
        )
    columns = ", ".join(_COLUMNS[1:])
    return f"SELECT {rank} AS task_rank, {columns} FROM ({sql}) found", (*rank_params, *params)


def _key(rank: int, due_on: dt.date | str, source: str, pk: int, account: int) -> TaskKey:
    # SQLite keeps dates as text.
    if isinstance(due_on, str):
        due_on = dt.date.fromisoformat(due_on)
    return TaskKey(rank, due_on, source, pk, account)


class TaskList:
    """The tasks of `ranks`, merged from `keys` and the user's own `entries`, cut into slices.

    A slice holds `TaskKey`s and (key, entry) of the user's own; it reads no more keys than it
    returns, plus one for each of `entries`. Slicing first saves the query that counts.
    """

    def __init__(
        self,
        keys: TaskKeys,
        ranks: Sequence[int] = RANKS,
        entries: Iterable[WaitingEntry] = (),
    ):
        self.keys, self.ranks = keys, ranks
        self.entries = sorted(
            (
                (TaskKey(MINE, entry.due_on or NO_DEADLINE, "", number), entry)
                for number, entry in enumerate(entries)
            ),
            key=lambda pair: pair[0],
        )

    def __len__(self) -> int:
        return len(self.entries) + self.keys.count(self.ranks)

    def __getitem__(self, part: slice) -> list[tuple[TaskKey, WaitingEntry | None]]:
        start, stop = part.start or 0, len(self) if part.stop is None else part.stop
        # Own entries move the others back by at most their number.
        first = max(start - len(self.entries), 0)
        found = [(key, None) for key in self.keys.part(self.ranks, first, stop)]
        merged = sorted([*self.entries, *found], key=lambda pair: pair[0])
        return merged[start - first : stop - first]
