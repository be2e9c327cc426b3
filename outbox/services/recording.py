"""What became of a claimed mail is written here, one narrow statement a mail."""

import datetime as dt
import logging
import random
from collections.abc import Callable, Iterable
from time import monotonic, sleep

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from outbox.enums import MOVES, MailState
from outbox.models import Mail, MailLog

logger = logging.getLogger(__name__)

BACKOFF_SECONDS = (60, 300, 900, 3600, 3 * 3600, 6 * 3600)
REPEAT_AFTER_SECONDS = (0.2, 0.5, 1, 2)
REPEAT_FOR_SECONDS = 3600
WORDS_LENGTH = 500


def backoff(attempts: int) -> dt.timedelta:
    """Return how long to wait after `attempts` tries: growing, bounded, spread by a fifth to either side."""
    base = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    return dt.timedelta(seconds=base * random.uniform(0.8, 1.2))


def record_accepted(mail: Mail, answer: str, now: dt.datetime) -> None:
    """Write that the server took `mail`. While the database is away this is repeated: the sending never is."""
    fields = {
        "state": MOVES["accept"].target, "sent_at": now, "server_answer": answer[:WORDS_LENGTH], "last_error": "",
        "claim": "", "claimed_at": None, "attempts": mail.attempts + 1,
    }  # fmt: skip
    if mail.is_account_mail:
        fields |= {"text": "", "mime": ""}
    persist(
        lambda: Mail.objects.filter(pk=mail.pk, state__in=MOVES["accept"].sources).update(**fields), mail.message_id
    )


def record_rejected(mail: Mail, words: str, now: dt.datetime) -> None:
    """Write that the server refused `mail` for good, with its words."""
    persist(lambda: _close("refuse", mail, words, now), mail.message_id)


def record_deferred(mails: Iterable[Mail], words: str, now: dt.datetime) -> None:
    """Write that `mails` could not be sent now: a new try after a while, or failed when there were too many."""
    for mail in mails:
        action = "refuse" if mail.attempts + 1 >= settings.MAIL_MAX_ATTEMPTS else "defer"
        persist(lambda mail=mail, action=action: _close(action, mail, words, now), mail.message_id)


def release(mails: Iterable[Mail], claim: str) -> None:
    """Give claimed `mails` back untouched, so that another worker can take them at once."""
    keys = [mail.pk for mail in mails]
    persist(
        lambda: Mail.objects.filter(pk__in=keys, state=MailState.SENDING, claim=claim).update(
            state=MOVES["release"].target, claim="", claimed_at=None
        ),
        claim,
    )


def persist(write: Callable[[], object], name: str) -> None:
    """Call `write` until the database took it, for up to an hour; `name` goes into the log. Raises the last error."""
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


def _forget_broken_connection() -> None:
    try:
        connection.close_if_unusable_or_obsolete()
    except DatabaseError:
        connection.close()


@transaction.atomic
def _close(action: str, mail: Mail, words: str, now: dt.datetime) -> None:
    attempts = mail.attempts + 1
    changed = Mail.objects.filter(pk=mail.pk, state__in=MOVES[action].sources, claim=mail.claim).update(
        state=MOVES[action].target,
        due_at=now + backoff(attempts) if action == "defer" else mail.due_at,
        attempts=attempts,
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
