"""Write mails in the caller's transaction and wake a worker once it is committed."""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError, OperationalError

from core.errors import Refused
from core.models import Origin
from outbox.enums import MailState, Priority
from outbox.models import TEST_EVENT, Mail
from outbox.queries.wordings import TextInForce, texts_in_force
from outbox.rendering import TextError
from outbox.rendering.headers import normalise_address, one_line
from outbox.rendering.messages import (
    Message,
    complete_link,
    write_message,
    write_plain_message,
)
from outbox.rendering.mime import build_mime, make_message_id
from outbox.services.notices import hold_for_bundle
from outbox.texts import MailDraft, Recipient
from outbox.transports import write_to_folder

logger = logging.getLogger(__name__)

DRAIN_TASK = "outbox.tasks.drain"
DRAIN_ACCOUNT_TASK = "outbox.tasks.drain_account"
MAX_NAME_LENGTH = 150


class Recorded(NamedTuple):
    """The batches that were written, and how many people each mail names, by its Message-ID."""

    batches: set[UUID]
    people: dict[str, int]


# What `recorded_batches` records; None outside of it.
_recorded: ContextVar[Recorded | None] = ContextVar("recorded_batches", default=None)


@transaction.atomic
def enqueue_mails(
    drafts: Iterable[MailDraft],
    *,
    now: dt.datetime,
    by: Model | None = None,
    batch: UUID | None = None,
) -> int:
    """Render and store the mails of `drafts`, send them after the commit, return how many are new.

    A mail that already exists (same kind, subject, recipient and event) is skipped. The mails use
    the text in force and wait as drafts if the office releases that kind by hand. Raises
    `TextError` when a draft does not match its text, Refused when a mail exceeds MAIL_MAX_KB.
    """
    batch, drafts = batch or uuid4(), list(drafts)
    texts = texts_in_force({draft.kind for draft in drafts})
    # Whoever has left is told only that what they know no longer holds (docs/adr/0023).
    drafts = [draft for draft in drafts if texts[draft.kind].text.reaches(draft.to)]
    mails = [_mail_from(draft, texts[draft.kind], now=now, by=by, batch=batch) for draft in drafts]
    if recorded := _recorded.get():
        pairs = zip(mails, drafts, strict=True)
        recorded.people.update({mail.message_id: draft.to.people for mail, draft in pairs})
    hold_for_bundle([mail for mail in mails if mail.is_notice], now=now)
    written = _insert(mails, batch)
    if written:
        deliver_on_commit()
    return written


@transaction.atomic
def enqueue_test_mail(
    *, kind: str, message: Message, to: Recipient, now: dt.datetime, by: Model
) -> None:
    """Queue `message` as a test of the text of `kind`; it is never held for release."""
    batch = uuid4()
    mail = _new_mail(to, message, now=now, by=by, batch=batch)
    mail.kind, mail.subject_key, mail.event = kind, f"wording:{kind}", f"{TEST_EVENT}{batch.hex}"
    _set_expiry(mail)
    _insert([mail], batch)
    deliver_on_commit()


@transaction.atomic
def enqueue_account_mail(
    *,
    to: Recipient,
    subject: str,
    text: str,
    now: dt.datetime,
    event: str = "",
    expires_at: dt.datetime | None = None,
    by: Model | None = None,
) -> None:
    """Queue a sign-in mail (code, new password, invitation) ahead of all other mail.

    `text` is plain text, never shown in the portal, and removed once the mail is sent.
    The mail expires after MAIL_ACCOUNT_EXPIRES_HOURS unless `expires_at` is given.
    """
    batch = uuid4()
    message = write_plain_message(subject=subject, text=text)
    mail = _new_mail(to, message, now=now, by=by, batch=batch)
    mail.kind, mail.subject_key, mail.event = "account", "account", event or batch.hex
    mail.is_account_mail, mail.priority = True, Priority.ACCOUNT
    _set_expiry(mail, expires_at or now + dt.timedelta(hours=settings.MAIL_ACCOUNT_EXPIRES_HOURS))
    if _insert([mail], batch):
        deliver_on_commit(DRAIN_ACCOUNT_TASK)


@transaction.atomic
def settle_demo_mails() -> int:
    """Mark every waiting mail as sent by the demo, write its file to MAIL_FOLDER, and return how
    many there were. Account mails are left out.

    Call it in the transaction that loads the demo, so that no worker sees these mails waiting.
    """
    batch = uuid4()
    settled = Mail.objects.filter(state=MailState.WAITING, is_account_mail=False).update(
        origin=Origin.DEMO, state=MailState.SENT, attempts=1, sent_at=F("created_at"), batch=batch
    )
    transaction.on_commit(partial(_write_files, batch))
    return settled


@contextmanager
def recorded_batches() -> Iterator[Recorded]:
    """Yield what the block writes, as it writes it."""
    recorded = Recorded(set(), {})
    token = _recorded.set(recorded)
    try:
        yield recorded
    finally:
        _recorded.reset(token)


def deliver_on_commit(task: str = DRAIN_TASK) -> None:
    """Wake a worker once the current transaction is committed."""
    # After the commit, because the worker must find the mails. `robust`, because a broken broker
    # must not fail a caller whose work is already saved.
    transaction.on_commit(lambda: _wake_worker(task), robust=True)


def _wake_worker(task: str) -> None:
    try:
        current_app.send_task(task, ignore_result=True)
    except (OperationalError, KombuError, OSError) as error:
        # The database is the queue and this message only a hint. Losing it costs a minute, until
        # the next sweep.
        logger.warning(
            "the broker took no hint (%s); the sweep will find the mails", type(error).__name__
        )


def _write_files(batch: UUID) -> None:
    for mail in Mail.objects.filter(batch=batch).order_by("pk"):
        write_to_folder(mail.pk, mail.created_at, mail.mime.encode("ascii"))


def _insert(mails: list[Mail], batch: UUID) -> int:
    # The unique constraint decides what is new, even when two requests write the same mail at once.
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    if recorded := _recorded.get():
        recorded.batches.add(batch)
    return Mail.objects.filter(batch=batch).count()


def _mail_from(
    draft: MailDraft, in_force: TextInForce, *, now: dt.datetime, by: Model | None, batch: UUID
) -> Mail:
    message = write_message(
        in_force.text,
        greeting=draft.to.greeting,
        link=draft.link or draft.path,
        values=draft.values,
    )
    parts = {"calendar": draft.calendar, "reply_to": draft.reply_to}
    mail = _new_mail(draft.to, message, now=now, by=by, batch=batch, **parts)
    mail.kind, mail.subject_key, mail.event = draft.kind, draft.subject_key, draft.event
    mail.path = draft.path
    # A personal link is not bundled with notices that anybody with the address may read.
    mail.is_notice = in_force.text.is_notice and not draft.has_personal_link
    is_held = in_force.needs_release or draft.is_held
    mail.state = MailState.DRAFT if is_held else MailState.WAITING
    mail.due_at = draft.due_at or now
    _set_expiry(mail, draft.expires_at)
    if draft.has_personal_link:
        mail.has_personal_link, mail.secret = True, _secret_of(draft, message)
    return mail


def _new_mail(to: Recipient, message: Message, *, now, by, batch, **parts: str) -> Mail:
    message_id = make_message_id()
    mime = build_mime(message, to=to, message_id=message_id, now=now, **parts)
    _require_size(mime, message.subject)
    return Mail(
        recipient=normalise_address(to.email),
        recipient_name=one_line(to.name, MAX_NAME_LENGTH),
        subject=message.subject,
        text=message.text,
        mime=mime,
        message_id=message_id,
        created_at=now,
        due_at=now,
        created_by=by,
        batch=batch,
    )


def _set_expiry(mail: Mail, expires_at: dt.datetime | None = None) -> None:
    """Set when `mail` expires: MAIL_EXPIRES_HOURS after it is due, unless `expires_at` is given."""
    mail.expires_at = expires_at or mail.due_at + dt.timedelta(hours=settings.MAIL_EXPIRES_HOURS)
    mail.lifetime = mail.expires_at - mail.due_at


def _require_size(mime: str, subject: str) -> None:
    size_kb = len(mime) // 1024 + 1
    if size_kb > settings.MAIL_MAX_KB:
        raise Refused(
            _(
                "Die E-Mail „%(subject)s“ wäre %(size)d KB groß, erlaubt sind %(limit)d KB. Bitte "
                "kürzen Sie den Text."
            )
            % {"subject": subject, "size": size_kb, "limit": settings.MAIL_MAX_KB}
        )


def _secret_of(draft: MailDraft, message: Message) -> str:
    """Return the part of the personal link that previews hide. Raises `TextError` if it could
    appear anywhere but in the body.
    """
    secret = complete_link(draft.link).removeprefix(settings.SITE_URL)
    if not draft.link or secret == draft.path:
        raise TextError(f"{draft.kind}: a personal link is announced but none is given")
    # Calendar lines are folded (RFC 5545, 3.1), so a link may be split across two of them.
    if secret in message.subject or secret in draft.calendar.replace("\r\n ", ""):
        raise TextError(f"{draft.kind}: a personal link must not stand in subject or calendar")
    return secret
