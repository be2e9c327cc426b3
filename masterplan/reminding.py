"""Reminders over all apps: gathered by person and day, so that one person gets one mail a day."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import approvals.reminders
import dialogues.reminders
import masterplan.mail_reminders
import measures.reminders
import media_visits.reminders
from core.dates import format_date
from outbox.drafts import MailDraft, Recipient
from outbox.letters import complete_link
from outbox.placeholders import Placeholder
from outbox.reminders import Reminder
from outbox.services import enqueue_mails
from outbox.texts import MailText, Markdown, register

SOURCES = (
    approvals.reminders.reminders_due,
    dialogues.reminders.reminders_due,
    measures.reminders.reminders_due,
    media_visits.reminders.reminders_due,
    masterplan.mail_reminders.reminders_due,
)

register(
    MailText(
        kind="reminder_digest",
        title=_("Erinnerungen des Tages"),
        subject=_("Offene Vorgänge am {day}"),
        body=_("das wartet auf Sie oder liegt in Ihrer Verantwortung:\n\n{lines}\n\n[Zur Übersicht]({link})"),
        placeholders=("day", "lines"),
        can_wait=False,
    ),
    area=_("Übersicht"),
    placeholders={
        "day": Placeholder(_("Tag der Erinnerung"), "18.06.2019"),
        "lines": Placeholder(
            _("Liste dessen, was wartet, mit Links"),
            _("- Freigabe „Digitale Infrastruktur“ (Thema): Entscheidung bis morgen\n- Bericht: bis 28.06.2019"),
            is_block=True,
        ),
    },
)


class Letter(NamedTuple):
    """One reminder mail: to whom, and the reminders in it. A personal link stands alone in its mail."""

    to: Recipient
    reminders: list[Reminder]

    @property
    def is_personal(self) -> bool:
        return self.reminders[0].has_personal_link


def letters_due(today: dt.date) -> list[Letter]:
    """Return the reminder mails that fall on `today`: one for each person, and one for each personal link."""
    personal: list[Letter] = []
    gathered: dict[str, Letter] = {}
    for reminder in (reminder for source in SOURCES for reminder in source(today)):
        if not reminder.to.email:
            continue
        if reminder.has_personal_link:
            personal.append(Letter(reminder.to, [reminder]))
        else:
            gathered.setdefault(reminder.to.email.lower(), Letter(reminder.to, [])).reminders.append(reminder)
    for letter in gathered.values():
        letter.reminders.sort(key=lambda reminder: (reminder.due_on or dt.date.max, reminder.line))
    return [*gathered.values(), *personal]


@transaction.atomic
def send_reminders(*, today: dt.date, now: dt.datetime) -> int:
    """Write the reminder mails of `today` that were not written yet; return how many are new. Safe to run twice."""
    return enqueue_mails([_draft(letter, today) for letter in letters_due(today)], now=now)


def _draft(letter: Letter, today: dt.date) -> MailDraft:
    first = letter.reminders[0]
    if letter.is_personal:
        return MailDraft(
            kind=first.kind, subject_key=first.subject_key, occasion=first.occasion, to=letter.to, values=first.values,
            path=first.path, link=first.link, has_personal_link=True,
        )  # fmt: skip
    lines = Markdown("\n".join(f"- [{r.line}]({complete_link(r.link or r.path)})" for r in letter.reminders))
    return MailDraft(
        kind="reminder_digest", subject_key="digest", occasion=today.isoformat(), to=letter.to, path="/",
        values={"day": format_date(today), "lines": lines},
    )  # fmt: skip
