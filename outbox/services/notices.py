"""Bundle notices: the first one to a person is sent at once, those that follow within
MAIL_BUNDLE_MINUTES are combined into one mail.

A held notice is an ordinary waiting mail, due at the end of the window, so that the office sees it.
When it falls due, all due notices to that person are merged into one mail; the originals are
withdrawn and refer to it.
"""

import datetime as dt
from itertools import groupby
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.enums import MOVES, Audience, MailState
from outbox.models import Mail, MailLog
from outbox.queries.wordings import text_in_force
from outbox.rendering.messages import complete_link, words_of, write_message
from outbox.rendering.mime import build_mime, make_message_id
from outbox.texts import MailText, Markdown, Placeholder, Recipient, escape_markdown, register

BUNDLE_KIND = "notice_bundle"
PEOPLE_PER_TRANSACTION = 20
# Notices in these states start a window for later ones; failed and withdrawn ones do not.
STATES_THAT_COUNT = (MailState.WAITING, MailState.SENDING, MailState.RETRY, MailState.SENT)
BUNDLED_FIELDS = (
    "pk",
    "recipient",
    "recipient_name",
    "subject",
    "path",
    "expires_at",
    "kind",
    "text",
)

register(
    MailText(
        kind=BUNDLE_KIND,
        title=gettext_lazy("Mehrere Nachrichten in einer"),
        subject=gettext_lazy("{count} neue Nachrichten"),
        body=gettext_lazy(
            "es gibt mehrere Neuigkeiten für Sie:\n\n{lines}\n\n[Zur Übersicht]({link})"
        ),
        placeholders=("count", "lines"),
        can_wait=False,
        audience=Audience.ACCOUNTS,
    ),
    area=gettext_lazy("Übersicht"),
    placeholders={
        "count": Placeholder(
            gettext_lazy("wie viele Nachrichten es sind"), "2", name=gettext_lazy("Anzahl")
        ),
        "lines": Placeholder(
            gettext_lazy("die Nachrichten im Wortlaut, jede mit ihrer Seite im Portal"),
            gettext_lazy(
                "**1. Themenvorschlag: Fachkräfte**\n\nDie Kammer schlägt ein Thema vor.\n\n"
                "**2. Statusbericht eingereicht: Flächen**\n\nBitte prüfen Sie den Bericht."
            ),
            is_block=True,
            name=gettext_lazy("Liste"),
        ),
    },
)


def hold_for_bundle(notices: list[Mail], *, now: dt.datetime) -> None:
    """Set `due_at` of the unsaved `notices`: now, or the end of their recipient's window."""
    if not notices or not settings.MAIL_BUNDLE_MINUTES:
        return
    window = dt.timedelta(minutes=settings.MAIL_BUNDLE_MINUTES)
    recent = Mail.objects.filter(
        is_notice=True,
        state__in=STATES_THAT_COUNT,
        recipient__in={mail.recipient for mail in notices},
        due_at__gt=now - window,
    )
    # One query for all notices of a call, grouped by recipient.
    last_due = dict(recent.values_list("recipient").annotate(Max("due_at")))
    for mail in notices:
        last = last_due.get(mail.recipient)
        if last is not None:
            # A notice that is not due yet marks the end of the current window; join it.
            mail.due_at = last if last > now else last + window


def bundle_due_notices(*, now: dt.datetime) -> int:
    """Merge due notices to the same person into one mail; return how many bundles were written."""
    written = 0
    while count := _bundle_some(now):
        written += count
    return written


@transaction.atomic
def _bundle_some(now: dt.datetime) -> int:
    due = (
        Mail.objects.due(now)
        .filter(is_notice=True, state=MailState.WAITING, bundled_in=None)
        .exclude(kind=BUNDLE_KIND)
    )
    several = (
        due.order_by("recipient")
        .values("recipient")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    people = list(several.values_list("recipient", flat=True)[:PEOPLE_PER_TRANSACTION])
    if not people:
        return 0
    notices = (
        due.filter(recipient__in=people)
        .order_by("recipient", "pk")
        .select_for_update(skip_locked=True, of=("self",))
        .only(*BUNDLED_FIELDS)
    )
    groups = [list(group) for _to, group in groupby(notices, key=lambda mail: mail.recipient)]
    # Another worker may have claimed some since they were counted; a single notice needs no bundle.
    groups = [group for group in groups if len(group) > 1]
    if groups:
        text = text_in_force(BUNDLE_KIND).text
        for group in groups:
            _bundle(group, text, now)
    return len(groups)


def _latest_of_each(group: list[Mail]) -> list[Mail]:
    """Return `group` without notices that a later one repeats, such as a report handed in again."""
    latest: dict[tuple[str, str, str], Mail] = {}
    for mail in group:
        key = mail.subject, mail.path, mail.text
        # Taken out first, so that what happened last stands last.
        latest.pop(key, None)
        latest[key] = mail
    return list(latest.values())


def _bundle(group: list[Mail], text: MailText, now: dt.datetime) -> None:
    told = _latest_of_each(group)
    if len(told) == 1:
        # The latest goes out as it is: a list of one line would say less.
        [bundle] = told
        group = [mail for mail in group if mail != bundle]
        note = _("Wurde noch einmal geschrieben; die spätere geht hinaus.")
    else:
        bundle = _make_bundle(told, text, now)
        bundle.save()
        note = _("Steht in der Sammelnachricht an diese Person.")
    target = MOVES["bundle"].target
    Mail.objects.filter(pk__in=[mail.pk for mail in group]).update(
        state=target, bundled_in=bundle, last_error=note
    )
    MailLog.objects.bulk_create(
        MailLog(mail=mail, at=now, from_state=MailState.WAITING, to_state=target, note=note)
        for mail in group
    )


def _entry(number: int, mail: Mail) -> str:
    """Return a notice with everything that it says, under its subject, as Markdown."""
    link = complete_link(mail.path)
    # The subject is the link already.
    lines = [line for line in words_of(mail.text).split("\n") if not line.endswith(f": {link}")]
    # Every line stays a line of its own, so that lists remain lists.
    words = "\n".join(map(escape_markdown, lines)).strip()
    # It follows a greeting there, but a heading here.
    return f"**{number}. [{escape_markdown(mail.subject)}]({link})**\n\n{capfirst(words)}".strip()


def _make_bundle(group: list[Mail], text: MailText, now: dt.datetime) -> Mail:
    first, batch, message_id = group[0], uuid4(), make_message_id()
    # The greeting is stored only as the first line of each mail.
    greeting = first.text.partition("\n")[0].removesuffix(",")
    entries = Markdown("\n\n".join(_entry(*one) for one in enumerate(group, start=1)))
    values = {"count": str(len(group)), "lines": entries}
    message = write_message(text, greeting=greeting, link="/", values=values)
    to = Recipient(first.recipient, first.recipient_name, greeting)
    expires_at = max(mail.expires_at for mail in group)
    return Mail(
        kind=BUNDLE_KIND,
        subject_key="bundle",
        event=batch.hex,
        recipient=to.email,
        recipient_name=to.name,
        subject=message.subject,
        text=message.text,
        message_id=message_id,
        created_at=now,
        due_at=now,
        batch=batch,
        mime=build_mime(message, to=to, message_id=message_id, now=now),
        path="/",
        is_notice=True,
        expires_at=expires_at,
        lifetime=expires_at - now,
    )
