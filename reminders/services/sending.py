"""Reminder mails, and the log of what they reminded of: both in one transaction."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from core.dates import format_date
from outbox.drafts import MailDraft
from outbox.models import Mail
from outbox.rendering.headers import normalise_address
from outbox.rendering.messages import complete_link
from outbox.services.queueing import enqueue_mails
from outbox.texts import Markdown
from reminders.models import ReminderLog
from reminders.queries import notes_about
from reminders.registry import DIGEST, END_OF_DAY, Reminder, ReminderLetter

SHORTEST_LIFE = dt.timedelta(hours=1)  # for what somebody sends by hand in the evening


class NoteKey(NamedTuple):
    """What a note is unique by."""

    kind: str
    subject_key: str
    recipient: str
    date: dt.date
    step: str


@transaction.atomic
def enqueue_reminders(
    letters: Iterable[ReminderLetter], *, day: dt.date, now: dt.datetime, by: Model | None = None
) -> int:
    """Write the mails of `letters` for `day` and note each reminder in them; return how many mails
    are new.

    A mail that was there already is left alone, and what it was to carry now is not noted. A
    reminder that was noted in another mail meanwhile raises IntegrityError: of two runs at once the
    second writes nothing at all. What stood in a mail that expired reached nobody, so it is
    reminded of anew.
    """
    letters = list(letters)
    anew = _forget_expired(
        {_note_key(reminder) for letter in letters for reminder in letter.reminders}
    )
    pairs = [(letter, _draft(letter, day, now, anew)) for letter in letters]
    batch = uuid4()
    enqueue_mails([draft for _letter, draft in pairs], now=now, by=by, batch=batch)
    written = {
        (kind, subject_key, event, recipient): pk
        for pk, kind, subject_key, event, recipient in Mail.objects.filter(batch=batch).values_list(
            "pk", "kind", "subject_key", "event", "recipient"
        )
    }
    rows = []
    for letter, draft in pairs:
        address = normalise_address(draft.to.email)
        if pk := written.get((draft.kind, draft.subject_key, draft.event, address)):
            rows += [
                ReminderLog(**_note_key(reminder)._asdict(), at=now, mail_id=pk)
                for reminder in letter.reminders
            ]
    ReminderLog.objects.bulk_create(rows)
    return len(written)


def _forget_expired(keys: set[NoteKey]) -> set[NoteKey]:
    """Remove the notes of `keys` whose mail expired; return them."""
    rows = notes_about({key.subject_key for key in keys}, expired=True)
    found = {row.pk: NoteKey(*(getattr(row, name) for name in NoteKey._fields)) for row in rows}
    lost = {pk: key for pk, key in found.items() if key in keys}
    if lost:
        ReminderLog.objects.filter(pk__in=lost).delete()
    return set(lost.values())


def _note_key(reminder: Reminder) -> NoteKey:
    address = normalise_address(reminder.to.email)
    return NoteKey(reminder.kind, reminder.subject_key, address, reminder.date, reminder.step.key)


def _draft(letter: ReminderLetter, day: dt.date, now: dt.datetime, anew: set[NoteKey]) -> MailDraft:
    first, expires_at = letter.reminders[0], _end_of_day(now)
    if letter.is_personal:
        event = f"{first.event}:{day.isoformat()}" if _note_key(first) in anew else first.event
        return MailDraft(
            kind=first.kind,
            subject_key=first.subject_key,
            event=event,
            to=letter.to,
            values=first.values,
            path=first.path,
            link=first.link,
            has_personal_link=True,
            expires_at=expires_at,
        )
    lines = Markdown(
        "\n".join(f"- [{r.line}]({complete_link(r.link or r.path)})" for r in letter.reminders)
    )
    return MailDraft(
        kind=DIGEST,
        subject_key="digest",
        event=day.isoformat(),
        to=letter.to,
        path="/",
        values={"day": format_date(day), "lines": lines},
        expires_at=expires_at,
    )


def _end_of_day(now: dt.datetime) -> dt.datetime:
    """Return until when a reminder written at `now` may be sent: what was still open then may be
    done tomorrow.
    """
    local = timezone.localtime(now)
    return max(
        timezone.make_aware(dt.datetime.combine(local.date(), END_OF_DAY)), now + SHORTEST_LIFE
    )
