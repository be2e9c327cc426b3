"""Texts and values become finished messages. Nothing here reads or writes the database."""


class TextError(Exception):
    """A text and its values do not fit together: a mistake in code, never of a user."""
