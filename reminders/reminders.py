"""The office is reminded of mails that failed, once a working day, for as long as nobody has
settled them.
"""

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.dates import format_date, format_moment
from core.roles import OFFICE
from outbox.filters import UNSOLVED
from outbox.queries import latest_failure
from outbox.texts import escape_markdown
from partners.queries import people_with_role, recipient_of
from reminders.queries import Rules
from reminders.registry import Reminder
from reminders.rules import Rule, Step

RULE = Rule(
    key="mail_failed",
    title=_("E-Mails, die nicht hinausgingen"),
    counts_from=_("der Tag, an dem etwas ungelöst ist"),
    fixed=_("jeden Arbeitstag, solange etwas ungelöst ist"),
)


def reminders_due(days: Sequence[dt.date], rules: Rules) -> list[tuple[dt.date, Reminder]]:
    """Return for each of `days` a reminder of the failed mails to each of the office's people; none
    without any.
    """
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
    path = f"{reverse('outbox:list')}?state={UNSOLVED}"
    people = list(people_with_role(OFFICE))
    return [
        (
            day,
            Reminder(
                kind=RULE.key,
                subject_key="outbox",
                date=day,
                step=Step("daily", day, format_date(day)),
                to=recipient_of(person),
                line=line,
                path=path,
            ),
        )
        for day in days
        for person in people
    ]
