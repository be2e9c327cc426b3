"""Render texts and values into finished messages, without access to the database."""


class TextError(Exception):
    """A text and its values do not match: a programming error, not a user's mistake."""
