"""What became of a claimed mail is written here, one narrow statement a mail."""

import datetime as dt
import logging
import random
from collections.abc import Callable, Iterable
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from outbox.enums import MOVES, MailState
from outbox.models import Mail, MailLog

logger = logging.getLogger(__name__)

LONGEST_PROBE_SECONDS = 900  # an unreachable server is tried again at least as often
REPEAT_AFTER_SECONDS = (0.2, 0.5, 1, 2)
REPEAT_FOR_SECONDS = 3600
WORDS_LENGTH = 500
ACCEPT = """
    UPDATE outbox_mail
    SET state = %s, sent_at = %s, server_answer = %s, attempts = attempts + 1,
        last_error = '', claim = '', claimed_at = NULL
    WHERE id = %s AND state IN ({})
""".format(", ".join(["%s"] * len(MOVES["accept"].sources)))


def backoff(attempts: int) -> dt.timedelta:
    """Return how long to wait after `attempts` tries: growing, bounded, spread by a fifth to either
    side.
    """
    base = settings.MAIL_BACKOFF[min(attempts, len(settings.MAIL_BACKOFF)) - 1]
    return dt.timedelta(seconds=base * random.uniform(0.8, 1.2))


def record_accepted(mail: Mail, answer: str, now: dt.datetime) -> None:
    """Write that the server took `mail`. While the database is away this is repeated: the sending
    never is.
    """
    values = accept_values(mail, answer, now)
    persist(lambda: _execute(ACCEPT, values), mail.message_id)
    if mail.is_account_mail:
        persist(lambda: Mail.objects.filter(pk=mail.pk).update(text="", mime=""), mail.message_id)


def accept_values(mail: Mail, answer: str, now: dt.datetime) -> list:
    """Return the parameters of ACCEPT for `mail`."""
    moment = connection.ops.adapt_datetimefield_value(now)
    return [
        MOVES["accept"].target,
        moment,
        answer[:WORDS_LENGTH],
        mail.pk,
        *MOVES["accept"].sources,
    ]


def record_rejected(mail: Mail, words: str, now: dt.datetime) -> None:
    """Write that the server refused `mail` for good, with its words."""
    persist(lambda: _close("refuse", mail, words, now), mail.message_id)


def record_deferred(mail: Mail, words: str, now: dt.datetime) -> None:
    """Write that the server put `mail` off: a new try after a while, or failed when it did so too
    often.
    """
    mail.refusals += 1
    if mail.refusals >= settings.MAIL_MAX_ATTEMPTS:
        persist(lambda: _close("refuse", mail, words, now), mail.message_id)
    else:
        persist(
            lambda: _close("defer", mail, words, now, now + backoff(mail.refusals)), mail.message_id
        )


def record_unreachable(mail: Mail, words: str, now: dt.datetime) -> dt.datetime:
    """Write that the server could not be talked to about `mail`; return when the next try is due.

    That is not the mail's fault, so it never fails by it: in the end it expires.
    """
    due_at = now + min(backoff(mail.attempts + 1), dt.timedelta(seconds=LONGEST_PROBE_SECONDS))
    persist(lambda: _close("defer", mail, words, now, due_at), mail.message_id)
    return due_at


def release(mails: Iterable[Mail], *, due_at: dt.datetime | None = None, words: str = "") -> None:
    """Give claimed `mails`, all of one claim, back untried, so that another worker can take them,
    at `due_at`.
    """
    mails = list(mails)
    if not mails:
        return
    fields: dict[str, Any] = {
        "state": MOVES["release"].target,
        "claim": "",
        "claimed_at": None,
        "last_error": words[:WORDS_LENGTH],
    }
    if due_at is not None:
        fields["due_at"] = due_at
    held = Mail.objects.filter(
        pk__in=[mail.pk for mail in mails], state=MailState.SENDING, claim=mails[0].claim
    )
    persist(lambda: held.update(**fields), mails[0].claim)


def persist(write: Callable[[], object], name: str) -> None:
    """Call `write` until the database took it, for up to an hour; `name` goes into the log. Raises
    the last error.
    """
    give_up_at = monotonic() + REPEAT_FOR_SECONDS
    tries = 0
    while True:
        try:
            write()
            return
        except (OperationalError, InterfaceError) as error:
            if monotonic() > give_up_at:
                logger.error("%s: what became of it could not be recorded", name)
                raise
            logger.warning("%s: recording is repeated (%s)", name, type(error).__name__)
        sleep(REPEAT_AFTER_SECONDS[min(tries, len(REPEAT_AFTER_SECONDS) - 1)])
        tries += 1
        _forget_broken_connection()


def _execute(statement: str, values: list) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _forget_broken_connection() -> None:
    try:
        connection.close_if_unusable_or_obsolete()
    except DatabaseError:
        connection.close()


@transaction.atomic
def _close(
    action: str, mail: Mail, words: str, now: dt.datetime, due_at: dt.datetime | None = None
) -> None:
    changed = Mail.objects.filter(
        pk=mail.pk, state__in=MOVES[action].sources, claim=mail.claim
    ).update(
        state=MOVES[action].target,
        due_at=due_at or mail.due_at,
        attempts=mail.attempts + 1,
        refusals=mail.refusals,
        last_error=words[:WORDS_LENGTH],
        claim="",
        claimed_at=None,
    )
    if changed:
        MailLog.objects.create(
            mail_id=mail.pk,
            at=now,
            from_state=MailState.SENDING,
            to_state=MOVES[action].target,
            note=words[:WORDS_LENGTH],
        )
