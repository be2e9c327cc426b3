"""How the database is asked about numbers that came from outside."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import IntegerField
from django.db.models.lookups import In


@IntegerField.register_lookup
class IntegerIn(In):
    """`__in` without the numbers that no column can hold: no row has them, and SQLite raises
    OverflowError.

    Django does so itself where one number is compared; fields with many choices ask for all at
    once.
    """

    def process_rhs(self, compiler, connection):
        if self.rhs_is_direct_value():
            kind = self.lhs.output_field.get_internal_type()
            least, most = connection.ops.integer_field_range(kind)
            self.rhs = [row for row in self.rhs if not isinstance(row, int) or least <= row <= most]
        return super().process_rhs(compiler, connection)


MOST = 10_000  # in one statement, where the database sets no limit
OTHERS = 99  # parameters of a statement besides those of the list

Item = TypeVar("Item")


def in_batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Return `items` in parts of one parameter an item, none of them for an empty list."""
    size = (connection.features.max_query_params or MOST + OTHERS) - OTHERS
    return (items[start : start + size] for start in range(0, len(items), size))
