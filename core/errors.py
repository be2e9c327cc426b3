"""Errors that users can cause.

Their text is a German sentence, shown as it is, that says what is wrong and what to do next.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.db import IntegrityError, transaction


class Refused(Exception):
    """The rules or the current state forbid what a service was asked to do. Nothing was changed."""


class NotAllowed(Refused):
    """The actor may see the object but may not do this to it. Views answer 403."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the object first; the sentence says who, if known.

    Unless `can_overwrite`, saving again is refused as well: the object is in another state. `hint`
    says what a form shows that was refused; answers without one leave it out (`fact`).
    """

    def __init__(self, fact: str, *, hint: str = "", can_overwrite: bool = True):
        super().__init__(f"{fact} {hint}" if hint else fact)
        self.fact, self.hint, self.can_overwrite = fact, hint, can_overwrite


class Unreadable(ValueError):
    """A text is no number, date, time or period. The sentence says what is expected."""


class Concern(NamedTuple):
    """Something to look at first, such as a similar record: its name, page and what is wrong.

    `url` is empty where there is no page to look at. `key` identifies it from one call of a service
    to the next. `action` is the label of a link to `action_url`, where it can be settled.
    """

    key: str
    label: str
    url: str
    text: str
    action: str = ""
    action_url: str = ""

    def __str__(self):
        return f"{self.label}: {self.text}"


class Warned(Refused):
    """Nothing forbids what a service was asked to do, but there are concerns.

    The service does it when it is called again with their keys as `heeded`.
    """

    def __init__(self, sentence: str, concerns: Sequence[Concern]):
        super().__init__(sentence)
        self.concerns = concerns


def require_heeded(concerns: Sequence[Concern], heeded: Collection[str], sentence: str) -> None:
    """Raise Warned with `sentence` unless the actor has seen all `concerns`."""
    # Heeded keys that no longer apply do no harm; a concern nobody has seen yet must be shown.
    if {concern.key for concern in concerns} - set(heeded):
        raise Warned(sentence, concerns)


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
