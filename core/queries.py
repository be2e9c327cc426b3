"""Keys from query strings, statements kept as SQL, and workarounds for limits of databases: the
range of integers, the parameters in one statement.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField
from django.db.models.lookups import In


@IntegerField.register_lookup
class IntegerIn(In):
    """`__in` that ignores out-of-range integers: no row has them, and SQLite raises OverflowError.

    Django already does this for single comparisons; multiple-choice fields use `__in`.
    """

    def process_rhs(self, compiler, connection):
        # A subquery is evaluated by the database and needs no filter.
        if self.rhs_is_direct_value():
            kind = self.lhs.output_field.get_internal_type()
            least, most = connection.ops.integer_field_range(kind)
            self.rhs = [n for n in self.rhs if not isinstance(n, int) or least <= n <= most]
        return super().process_rhs(compiler, connection)


# All numbers of this length fit into the column of a primary key.
MAX_KEY_DIGITS = 18


def keys_from(texts: Iterable[str]) -> list[int]:
    """Return the primary keys among `texts`, which come from a query string or a form."""
    # Anything may stand there, and Python refuses to convert numbers of thousands of digits.
    return [
        int(text)
        for text in texts
        if text.isascii() and text.isdecimal() and len(text) <= MAX_KEY_DIGITS
    ]


# Applies if the database sets no limit.
MAX_BATCH_SIZE = 10_000
# Parameters left for the rest of the statement.
RESERVED_PARAMETERS = 99

Item = TypeVar("Item")


def in_batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Split `items` so that each part fits into one statement, with one parameter per item."""
    size = (
        connection.features.max_query_params or MAX_BATCH_SIZE + RESERVED_PARAMETERS
    ) - RESERVED_PARAMETERS
    return (items[start : start + size] for start in range(0, len(items), size))


SQL = tuple[str, tuple]
MAX_WRITTEN = 1_000
_written: dict[Hashable, tuple[dt.datetime | None, SQL]] = {}


def written_once(key: Hashable, moment: dt.datetime | None, write: Callable[[], SQL]) -> SQL:
    """Return the SQL and the parameters of `write()`, kept by this process for the same `key`; no
    SQL if there can be no rows.

    For statements that nearly every page needs or that are large: Django takes longer to write
    them than the database to answer. `key` has all that they depend on, except the `moment`
    itself, if there is one: a parameter of its own that is replaced by that of this call.
    """
    if key not in _written:
        if len(_written) >= MAX_WRITTEN:
            _written.clear()
        try:
            _written[key] = moment, write()
        except EmptyResultSet:
            _written[key] = moment, ("", ())
    written_at, (sql, parameters) = _written[key]
    if moment is None or written_at is None:
        return sql, parameters
    adapt = connection.ops.adapt_datetimefield_value
    then, present = adapt(written_at), adapt(moment)
    return sql, tuple(present if value == then else value for value in parameters)


def fetch_all(sql: str, parameters: Sequence) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
