"""When somebody is reminded: rules that the apps declare, and the days they make of a date."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import add_working_days, format_date, latest_working_day, working_days_between

CATCH_UP_DAYS = 3  # working days for which a step that nobody was told of is made up for
Offsets = tuple[tuple[str, int], ...]
Setting = bool | int | None


class Option(NamedTuple):
    """What a rule can do beside its days: a switch, or something that begins on a working day after
    the date.

    `default` is a boolean for a switch, otherwise the number of working days, or None for never.
    `words` tell it in the list of rules, those of a day with `%(count)d`; with `is_early` they
    stand before the days.
    """

    key: str
    label: str
    words: str
    default: Setting
    help_text: str = ""
    is_early: bool = False

    @property
    def is_switch(self) -> bool:
        return isinstance(self.default, bool)


@dataclass(frozen=True)
class Rule:
    """One rule of an app: `key` is the kind of its reminders, `counts_from` names the date in
    German.

    `before` and `after` are the default lead times in working days of Berlin; a side without any is
    not offered for change. `weekly` says whether it goes on every week after the date, None when it
    never can. `options` are what its app offers beyond that. A rule that knows no steps at all says
    in `fixed` when it reminds, and is not changed.
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
        """The default steps, each with its lasting name: the working days it was declared with."""
        days = sorted([-count for count in self.before] + list(self.after))
        return tuple((str(day), day) for day in days)


class Step(NamedTuple):
    """One reminder of a rule about one date: its lasting name, the working day it falls on, when
    that is in words.
    """

    key: str
    on: dt.date
    words: str


class Schedule(NamedTuple):
    """What holds of a rule now: its steps as (lasting name, working days from the date, negative
    before it).

    `options` are the settings of the rule's own options as (key, setting), in their order.
    """

    rule: Rule
    offsets: Offsets
    weekly: bool
    is_active: bool = True
    options: tuple[tuple[str, Setting], ...] = ()

    def option(self, key: str) -> Setting:
        """Return the setting of the rule's option `key`. Raises `KeyError` when it has none of that
        name.
        """
        return dict(self.options)[key]

    @property
    def before(self) -> tuple[int, ...]:
        """Working days before the date, the longest first; 0 is the date itself."""
        return tuple(-day for _key, day in self.offsets if day <= 0)

    @property
    def after(self) -> tuple[int, ...]:
        return tuple(day for _key, day in self.offsets if day > 0)

    @property
    def is_default(self) -> bool:
        return self == default_schedule(self.rule)

    @property
    def version(self) -> str:
        """A fingerprint of what can be changed; a form carries it to see whether somebody else was
        faster.
        """
        return sha256(
            repr((self.offsets, self.weekly, self.is_active, self.options)).encode()
        ).hexdigest()[:20]

    def steps(self, date: dt.date, today: dt.date) -> list[Step]:
        """Return the steps about `date` in their order; of the weekly ones, once it has come, those
        around `today`.
        """
        if not self.is_active:
            return []
        steps = [
            Step(key, day_of(date, offset), words_of(offset, date)) for key, offset in self.offsets
        ]
        if self.weekly and date <= today:
            weeks = (today - date).days // 7
            steps += [weekly_step(date, week) for week in range(max(weeks - 1, 1), weeks + 2)]
        return sorted(steps, key=lambda step: step.on)

    def step_on(
        self, date: dt.date, today: dt.date, *, since: dt.date | None = None
    ) -> Step | None:
        """Return the one step about `date` that may go out on `today`: the latest passed one, if it
        is not stale.

        Earlier ones are superseded by it. A step up to the day `since`, when the thing began, never
        counts: nobody is reminded of what was asked only now.
        """
        passed = [step for step in self.steps(date, today) if step.on <= today]
        if not passed or (since and passed[-1].on <= since):
            return None
        return passed[-1] if is_fresh(passed[-1], today) else None

    def next_on(self, date: dt.date, today: dt.date) -> dt.date | None:
        """Return the day after `today` on which the next step about `date` falls, None when there
        is none.
        """
        return min((step.on for step in self.steps(date, today) if step.on > today), default=None)


def is_fresh(step: Step, today: dt.date) -> bool:
    """Say whether `step`, which has passed, may still go out on `today`."""
    return working_days_between(step.on, today) <= CATCH_UP_DAYS


def day_of(date: dt.date, offset: int) -> dt.date:
    """Return the working day `offset` working days from `date`; up to the date counted from its
    latest working day.
    """
    if offset > 0:
        return add_working_days(date, offset)
    return (
        add_working_days(latest_working_day(date), offset) if offset else latest_working_day(date)
    )


def weekly_step(date: dt.date, week: int) -> Step:
    """Return the step `week` weeks after `date`, on the next working day."""
    words = ngettext("%(count)d Woche nach dem %(day)s", "%(count)d Wochen nach dem %(day)s", week)
    on = add_working_days(date + dt.timedelta(weeks=week), 0)
    return Step(f"week:{week}", on, words % {"count": week, "day": format_date(date)})


def words_of(offset: int, date: dt.date) -> str:
    """Return when a step is, `5 Arbeitstage vor dem 12.12.2026`."""
    count, values = abs(offset), {"count": abs(offset), "day": format_date(date)}
    if offset < 0:
        return (
            ngettext(
                "%(count)d Arbeitstag vor dem %(day)s",
                "%(count)d Arbeitstage vor dem %(day)s",
                count,
            )
            % values
        )
    if offset > 0:
        words = ngettext(
            "%(count)d Arbeitstag nach dem %(day)s", "%(count)d Arbeitstage nach dem %(day)s", count
        )
        return words % values
    return _("am %(day)s") % values


def days_in_words(schedule: Schedule) -> str:
    """Return when a rule reminds: `10 und 3 Arbeitstage vorher, am Tag selbst, danach jede Woche`."""
    if not schedule.is_active:
        return _("ausgeschaltet")
    if schedule.rule.fixed:
        return str(schedule.rule.fixed)
    parts = _options_in_words(schedule, is_early=True)
    if early := [count for count in schedule.before if count]:
        words = ngettext("%(days)s Arbeitstag vorher", "%(days)s Arbeitstage vorher", early[-1])
        parts.append(words % {"days": _listed(early)})
    if 0 in schedule.before:
        parts.append(_("am Tag selbst"))
    if schedule.after:
        words = ngettext(
            "%(days)s Arbeitstag danach", "%(days)s Arbeitstage danach", schedule.after[-1]
        )
        parts.append(words % {"days": _listed(schedule.after)})
    if schedule.weekly:
        parts.append(_("danach jede Woche"))
    parts += _options_in_words(schedule, is_early=False)
    return ", ".join(parts) or _("keine Erinnerung")


def _options_in_words(schedule: Schedule, *, is_early: bool) -> list[str]:
    """Return the words of the options that are on; a day after the date is put into them."""
    on = [
        (option, schedule.option(option.key))
        for option in schedule.rule.options
        if option.is_early == is_early
    ]
    return [
        str(option.words) if option.is_switch else str(option.words) % {"count": setting}
        for option, setting in on
        if setting
    ]


def _listed(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return (
        _("%(first)s und %(last)s") % {"first": ", ".join(first), "last": last} if first else last
    )


_rules: dict[str, Rule] = {}


def declare(*rules: Rule) -> None:
    """Make `rules` known. Raises `ValueError` when a key is taken by another rule."""
    for rule in rules:
        if _rules.setdefault(rule.key, rule) != rule:
            raise ValueError(f"{rule.key}: declared twice")


def rule_of(key: str) -> Rule:
    """Return the rule `key`. Raises `KeyError` when no app declares it."""
    return _rules[key]


def all_rules() -> list[Rule]:
    """Return every declared rule, by title."""
    return sorted(_rules.values(), key=lambda rule: str(rule.title))


def default_schedule(rule: Rule) -> Schedule:
    """Return what holds of `rule` while the office has changed nothing."""
    options = tuple((option.key, option.default) for option in rule.options)
    return Schedule(rule, rule.default_offsets, bool(rule.weekly), options=options)


def renamed(old: Offsets, days: list[int]) -> Offsets:
    """Return steps on `days`, each under the name of the step of `old` that it continues.

    The same distance continues itself, what is left the nearest one; so a step that moved is known
    again, and whoever was reminded by it is not reminded anew. What continues nothing gets a name
    of its own.
    """
    names = {day: key for key, day in old if day in days}
    gone = {key: day for key, day in old if day not in days}
    fresh = [day for day in days if day not in names]
    for _distance, day, key in sorted(
        (abs(day - was), day, key) for day in fresh for key, was in gone.items()
    ):
        if day not in names and key in gone:
            names[day] = key
            del gone[key]
    for day in fresh:
        names.setdefault(day, _free_name(str(day), {*names.values()}))
    return tuple(sorted(((names[day], day) for day in days), key=lambda step: step[1]))


def _free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "+"
    return name
