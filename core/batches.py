"""Long lists in parts that one statement takes: SQLite limits the number of its parameters."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db import connection

MOST = 10_000  # in one statement, where the database sets no limit
OTHERS = 99  # parameters of a statement besides those of the list

Item = TypeVar("Item")


def in_batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Return `items` in parts of one parameter an item, none of them for an empty list."""
    size = (connection.features.max_query_params or MOST + OTHERS) - OTHERS
    return (items[start : start + size] for start in range(0, len(items), size))
