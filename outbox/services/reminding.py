"""Reminder mails, and the log of what they reminded of: both in one transaction."""

import datetime as dt
from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from core.dates import format_date
from outbox.drafts import MailDraft
from outbox.headers import normalise_address
from outbox.letters import complete_link
from outbox.models import Mail, ReminderLog
from outbox.reminders import DIGEST, END_OF_DAY, Reminder, ReminderLetter
from outbox.services.queueing import enqueue_mails
from outbox.texts import Markdown

SHORTEST_LIFE = dt.timedelta(hours=1)  # for what somebody sends by hand in the evening


@transaction.atomic
def enqueue_reminders(
    letters: Iterable[ReminderLetter], *, day: dt.date, now: dt.datetime, by: Model | None = None
) -> int:
    """Write the mails of `letters` for `day` and note each reminder in them; return how many mails are new.

    A mail that was there already is left alone, and what it was to carry now is not noted. A reminder that was noted
    in another mail meanwhile raises IntegrityError: of two runs at once the second writes nothing at all.
    """
    pairs = [(letter, _draft(letter, day, now)) for letter in letters]
    batch = uuid4()
    enqueue_mails([draft for _letter, draft in pairs], now=now, by=by, batch=batch)
    written = {
        (kind, subject_key, occasion, recipient): pk
        for pk, kind, subject_key, occasion, recipient in Mail.objects.filter(batch=batch).values_list(
            "pk", "kind", "subject_key", "occasion", "recipient"
        )
    }
    rows = []
    for letter, draft in pairs:
        address = normalise_address(draft.to.email)
        if pk := written.get((draft.kind, draft.subject_key, draft.occasion, address)):
            rows += [_log_row(reminder, address, pk, now) for reminder in letter.reminders]
    ReminderLog.objects.bulk_create(rows)
    return len(written)


def _log_row(reminder: Reminder, address: str, mail_id: int, now: dt.datetime) -> ReminderLog:
    return ReminderLog(
        kind=reminder.kind, subject_key=reminder.subject_key, recipient=address, date=reminder.date,
        step=reminder.step.key, at=now, mail_id=mail_id,
    )  # fmt: skip


def _draft(letter: ReminderLetter, day: dt.date, now: dt.datetime) -> MailDraft:
    first, expires_at = letter.reminders[0], _end_of_day(now)
    if letter.is_personal:
        return MailDraft(
            kind=first.kind, subject_key=first.subject_key, occasion=first.occasion, to=letter.to, values=first.values,
            path=first.path, link=first.link, has_personal_link=True, expires_at=expires_at,
        )  # fmt: skip
    lines = Markdown("\n".join(f"- [{r.line}]({complete_link(r.link or r.path)})" for r in letter.reminders))
    return MailDraft(
        kind=DIGEST, subject_key="digest", occasion=day.isoformat(), to=letter.to, path="/",
        values={"day": format_date(day), "lines": lines}, expires_at=expires_at,
    )  # fmt: skip


def _end_of_day(now: dt.datetime) -> dt.datetime:
    """Return until when a reminder written at `now` may be sent: what was still open then may be done tomorrow."""
    local = timezone.localtime(now)
    return max(timezone.make_aware(dt.datetime.combine(local.date(), END_OF_DAY)), now + SHORTEST_LIFE)
