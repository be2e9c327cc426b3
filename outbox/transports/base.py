"""What all transports share: the mail they send and the ways in which sending fails."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Unreachable(Exception):
    """The server cannot be talked to; other mails would fail as well."""


class Throttled(Unreachable):
    """The server asks for fewer connections."""


class Deferred(Exception):
    """This mail has to be tried again later: a 4xx answer, or a connection that broke off."""


class Rejected(Exception):
    """The server refuses this mail for good: a 5xx answer."""


class OutgoingMail(NamedTuple):
    pk: int
    created_at: dt.datetime
    recipient: str
    data: bytes


class Transport(Protocol):
    def send(self, mail: OutgoingMail, before_end: Callable[[], None]) -> str:
        """Send `mail` and return the server's answer.

        Calls `before_end` at the last moment before the server could accept the mail; what that
        raises stops the sending. Raises `Unreachable`, `Deferred` or `Rejected`.
        """

    def close(self) -> None: ...
