"""Logging without secrets: anyone who has a personal link can use it."""

import logging
import re

# The paths under which tokens appear: personal links and password links.
TOKEN = re.compile(r"(/(?:einladung|passwort|massnahmen/bericht)/)[^/\s]+")


class HideTokens(logging.Filter):
    """Remove tokens of personal links and password links, which Django logs with the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with tokens removed from its message."""
        message = record.getMessage()
        if TOKEN.search(message):
            # The message is already formatted; `args` would be applied to it again.
            record.msg, record.args = TOKEN.sub(r"\1…", message), ()
        return True
