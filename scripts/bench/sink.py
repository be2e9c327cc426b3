"""A real SMTP server, in its own process, that only counts mails and notes when the first and the
last one arrive.
"""

import multiprocessing
import time
from typing import NamedTuple

from aiosmtpd.controller import Controller

from tests.stack import free_port

ANSWER_WITHIN_SECONDS = 30


class Arrivals(NamedTuple):
    """The mails since the last reset; `first` and `last` in seconds of the monotonic clock."""

    count: int
    first: float
    last: float

    @property
    def rate(self) -> float:
        """Mails per second between the first and the last."""
        # The first mail starts the clock, so it does not count.
        return (self.count - 1) / (self.last - self.first)


class CountingSink:
    """`with CountingSink() as sink`: serves at `sink.port` until the end of the block."""

    def __init__(self):
        self.port = free_port()
        # In shared memory, as the server is another process. A count of -1 says that it listens.
        context = multiprocessing.get_context("spawn")
        self._count, self._times = context.Value("q", 0), context.Array("d", 2)
        self._process = context.Process(
            target=_serve, args=(self.port, self._count, self._times), daemon=True
        )

    def __enter__(self) -> "CountingSink":
        self._process.start()
        deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
        while self._count.value != -1:
            if time.monotonic() > deadline:
                raise TimeoutError("the mail sink did not start")
            time.sleep(0.05)
        return self

    def __exit__(self, *error) -> None:
        self._process.terminate()
        self._process.join()

    def reset(self) -> None:
        self._count.value = 0

    def wait_for(self, count: int, *, seconds: float) -> Arrivals:
        """Return the arrivals once `count` mails are in. Raises TimeoutError after `seconds`."""
        deadline = time.monotonic() + seconds
        while self._count.value < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._count.value} of {count} mails within {seconds} seconds")
            time.sleep(0.02)
        return Arrivals(self._count.value, *self._times)


def _serve(port: int, count, times) -> None:
    class Counter:
        async def handle_DATA(self, server, session, envelope):
            now = time.monotonic()
            if count.value == 0:
                times[0] = now
            times[1] = now
            count.value += 1
            return "250 2.0.0 angenommen"

    Controller(Counter(), hostname="127.0.0.1", port=port).start()
    count.value = -1
    # The controller serves from a thread; this loop only keeps the process alive.
    while True:
        time.sleep(60)
