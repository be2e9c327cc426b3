"""What the apps offer to be reminded of; floor 7 gathers it by person and day."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from outbox.drafts import Recipient
from outbox.rendering.placeholders import Placeholder
from outbox.texts import MailText, register
from reminders.rules import Rule, Schedule, Step, declare, rule_of

END_OF_DAY = dt.time(20)  # Berlin; a reminder that did not get out by then is not sent any more
DIGEST = "reminder_digest"
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
    ),
    area=_("Übersicht"),
    placeholders={
        "day": Placeholder(_("Tag der Erinnerung"), "18.06.2019"),
        "lines": Placeholder(
            _("Liste dessen, was wartet, mit Links"),
            _(
                "- Freigabe „Digitale Infrastruktur“ (Thema): Entscheidung bis morgen\n- Bericht: "
                "bis 28.06.2019"
            ),
            is_block=True,
        ),
    },
)


class Reminder(NamedTuple):
    """One step of a rule about one thing, for one person.

    `kind` is the key of the rule, `date` the day that its steps count from. `about` is what the
    office may pause (`dialogue:5`), `about_title` how it is called. `line` is one line of German
    Markdown for the digest; text typed by users goes into it through
    `outbox.texts.escape_markdown`. A reminder with a personal link gets a mail of its own, of its
    `kind`, with `values`.
    """

    kind: str
    subject_key: str
    date: dt.date
    step: Step
    to: Recipient
    line: str
    about: str = ""
    about_title: str = ""
    path: str = ""
    link: str = ""
    has_personal_link: bool = False
    values: Mapping[str, str] = {}

    @property
    def event(self) -> str:
        """What makes the reminder the only one of its sort: the date and the step, never the day it
        goes out.
        """
        return f"{self.date.isoformat()}:{self.step.key}"

    @property
    def why(self) -> str:
        """The rule and the step in words."""
        return f"{rule_of(self.kind).title}: {self.step.words}"


class ReminderLetter(NamedTuple):
    """One reminder mail: to whom, and the reminders in it. A personal link stands alone in its
    mail.
    """

    to: Recipient
    reminders: list[Reminder]

    @property
    def is_personal(self) -> bool:
        return self.reminders[0].has_personal_link


ReminderSource = Callable[
    [Sequence[dt.date], Mapping[str, Schedule]], Iterable[tuple[dt.date, Reminder]]
]
_sources: list[ReminderSource] = []


def register_reminders(*rules: Rule, due: ReminderSource) -> None:
    """Declare an app's `rules`, and `due(days, schedules)`, which returns what they remind of.

    Called from `AppConfig.ready`. Raises ValueError when a key is taken by another rule.
    """
    declare(*rules)
    if due not in _sources:
        _sources.append(due)


def reminder_sources() -> list[ReminderSource]:
    """Return the registered sources in the order of the apps."""
    return list(_sources)
