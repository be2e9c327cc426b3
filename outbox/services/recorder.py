"""Writes that the server took a mail while the next one is already on its way."""

import datetime as dt
import logging
import select
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from psycopg2 import Error, OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ

from outbox.models import Mail
from outbox.services.recording import ACCEPT, accept_values, record_accepted

logger = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 30  # for the database; then the record is written in the usual way
COUNT = ACCEPT.count("%s")
PREPARE = f"PREPARE accept AS {ACCEPT}" % tuple(f"${number}" for number in range(1, COUNT + 1))
EXECUTE = f"EXECUTE accept ({', '.join(['%s'] * COUNT)})"


class Recorder:
    """Has at most one record under way.

    On PostgreSQL the statement goes out over a connection of its own that does not make its caller
    wait. Should that connection fail, its record is written anew in the usual way, which does no
    harm when it was written already, and so are all that follow. SQLite lets one writer in at a
    time, and the transaction of a test is seen by nobody else: there each record is written at
    once.
    """

    def __enter__(self) -> "Recorder":
        self._is_beside = connection.vendor == "postgresql" and not connection.in_atomic_block
        self._line: Any = None
        self._cursor: Any = None
        self._again: Callable[[], None] | None = None  # writes in the usual way what is under way
        return self

    def __exit__(self, *error) -> None:
        try:
            self.wait()
        finally:
            self._close()

    def accepted(self, mail: Mail, answer: str, now: dt.datetime) -> None:
        """Begin to write that the server took `mail`, once the record before is there."""
        self.wait()
        again = partial(record_accepted, mail, answer, now)
        if mail.is_account_mail or not self._is_beside:
            again()
            return
        try:
            self._begin(accept_values(mail, answer, now))
        except Error as error:
            self._give_up(error)
            again()
        else:
            self._again = again

    def wait(self) -> None:
        """Return when nothing is under way any more. Raises what a record raised that could not be
        written.
        """
        if self._again is None:
            return
        again, self._again = self._again, None
        try:
            self._finish()
        except Error as error:
            self._give_up(error)
            again()

    def _begin(self, values: list) -> None:
        if self._line is None:
            self._line = connection.Database.connect(**connection.get_connection_params(), async_=1)
            self._finish()
            self._cursor = self._line.cursor()  # must outlive its statement
            self._cursor.execute(PREPARE)  # planning takes longer than writing
            self._finish()
        self._cursor.execute(EXECUTE, values)

    def _finish(self) -> None:
        while (wish := self._line.poll()) != POLL_OK:
            watch = select.poll()  # select() itself takes no file number above 1023
            watch.register(self._line, select.POLLIN if wish == POLL_READ else select.POLLOUT)
            if not watch.poll(LONGEST_WAIT_SECONDS * 1000):
                raise OperationalError("the database keeps silent")

    def _give_up(self, error: Error) -> None:
        logger.warning("records are written in the usual way (%s)", type(error).__name__)
        self._is_beside = False
        self._close()

    def _close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = self._cursor = None
