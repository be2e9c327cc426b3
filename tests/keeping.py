"""Rows that a whole module of tests looks at: written once, seen by each test, gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def kept_for_a_while(django_db_blocker) -> Iterator[None]:
    """Undo at the end what the block writes; what a test changes meanwhile is undone by the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
