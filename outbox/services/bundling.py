"""Notices of something new: the first goes at once, what follows within MAIL_BUNDLE_MINUTES goes in
one mail.

A held notice is a row like any other, due when the time is over, so the office sees it waiting.
When its time has come, it and the others to the same person are written into one mail, and the
single ones are withdrawn with a pointer to it.
"""

import datetime as dt
from itertools import groupby
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.drafts import Recipient
from outbox.enums import MOVES, MailState
from outbox.models import Mail, MailLog
from outbox.rendering.messages import complete_link, write_letter
from outbox.rendering.mime import build_mime, make_message_id
from outbox.rendering.placeholders import Placeholder
from outbox.texts import MailText, Markdown, escape_markdown, register
from outbox.wordings import text_in_force

BUNDLE = "notice_bundle"
AT_ONCE = 20  # people whose notices are gathered in one transaction
ON_THEIR_WAY = (MailState.WAITING, MailState.SENDING, MailState.RETRY, MailState.SENT)

register(
    MailText(
        kind=BUNDLE,
        title=gettext_lazy("Mehrere Nachrichten in einer"),
        subject=gettext_lazy("{count} neue Nachrichten"),
        body=gettext_lazy(
            "es gibt mehrere Neuigkeiten für Sie:\n\n{lines}\n\n[Zur Übersicht]({link})"
        ),
        placeholders=("count", "lines"),
        can_wait=False,
    ),
    area=gettext_lazy("Übersicht"),
    placeholders={
        "count": Placeholder(gettext_lazy("wie viele Nachrichten es sind"), "2"),
        "lines": Placeholder(
            gettext_lazy("die Nachrichten, jede mit ihrer Seite im Portal"),
            gettext_lazy("- Themenvorschlag: Fachkräfte\n- Statusbericht eingereicht: Flächen"),
            is_block=True,
        ),
    },
)


def hold_for_bundle(notices: list[Mail], *, now: dt.datetime) -> None:
    """Set when each of the unwritten `notices` is due: now, or when the time since the last one is
    over.
    """
    if not notices or not settings.MAIL_BUNDLE_MINUTES:
        return
    window = dt.timedelta(minutes=settings.MAIL_BUNDLE_MINUTES)
    recent = Mail.objects.filter(
        is_notice=True,
        state__in=ON_THEIR_WAY,
        recipient__in={mail.recipient for mail in notices},
        due_at__gt=now - window,
    )
    last_due = dict(recent.values_list("recipient").annotate(Max("due_at")))
    for mail in notices:
        last = last_due.get(mail.recipient)
        if last is not None:
            mail.due_at = last if last > now else last + window


def bundle_due_notices(*, now: dt.datetime) -> int:
    """Write the notices that are due to the same person into one mail each; return how many such
    mails.
    """
    written = 0
    while count := _bundle_some(now):
        written += count
    return written


@transaction.atomic
def _bundle_some(now: dt.datetime) -> int:
    due = (
        Mail.objects.due(now)
        .filter(is_notice=True, state=MailState.WAITING, bundled_in=None)
        .exclude(kind=BUNDLE)
    )
    several = (
        due.order_by("recipient")
        .values("recipient")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    people = list(several.values_list("recipient", flat=True)[:AT_ONCE])
    if not people:
        return 0
    fields = ("pk", "recipient", "recipient_name", "subject", "path", "expires_at", "kind", "text")
    rows = due.filter(recipient__in=people).order_by("recipient", "pk")
    rows = rows.select_for_update(skip_locked=True, of=("self",)).only(*fields)
    groups = [list(group) for _recipient, group in groupby(rows, key=lambda mail: mail.recipient)]
    groups = [
        group for group in groups if len(group) > 1
    ]  # of what another worker holds, less may be left
    if groups:
        text = text_in_force(BUNDLE).text
        for group in groups:
            _bundle(group, text, now)
    return len(groups)


def _bundle(group: list[Mail], text: MailText, now: dt.datetime) -> None:
    bundle = _bundle_mail(group, text, now)
    bundle.save()
    note = _("Steht in der Sammelnachricht an diese Person.")
    Mail.objects.filter(pk__in=[mail.pk for mail in group]).update(
        state=MOVES["bundle"].target, bundled_in=bundle, last_error=note
    )
    MailLog.objects.bulk_create(
        MailLog(
            mail=mail,
            at=now,
            from_state=MailState.WAITING,
            to_state=MOVES["bundle"].target,
            note=note,
        )
        for mail in group
    )


def _bundle_mail(group: list[Mail], text: MailText, now: dt.datetime) -> Mail:
    first, batch, message_id = group[0], uuid4(), make_message_id()
    greeting = first.text.partition("\n")[0].removesuffix(",")
    lines = Markdown(
        "\n".join(
            f"- [{escape_markdown(mail.subject)}]({complete_link(mail.path)})" for mail in group
        )
    )
    values = {"count": str(len(group)), "lines": lines}
    letter = write_letter(text, greeting=greeting, link="/", values=values)
    to = Recipient(first.recipient, first.recipient_name, greeting)
    expires_at = max(mail.expires_at for mail in group)
    return Mail(
        kind=BUNDLE,
        subject_key="bundle",
        event=batch.hex,
        recipient=to.email,
        recipient_name=to.name,
        subject=letter.subject,
        text=letter.text,
        message_id=message_id,
        created_at=now,
        due_at=now,
        batch=batch,
        mime=build_mime(letter, to=to, message_id=message_id, now=now),
        path="/",
        is_notice=True,
        expires_at=expires_at,
        lifetime=expires_at - now,
    )
