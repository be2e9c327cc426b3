"""Data that the tests of a module share: written once, rolled back at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def kept_for_a_while(django_db_blocker) -> Iterator[None]:
    """Roll back everything the block writes. Each test still rolls back its own changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
