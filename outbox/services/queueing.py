"""Mails are written here, in the caller's transaction."""

import datetime as dt
from collections.abc import Iterable
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from core.errors import Refused
from core.models import Origin
from outbox.drafts import MailDraft, Recipient
from outbox.enums import MailState, Priority
from outbox.errors import TextError
from outbox.models import Mail
from outbox.rendering.headers import normalise_address, one_line
from outbox.rendering.messages import Letter, complete_link, write_letter, write_plain_letter
from outbox.rendering.mime import build_mime, make_message_id
from outbox.services.bundling import hold_for_bundle
from outbox.services.handover import DRAIN_ACCOUNT, hand_over_on_commit
from outbox.transports import write_to_folder
from outbox.wordings import TextInForce, texts_in_force


@transaction.atomic
def enqueue_mails(
    drafts: Iterable[MailDraft],
    *,
    now: dt.datetime,
    by: Model | None = None,
    batch: UUID | None = None,
) -> int:
    """Write the mails of `drafts` and have them sent after the commit; return how many are new.

    The words are those in force; what the office wants to release first is written as a draft and
    waits for that. What was written before for the same kind, subject, recipient and occasion is
    left alone. The new mails can be found by `batch`. Raises `TextError` when a draft does not fit
    its text, and `Refused` when a mail would be larger than MAIL_MAX_KB.
    """
    batch, drafts = batch or uuid4(), list(drafts)
    texts = texts_in_force({draft.kind for draft in drafts})
    mails = [_mail_from(draft, texts[draft.kind], now=now, by=by, batch=batch) for draft in drafts]
    hold_for_bundle([mail for mail in mails if mail.is_notice], now=now)
    written = _insert(mails, batch)
    if written:
        hand_over_on_commit()
    return written


@transaction.atomic
def enqueue_test_mail(
    *, kind: str, letter: Letter, to: Recipient, now: dt.datetime, by: Model
) -> None:
    """Write `letter` as a test of the words of `kind`. Each test is a mail of its own and waits for
    no release.
    """
    batch = uuid4()
    mail = _mail_row(to, letter, now=now, by=by, batch=batch)
    mail.kind, mail.subject_key, mail.event = kind, f"wording:{kind}", f"test:{batch.hex}"
    _let_live(mail)
    _insert([mail], batch)
    hand_over_on_commit()


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
    """Write a mail of the sign-in (code, reset, invitation to an account); it goes before all
    others.

    `subject` and `text` go out as they are. No page ever shows the text, and it is removed once the
    mail was sent. It expires after MAIL_ACCOUNT_EXPIRES_HOURS unless `expires_at` says otherwise.
    """
    batch = uuid4()
    letter = write_plain_letter(subject=subject, text=text)
    mail = _mail_row(to, letter, now=now, by=by, batch=batch)
    mail.kind, mail.subject_key, mail.event = "account", "account", event or batch.hex
    mail.is_account_mail, mail.priority = True, Priority.ACCOUNT
    _let_live(mail, expires_at or now + dt.timedelta(hours=settings.MAIL_ACCOUNT_EXPIRES_HOURS))
    if _insert([mail], batch):
        hand_over_on_commit(DRAIN_ACCOUNT)


@transaction.atomic
def settle_demo_mails() -> int:
    """Record every mail that waits as one of the demo, sent when it was written, with its file in
    MAIL_FOLDER.

    Mails of accounts are left out. Called in the transaction that loads the demo, so that no worker
    sees these mails waiting. Returns how many.
    """
    batch = uuid4()
    settled = Mail.objects.filter(state=MailState.WAITING, is_account_mail=False).update(
        origin=Origin.DEMO, state=MailState.SENT, attempts=1, sent_at=F("created_at"), batch=batch
    )
    transaction.on_commit(partial(_write_files, batch))
    return settled


def _write_files(batch: UUID) -> None:
    for mail in Mail.objects.filter(batch=batch).order_by("pk"):
        write_to_folder(mail.pk, mail.created_at, mail.mime.encode("ascii"))


def _insert(mails: list[Mail], batch: UUID) -> int:
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    return Mail.objects.filter(batch=batch).count()


def _mail_from(
    draft: MailDraft, force: TextInForce, *, now: dt.datetime, by: Model | None, batch: UUID
) -> Mail:
    link = draft.link or draft.path
    letter = write_letter(force.text, greeting=draft.to.greeting, link=link, values=draft.values)
    mail = _mail_row(draft.to, letter, now=now, by=by, batch=batch, calendar=draft.calendar)
    mail.kind, mail.subject_key, mail.event, mail.path = (
        draft.kind,
        draft.subject_key,
        draft.event,
        draft.path,
    )
    mail.is_notice = force.text.is_notice
    mail.state = MailState.DRAFT if force.needs_release else MailState.WAITING
    mail.due_at = draft.due_at or now
    _let_live(mail, draft.expires_at)
    if draft.has_personal_link:
        mail.has_personal_link, mail.secret = True, _secret_of(draft, letter)
    return mail


def _mail_row(to: Recipient, letter: Letter, *, now, by, batch, calendar="") -> Mail:
    message_id = make_message_id()
    mime = build_mime(letter, to=to, message_id=message_id, now=now, calendar=calendar)
    _require_size(mime, letter.subject)
    return Mail(
        recipient=normalise_address(to.email),
        recipient_name=one_line(to.name, 150),
        subject=letter.subject,
        text=letter.text,
        mime=mime,
        message_id=message_id,
        created_at=now,
        due_at=now,
        created_by=by,
        batch=batch,
    )


def _let_live(mail: Mail, expires_at: dt.datetime | None = None) -> None:
    """Set the latest time for `mail`, MAIL_EXPIRES_HOURS after it is due unless `expires_at` says
    otherwise.
    """
    mail.expires_at = expires_at or mail.due_at + dt.timedelta(hours=settings.MAIL_EXPIRES_HOURS)
    mail.lifetime = mail.expires_at - mail.due_at


def _require_size(mime: str, subject: str) -> None:
    size = len(mime) // 1024 + 1
    if size > settings.MAIL_MAX_KB:
        raise Refused(
            _(
                "Die E-Mail „%(subject)s“ wäre %(size)d KB groß, erlaubt sind %(limit)d KB. Bitte "
                "kürzen Sie den Text."
            )
            % {"subject": subject, "size": size, "limit": settings.MAIL_MAX_KB}
        )


def _secret_of(draft: MailDraft, letter: Letter) -> str:
    """Return the part of the personal link that must never be shown; it may stand in the body only."""
    secret = complete_link(draft.link).removeprefix(settings.SITE_URL)
    if not draft.link or secret == draft.path:
        raise TextError(f"{draft.kind}: a personal link is announced but none is given")
    if secret in letter.subject or secret in draft.calendar.replace("\r\n ", ""):
        raise TextError(f"{draft.kind}: a personal link must not stand in subject or calendar")
    return secret
