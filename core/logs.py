"""Logs without secrets: whoever has a personal link may act with it, so no log keeps one."""

import logging
import re

TOKEN = re.compile(r"(/(?:einladung|passwort)/)[^/\s]+")


class HideTokens(logging.Filter):
    """Blot out the tokens of personal links, invitations and password links, which Django logs with
    a path.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, its message without tokens."""
        message = record.getMessage()
        if TOKEN.search(message):
            record.msg, record.args = TOKEN.sub(r"\1…", message), ()
        return True
