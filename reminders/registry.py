"""Registry of reminders: each app registers its rules and a function that finds due reminders."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from outbox.texts import MailDraft, Recipient

DIGEST = "reminder_digest"  # mail kind: all reminders of one person and day

# (key, working days from the date) of each step. The key stays when the days change, because the
# log of sent reminders identifies a step by it.
Offsets = tuple[tuple[str, int], ...]
Setting = bool | int | None


class Option(NamedTuple):
    """A setting of a rule besides its days: a switch, or a number of working days.

    `default` is a boolean for a switch, otherwise a number of working days, None for never.
    `summary` is its part of the rule's description in the list of rules, with `%(count)d` for a
    number. `is_early` puts it before the days.
    """

    key: str
    label: str
    summary: str
    default: Setting
    help_text: str = ""
    is_early: bool = False

    @property
    def is_switch(self) -> bool:
        return isinstance(self.default, bool)


@dataclass(frozen=True)
class Rule:
    """When an app reminds of one kind of thing, unless the office changes it.

    `key` is the kind of its reminders, `counts_from` names the date in German, to follow „ab“.
    `before` and `after` are the default lead times in working days of Berlin; the office can change
    a side only if it has a default. `weekly` says whether reminders continue every week after the
    date, None if that is not offered. A rule without steps describes its days in `fixed` and cannot
    be changed.
    """

    key: str
    title: str
    counts_from: str
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    weekly: bool | None = None
    options: tuple[Option, ...] = ()
    fixed: str = ""

    @property
    def default_offsets(self) -> Offsets:
        """The default steps; the key of each is the number of working days it was declared with."""
        days = sorted([-count for count in self.before] + list(self.after))
        return tuple((str(day), day) for day in days)


class ReminderStep(NamedTuple):
    """One reminder of a rule about one date: its key, its working day, and that day described in
    German.
    """

    key: str
    on: dt.date
    description: str


class Reminder(NamedTuple):
    """One step of a rule about one thing, for one person.

    `kind` is the key of the rule, `date` the day that its steps count from. `about` is what the
    office may pause (`dialogue:5`), `about_title` its name. `line` is one line of German Markdown
    for the digest; text typed by users goes into it through `outbox.texts.escape_markdown`. A
    reminder with a personal link is sent as a separate mail of its `kind`, with `values`.
    """

    kind: str
    subject_key: str
    date: dt.date
    step: ReminderStep
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
        """Date and step, without the day of sending: a late reminder is still the same one."""
        return f"{self.date.isoformat()}:{self.step.key}"

    @property
    def why(self) -> str:
        """The rule and the step in German."""
        return f"{get_rule(self.kind).title}: {self.step.description}"


class ReminderMail(NamedTuple):
    """One mail to one person with its reminders; a reminder with a personal link is alone in its
    mail. `draft` replaces the digest where the app writes a mail of its own.
    """

    to: Recipient
    reminders: list[Reminder]
    draft: MailDraft | None = None

    @property
    def is_personal(self) -> bool:
        return self.reminders[0].has_personal_link


# Takes days and `schedules.Schedules`; returns (day on which it may be sent, reminder).
ReminderSource = Callable[[Sequence[dt.date], Mapping], Iterable[tuple[dt.date, Reminder]]]
_rules: dict[str, Rule] = {}
_sources: list[ReminderSource] = []


def register_reminders(*rules: Rule, due: ReminderSource) -> None:
    """Register an app's `rules` and the function that returns what is due.

    Called from `AppConfig.ready`. Raises ValueError when another rule has the same key.
    """
    register_rules(*rules)
    if due not in _sources:
        _sources.append(due)


def register_rules(*rules: Rule) -> None:
    for rule in rules:
        if _rules.setdefault(rule.key, rule) != rule:
            raise ValueError(f"{rule.key}: registered twice")


def get_rule(key: str) -> Rule:
    """Return the rule `key`. Raises KeyError when no app registered it."""
    return _rules[key]


def all_rules() -> list[Rule]:
    """Return every registered rule, by title."""
    return sorted(_rules.values(), key=lambda rule: str(rule.title))


def reminder_sources() -> list[ReminderSource]:
    """Return the registered sources in the order of the apps."""
    return list(_sources)
