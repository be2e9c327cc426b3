"""Logging in lines: without secrets, and a traceback only for faults of the portal."""

import logging
import re

# The paths under which tokens appear: personal links and password links.
TOKEN = re.compile(r"(/(?:einladung|passwort|massnahmen/bericht)/)[^/\s]+")


class HideTokens(logging.Filter):
    """Remove tokens of personal links and password links, which Django logs with the path.

    Anyone who has a personal link can use it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with tokens removed from its message."""
        message = record.getMessage()
        if TOKEN.search(message):
            # The message is already formatted; `args` would be applied to it again.
            record.msg, record.args = TOKEN.sub(r"\1…", message), ()
        return True


class ShortenRefusals(logging.Filter):
    """Remove the traceback from what a page refused, such as a 403: one line says it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass; those of a status below 500 without a traceback."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
