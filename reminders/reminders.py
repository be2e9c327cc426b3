"""The rule `mail_failed` reminds the office of failed mails on each working day."""

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.dates import format_date, format_moment
from core.roles import OFFICE
from outbox.enums import StateFilter
from outbox.queries.mails import latest_failure
from outbox.texts import escape_markdown
from partners.queries import people_with_role, recipient_of
from reminders.registry import Reminder, ReminderStep, Rule
from reminders.schedules import Schedules

RULE = Rule(
    key="mail_failed",
    title=_("E-Mails, die nicht hinausgingen"),
    counts_from=_("dem Tag, an dem etwas ungelöst ist"),
    fixed=_("jeden Arbeitstag, solange etwas ungelöst ist"),
)


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return a reminder for each day and each office user, as long as a failure is unsolved."""
    failure = latest_failure()
    if failure is None:
        return []
    text = ngettext(
        "%(count)d E-Mail ging nicht hinaus: „%(subject)s“, %(at)s",
        "%(count)d E-Mails gingen nicht hinaus, zuletzt „%(subject)s“, %(at)s",
        failure.count,
    )
    subject = escape_markdown(failure.latest.subject)
    line = text % {"count": failure.count, "subject": subject, "at": format_moment(failure.at)}
    path = f"{reverse('outbox:list')}?state={StateFilter.UNSOLVED}"
    people = list(people_with_role(OFFICE))
    return [
        (
            day,
            Reminder(
                kind=RULE.key,
                subject_key="outbox",
                # The log allows a step once per date, so a daily reminder needs a new date daily.
                date=day,
                step=ReminderStep("daily", day, format_date(day)),
                to=recipient_of(person),
                line=line,
                path=path,
            ),
        )
        for day in days
        for person in people
    ]
