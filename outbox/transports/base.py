"""What every way out shares: what is sent, and how it can go wrong."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Unreachable(Exception):
    """The server cannot be talked to now; the other mails of the batch would fare no better."""


class Throttled(Unreachable):
    """The server asks for fewer connections."""


class Deferred(Exception):
    """This mail is to be tried again later: the server asks for it (4xx), or the line broke in the
    middle.
    """


class Rejected(Exception):
    """The server refuses this mail for good (5xx)."""


class Parcel(NamedTuple):
    """One mail as a transport needs it."""

    pk: int
    created_at: dt.datetime
    recipient: str
    data: bytes


class Transport(Protocol):
    """Sends parcels.

    `send` calls `before_end` at the last moment before the server could accept the parcel, and
    returns the server's answer or raises `Unreachable`, `Deferred` or `Rejected`.
    """

    def send(self, parcel: Parcel, before_end: Callable[[], None]) -> str: ...

    def close(self) -> None: ...
