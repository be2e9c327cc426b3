"""Errors that users can cause.

Their text is a German sentence that says what is wrong and what to do next; it is shown as it is.
"""


class Refused(Exception):
    """A service refuses: the rules or the current state forbid it. Nothing was changed."""


class NotAllowed(Refused):
    """The actor may see the object but may not do this to it. Views answer 403."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the object first; the sentence says who, if known."""
