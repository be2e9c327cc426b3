"""Data that several tests, or several cases of one test, share; each starts from the same rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def kept_for_a_while(django_db_blocker) -> Iterator[None]:
    """Roll back everything the block writes. Each test still rolls back its own changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """Roll the block back, so that the next case starts from the same rows.

    Objects in memory keep what the block gave them.
    """
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
