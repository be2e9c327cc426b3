"""Show the mails of a service before it runs, and then run it only if it writes the same.

The service itself runs both times, so that what is shown and what is sent cannot differ.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import OuterRef, Subquery

from outbox.models import Mail
from outbox.rendering.preview import preview_text
from outbox.services.queueing import Recorded, recorded_batches


class Performance(NamedTuple):
    """What came of `perform`: the mails, and what the service returned, None if it was undone."""

    is_done: bool
    mails: list[Mail]
    result: Any = None


def rehearse(service: Callable[[], Any]) -> list[Mail]:
    """Return the mails that `service` would write; everything it does is undone.

    Raises what `service` raises. It must have no effects outside the database.
    """
    with transaction.atomic(), recorded_batches() as recorded:
        service()
        mails = _mails_of(recorded)
        transaction.set_rollback(True)
    return mails


def perform(service: Callable[[], Any], *, expected: str | None) -> Performance:
    """Run `service`, unless its mails differ from those whose fingerprint is `expected`.

    In that case everything is undone. None expects nothing in particular.
    """
    with transaction.atomic(), recorded_batches() as recorded:
        result = service()
        mails = _mails_of(recorded)
        is_done = expected is None or fingerprint_of(mails) == expected
        # Not by an exception: the caller shows the mails that would have been written instead.
        if not is_done:
            transaction.set_rollback(True)
    return Performance(is_done, mails, result if is_done else None)


def fingerprint_of(mails: Iterable[Mail]) -> str:
    """Return a fingerprint of who gets which words, and of the mail before each.

    `mails` come from `rehearse` or `perform`.
    """
    words = [
        # The preview hides personal links, which may differ each time they are made.
        [mail.kind, mail.recipient, mail.subject, preview_text(mail), mail.preceding or 0]
        for mail in mails
    ]
    return hashlib.sha256(json.dumps(sorted(words)).encode()).hexdigest()[:20]


def _mails_of(recorded: Recorded) -> list[Mail]:
    """Return the mails with their `people`, and with the key of the one that was written last of
    the same kind, about the same, to the same address, as `preceding`.

    An act such as sending an invitation again changes nothing that its page shows, so only this
    tells that a colleague, or the same person in another tab, has done it meanwhile.
    """
    alike = Mail.objects.filter(
        kind=OuterRef("kind"), subject_key=OuterRef("subject_key"), recipient=OuterRef("recipient")
    )
    # A rehearsal uses up keys that the act itself does not get again.
    latest = alike.exclude(batch__in=recorded.batches).order_by("-pk").values("pk")[:1]
    mails = Mail.objects.filter(batch__in=recorded.batches)
    mails = mails.annotate(preceding=Subquery(latest)).order_by("pk")
    for mail in mails:
        mail.people = recorded.people.get(mail.message_id, 1)
    return list(mails)
