"""Writes the reminder mails of a run, and logs them."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.db.models import Model

from outbox.models import Mail
from outbox.rendering.headers import normalise_address
from outbox.services.queueing import enqueue_mails
from outbox.texts import MailDraft
from reminders.mails import draft_digest, draft_personal
from reminders.models import ReminderLog
from reminders.queries import log_entries
from reminders.registry import Reminder, ReminderMail


class LogEntryKey(NamedTuple):
    """The fields that identify an entry of the log."""

    kind: str
    subject_key: str
    recipient: str
    date: dt.date
    step: str


@transaction.atomic
def enqueue_reminders(
    mails: Iterable[ReminderMail], *, day: dt.date, now: dt.datetime, by: Model | None = None
) -> int:
    """Write the reminder `mails` of `day` and log their reminders; return how many are new.

    An existing mail stays as it is. Its reminders are not logged, since it may lack some of them.
    Raises IntegrityError when a concurrent run has logged one of the reminders with another mail.
    That is intended: this run then writes nothing, so nobody is reminded twice, and the next run
    takes the log into account.
    """
    mails = list(mails)
    keys = {_entry_key(reminder) for mail in mails for reminder in mail.reminders}
    resent = _delete_expired_entries(keys)
    drafts = [(mail, _draft(mail, day, now, resent)) for mail in mails]
    # Mails that existed before carry another batch.
    batch = uuid4()
    enqueue_mails([draft for _mail, draft in drafts], now=now, by=by, batch=batch)
    written = {
        (mail.kind, mail.subject_key, mail.event, mail.recipient): mail.pk
        for mail in Mail.objects.filter(batch=batch).only(
            "kind", "subject_key", "event", "recipient"
        )
    }
    entries = []
    for mail, draft in drafts:
        address = normalise_address(draft.to.email)
        if pk := written.get((draft.kind, draft.subject_key, draft.event, address)):
            entries += [
                ReminderLog(**_entry_key(reminder)._asdict(), at=now, mail_id=pk)
                for reminder in mail.reminders
            ]
    # The unique constraint of the log stops a concurrent run.
    ReminderLog.objects.bulk_create(entries)
    return len(written)


def _delete_expired_entries(keys: set[LogEntryKey]) -> set[LogEntryKey]:
    """Delete those entries of `keys` whose mail expired unsent; return their keys."""
    entries = log_entries({key.subject_key for key in keys}, expired=True)
    found = {
        entry.pk: LogEntryKey(*(getattr(entry, name) for name in LogEntryKey._fields))
        for entry in entries
    }
    expired = {pk: key for pk, key in found.items() if key in keys}
    if expired:
        ReminderLog.objects.filter(pk__in=expired).delete()
    return set(expired.values())


def _entry_key(reminder: Reminder) -> LogEntryKey:
    return LogEntryKey(
        reminder.kind,
        reminder.subject_key,
        normalise_address(reminder.to.email),
        reminder.date,
        reminder.step.key,
    )


def _draft(
    mail: ReminderMail, day: dt.date, now: dt.datetime, resent: set[LogEntryKey]
) -> MailDraft:
    if mail.draft:
        return mail.draft
    if not mail.is_personal:
        return draft_digest(mail, day=day, now=now)
    (reminder,) = mail.reminders
    # The expired mail still occupies its unique key, so the new mail needs another event.
    is_resent = _entry_key(reminder) in resent
    event = f"{reminder.event}:{day.isoformat()}" if is_resent else reminder.event
    return draft_personal(mail, event=event, now=now)
