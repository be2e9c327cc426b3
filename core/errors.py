"""Errors that users can cause.

Their text is a German sentence, shown as it is, that says what is wrong and what to do next.
"""


class Refused(Exception):
    """The rules or the current state forbid what a service was asked to do. Nothing was changed."""


class NotAllowed(Refused):
    """The actor may see the object but may not do this to it. Views answer 403."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the object first; the sentence says who, if known."""
