"""Mistakes of the program, not of users: they surface in tests, never as a message on a page."""


class TextError(Exception):
    """A text of a mail or the values handed to it are wrong."""
