"""The daily digest of reminders: its text, and the drafts of all reminder mails."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from outbox.enums import Audience
from outbox.rendering.messages import complete_link
from outbox.texts import MailDraft, MailText, Markdown, Placeholder, register
from reminders.registry import DIGEST, ReminderMail

# Berlin time. A reminder not sent by then expires; the run of the next working day replaces it.
END_OF_DAY = dt.time(20)
MIN_LIFETIME = dt.timedelta(hours=1)  # for reminders that the office sends in the evening

register(
    MailText(
        kind=DIGEST,
        title=_("Erinnerungen des Tages"),
        subject=_("Offene Vorgänge am {day}"),
        body=_(
            "das wartet auf Sie oder liegt in Ihrer Verantwortung:\n\n{lines}\n\n[Zur "
            "Übersicht]({link})"
        ),
        placeholders=("day", "lines"),
        can_wait=False,
        audience=Audience.ACCOUNTS,
    ),
    area=_("Übersicht"),
    placeholders={
        "day": Placeholder(_("Tag der Erinnerung"), "18.06.2019", name=_("Tag")),
        "lines": Placeholder(
            _("Liste dessen, was wartet, mit Links"),
            _(
                "- Freigabe „Digitale Infrastruktur“ (Thema): Entscheidung bis morgen\n- Bericht: "
                "bis 28.06.2019"
            ),
            is_block=True,
            name=_("Liste"),
        ),
    },
)


def draft_digest(mail: ReminderMail, *, day: dt.date, now: dt.datetime) -> MailDraft:
    """Return the draft of the digest of `day`; its event allows one per person and day."""
    lines = "\n".join(
        f"- [{reminder.line}]({complete_link(reminder.link or reminder.path)})"
        for reminder in mail.reminders
    )
    return MailDraft(
        kind=DIGEST,
        subject_key="digest",
        event=day.isoformat(),
        to=mail.to,
        path=reverse("overview"),
        values={"day": format_date(day), "lines": Markdown(lines)},
        expires_at=expires_at(now),
    )


def draft_personal(mail: ReminderMail, *, event: str, now: dt.datetime) -> MailDraft:
    """Return the draft of a reminder whose personal link only the recipient may see."""
    (reminder,) = mail.reminders
    return MailDraft(
        kind=reminder.kind,
        subject_key=reminder.subject_key,
        event=event,
        to=mail.to,
        values=reminder.values,
        path=reminder.path,
        link=reminder.link,
        has_personal_link=True,
        expires_at=expires_at(now),
    )


def expires_at(now: dt.datetime) -> dt.datetime:
    """Return when a reminder written at `now` expires: by tomorrow the matter may be settled."""
    today = timezone.localtime(now).date()
    end_of_day = timezone.make_aware(dt.datetime.combine(today, END_OF_DAY))
    return max(end_of_day, now + MIN_LIFETIME)
