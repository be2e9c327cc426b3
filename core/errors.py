"""Errors a user can cause. Their text is a German sentence that says what is wrong and what to do
next.
"""


class Refused(Exception):
    """A service refuses: the rules or the present state forbid it. Nothing was changed.

    `str(error)` is shown to the user as it is; a view turns it into a message or an error at the
    form.
    """


class NotAllowed(Refused):
    """The actor may see the object but may not do this to it; a view answers 403."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the object meanwhile; the sentence says who or what was faster."""
