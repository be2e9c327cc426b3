"""Keys from query strings, and workarounds for limits of databases: the range of integers, the
parameters in one statement.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

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
