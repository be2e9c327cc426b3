"""The interface of all transports: the mail they send and the errors they raise."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Unreachable(Exception):
    """The server does not respond; other mails would fail as well."""


class Throttled(Unreachable):
    """The server asks for fewer connections."""


class Deferred(Exception):
    """This mail must be retried later: a 4xx reply or a broken connection."""


class Rejected(Exception):
    """The server refuses this mail for good: a 5xx reply."""


class OutgoingMail(NamedTuple):
    pk: int
    created_at: dt.datetime
    recipient: str
    data: bytes


class Transport(Protocol):
    def send(self, mail: OutgoingMail, before_end: Callable[[], None]) -> str:
        """Send `mail` and return the server's reply.

        Calls `before_end` at the last moment before the server can accept the mail; an exception
        from it aborts the mail. Raises `Unreachable`, `Deferred` or `Rejected`.
        """

    def close(self) -> None: ...
