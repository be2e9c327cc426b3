"""Errors that users can cause.

Their text is a German sentence, shown as it is, that says what is wrong and what to do next.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


class Refused(Exception):
    """The rules or the current state forbid what a service was asked to do. Nothing was changed."""


class NotAllowed(Refused):
    """The actor may see the object but may not do this to it. Views answer 403."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the object first; the sentence says who, if known."""


@contextmanager
def violation_as(error: Refused) -> Iterator[None]:
    """Raise `error` if the block violates a database constraint.

    Use it where two requests may pass the same check at once, so that only the constraint decides.
    """
    # The savepoint keeps the outer transaction usable on PostgreSQL after the violation.
    try:
        with transaction.atomic():
            yield
    except IntegrityError as violation:
        raise error from violation
