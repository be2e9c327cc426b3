"""The office is reminded of mails that failed, once a working day, for as long as nobody has settled them."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import ngettext

from core.dates import format_moment, is_working_day
from core.roles import OFFICE
from outbox.filters import UNSOLVED
from outbox.queries import latest_failure
from outbox.reminders import Reminder
from outbox.texts import escape_markdown
from partners.queries import people_with_role
from partners.recipients import recipient_of


def reminders_due(today: dt.date) -> list[Reminder]:
    """Return a reminder of the failed mails for each of the office's people; none when nothing failed."""
    failure = latest_failure() if is_working_day(today) else None
    if failure is None:
        return []
    text = ngettext(
        "%(count)d E-Mail ist fehlgeschlagen: „%(subject)s“, %(at)s",
        "%(count)d E-Mails sind fehlgeschlagen, zuletzt „%(subject)s“, %(at)s",
        failure.count,
    )
    subject = escape_markdown(failure.latest.subject)
    line = text % {"count": failure.count, "subject": subject, "at": format_moment(failure.at)}
    path = f"{reverse('outbox:list')}?state={UNSOLVED}"
    return [
        Reminder(
            kind="mail_failed", subject_key="outbox", occasion=f"failed:{today.isoformat()}", to=recipient_of(person),
            line=line, path=path,
        )
        for person in people_with_role(OFFICE)
    ]  # fmt: skip
