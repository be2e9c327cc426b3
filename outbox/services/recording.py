"""Record the outcome of claimed mails, one small statement per mail."""

import datetime as dt
import logging
import random
import select
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic, sleep
from typing import Any

import psycopg2
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from psycopg2.extensions import POLL_OK, POLL_READ

from outbox.enums import MOVES, MailState
from outbox.models import Mail, MailLog

logger = logging.getLogger(__name__)

# An unreachable server is retried at least this often, however long it has been down.
MAX_PROBE_INTERVAL_SECONDS = 900
RETRY_DELAYS_SECONDS = (0.2, 0.5, 1, 2)
RETRY_LIMIT_SECONDS = 3600
DATABASE_TIMEOUT_SECONDS = 30
ERROR_LENGTH = 500
# Raw SQL, because the same statement is prepared on the recorder's own connection.
ACCEPT = """
    UPDATE outbox_mail
    SET state = %s, sent_at = %s, server_answer = %s, attempts = attempts + 1,
        last_error = '', claim = '', claimed_at = NULL
    WHERE id = %s AND state IN ({})
""".format(", ".join(["%s"] * len(MOVES["accept"].sources)))
_PARAMETERS = ACCEPT.count("%s")
PREPARE = f"PREPARE accept AS {ACCEPT}" % tuple(f"${n}" for n in range(1, _PARAMETERS + 1))
EXECUTE = f"EXECUTE accept ({', '.join(['%s'] * _PARAMETERS)})"


class Recorder:
    """Records accepted mails while the next one is already being transmitted.

    Waiting for each commit would leave the mail server idle. On PostgreSQL the statement therefore
    runs on a second, asynchronous connection, one at a time. If that connection fails, this record
    and all later ones are written synchronously; writing a record twice is harmless.
    """

    def __enter__(self) -> "Recorder":
        # SQLite admits one writer at a time, and in a test's transaction a second connection would
        # not see the mail.
        self._is_async = connection.vendor == "postgresql" and not connection.in_atomic_block
        self._connection: Any = None
        self._cursor: Any = None
        self._write_again: Callable[[], None] | None = None
        return self

    def __exit__(self, *error) -> None:
        try:
            self.wait()
        finally:
            self._close()

    def record(self, mail: Mail, answer: str, now: dt.datetime) -> None:
        """Start recording that the server accepted `mail` with `answer`."""
        self.wait()
        write = partial(record_accepted, mail, answer, now)
        if mail.is_account_mail or not self._is_async:
            write()
            return
        try:
            self._start(accept_values(mail, answer, now))
        except psycopg2.Error as error:
            self._fall_back(error)
            write()
        else:
            self._write_again = write

    def wait(self) -> None:
        """Wait until the record is committed. Raises DatabaseError when it could not be written."""
        if self._write_again is None:
            return
        write_again, self._write_again = self._write_again, None
        try:
            self._finish()
        except psycopg2.Error as error:
            self._fall_back(error)
            write_again()

    def _start(self, values: list) -> None:
        if self._connection is None:
            self._connection = connection.Database.connect(
                **connection.get_connection_params(), async_=1
            )
            self._finish()
            # Kept as an attribute, because it must outlive its statement.
            self._cursor = self._connection.cursor()
            # Prepared, because planning the statement takes longer than executing it.
            self._cursor.execute(PREPARE)
            self._finish()
        self._cursor.execute(EXECUTE, values)

    def _finish(self) -> None:
        while (wanted := self._connection.poll()) != POLL_OK:
            # select.select() fails for file descriptors above 1023.
            poll = select.poll()
            poll.register(
                self._connection, select.POLLIN if wanted == POLL_READ else select.POLLOUT
            )
            if not poll.poll(DATABASE_TIMEOUT_SECONDS * 1000):
                raise psycopg2.OperationalError("the database does not answer")

    def _fall_back(self, error: psycopg2.Error) -> None:
        logger.warning("records are written synchronously (%s)", type(error).__name__)
        self._is_async = False
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._cursor = None


def backoff(attempts: int) -> dt.timedelta:
    """Return how long to wait after `attempts` tries, from MAIL_BACKOFF."""
    base = settings.MAIL_BACKOFF[min(attempts, len(settings.MAIL_BACKOFF)) - 1]
    # Jitter: mails that failed together must not all be retried in the same second.
    return dt.timedelta(seconds=base * random.uniform(0.8, 1.2))


def record_accepted(mail: Mail, answer: str, now: dt.datetime) -> None:
    """Record that the server accepted `mail`; also removes the body of an account mail."""
    values = accept_values(mail, answer, now)
    persist(lambda: _execute(ACCEPT, values), mail.message_id)
    if mail.is_account_mail:
        persist(lambda: Mail.objects.filter(pk=mail.pk).update(text="", mime=""), mail.message_id)


def accept_values(mail: Mail, answer: str, now: dt.datetime) -> list:
    """Return the parameters of ACCEPT."""
    return [
        MOVES["accept"].target,
        connection.ops.adapt_datetimefield_value(now),
        answer[:ERROR_LENGTH],
        mail.pk,
        *MOVES["accept"].sources,
    ]


def record_rejected(mail: Mail, error: str, now: dt.datetime) -> None:
    """Record a permanent refusal (5xx)."""
    persist(lambda: _record_failure("refuse", mail, error, now), mail.message_id)


def record_deferred(mail: Mail, error: str, now: dt.datetime) -> None:
    """Record a temporary refusal (4xx); the mail fails after MAIL_MAX_ATTEMPTS of them."""
    mail.refusals += 1
    if mail.refusals >= settings.MAIL_MAX_ATTEMPTS:
        persist(lambda: _record_failure("refuse", mail, error, now), mail.message_id)
        return
    due_at = now + backoff(mail.refusals)
    persist(lambda: _record_failure("defer", mail, error, now, due_at), mail.message_id)


def record_unreachable(mail: Mail, error: str, now: dt.datetime) -> dt.datetime:
    """Record that the server could not be reached; return when the next attempt is due."""
    # Not a refusal: however long the server is down, the mail does not fail; it expires.
    delay = min(backoff(mail.attempts + 1), dt.timedelta(seconds=MAX_PROBE_INTERVAL_SECONDS))
    due_at = now + delay
    persist(lambda: _record_failure("defer", mail, error, now, due_at), mail.message_id)
    return due_at


def release_claims(
    mails: Iterable[Mail], *, due_at: dt.datetime | None = None, error: str = ""
) -> None:
    """Return claimed `mails`, all of one claim, to the queue without counting an attempt."""
    mails = list(mails)
    if not mails:
        return
    changes: dict[str, Any] = {
        "state": MOVES["release"].target,
        "claim": "",
        "claimed_at": None,
        "last_error": error[:ERROR_LENGTH],
    }
    if due_at is not None:
        changes["due_at"] = due_at
    # Matching the claim protects mails that another worker has claimed since.
    held = Mail.objects.filter(
        pk__in=[mail.pk for mail in mails], state=MailState.SENDING, claim=mails[0].claim
    )
    persist(lambda: held.update(**changes), mails[0].claim)


def persist(write: Callable[[], object], name: str) -> None:
    """Retry `write` until it succeeds, for up to an hour, then raise its last error.

    The mail server has already acted, so only recording is retried, never sending.
    `name` identifies the mail in the log.
    """
    give_up_at = monotonic() + RETRY_LIMIT_SECONDS
    tries = 0
    while True:
        try:
            write()
            return
        except (OperationalError, InterfaceError) as error:
            if monotonic() > give_up_at:
                logger.error("%s: the outcome could not be recorded", name)
                raise
            logger.warning("%s: recording is repeated (%s)", name, type(error).__name__)
        sleep(RETRY_DELAYS_SECONDS[min(tries, len(RETRY_DELAYS_SECONDS) - 1)])
        tries += 1
        _drop_broken_connection()


def _execute(statement: str, values: list) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _drop_broken_connection() -> None:
    try:
        connection.close_if_unusable_or_obsolete()
    except DatabaseError:
        connection.close()


@transaction.atomic
def _record_failure(
    action: str, mail: Mail, error: str, now: dt.datetime, due_at: dt.datetime | None = None
) -> None:
    changed = Mail.objects.filter(
        pk=mail.pk, state__in=MOVES[action].sources, claim=mail.claim
    ).update(
        state=MOVES[action].target,
        due_at=due_at or mail.due_at,
        attempts=mail.attempts + 1,
        refusals=mail.refusals,
        last_error=error[:ERROR_LENGTH],
        claim="",
        claimed_at=None,
    )
    # Nothing changed if the sweep ended the claim meanwhile; the sweep has logged that already.
    if changed:
        MailLog.objects.create(
            mail_id=mail.pk,
            at=now,
            from_state=MailState.SENDING,
            to_state=MOVES[action].target,
            note=error[:ERROR_LENGTH],
        )
