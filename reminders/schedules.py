"""Current schedules of rules, and the working days on which they remind of a date."""

import datetime as dt
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import add_working_days, format_date, latest_working_day, working_days_between
from reminders.registry import Offsets, ReminderStep, Rule, Setting

CATCH_UP_WORKING_DAYS = 3  # a step missed longer ago is dropped


class Schedule(NamedTuple):
    """The schedule of a rule in force: its default with the office's changes.

    `options` are the settings of the rule's own options as (key, setting), in their order.
    """

    rule: Rule
    offsets: Offsets
    weekly: bool
    is_active: bool = True
    options: tuple[tuple[str, Setting], ...] = ()

    def option(self, key: str) -> Setting:
        """Return the setting of an option. Raises KeyError when the rule has no such option."""
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
        """A fingerprint of everything editable; forms carry it to detect concurrent changes."""
        settings = (self.offsets, self.weekly, self.is_active, self.options)
        return sha256(repr(settings).encode()).hexdigest()[:20]

    def steps(self, date: dt.date, today: dt.date) -> list[ReminderStep]:
        """Return the steps about `date`, sorted by day.

        Weekly steps never end, so only those around `today` are included.
        """
        if not self.is_active:
            return []
        steps = [
            ReminderStep(key, working_day_at(date, offset), describe_offset(offset, date))
            for key, offset in self.offsets
        ]
        if self.weekly and date <= today:
            weeks = (today - date).days // 7
            # A holiday may push the latest weekly step past today; then the one before it counts.
            steps += [weekly_step(date, week) for week in range(max(weeks - 1, 1), weeks + 2)]
        return sorted(steps, key=lambda step: step.on)

    def step_on(
        self, date: dt.date, today: dt.date, *, since: dt.date | None = None
    ) -> ReminderStep | None:
        """Return the one step about `date` that may be sent on `today`.

        It is the latest up to that day, if it is recent enough. Steps up to `since`, the day of the
        original request, do not count.
        """
        # The latest supersedes all others: after a pause or an outage people get one reminder, not
        # five.
        passed = [step for step in self.steps(date, today) if step.on <= today]
        if not passed or (since and passed[-1].on <= since):
            return None
        return passed[-1] if is_recent(passed[-1], today) else None

    def next_on(self, date: dt.date, today: dt.date) -> dt.date | None:
        """Return the day of the first step about `date` after `today`, if there is one."""
        return min((step.on for step in self.steps(date, today) if step.on > today), default=None)


Schedules = Mapping[str, Schedule]  # by the key of the rule


def default_schedule(rule: Rule) -> Schedule:
    options = tuple((option.key, option.default) for option in rule.options)
    return Schedule(rule, rule.default_offsets, bool(rule.weekly), options=options)


def is_recent(step: ReminderStep, today: dt.date) -> bool:
    """Return whether the past `step` may still be sent on `today`."""
    return working_days_between(step.on, today) <= CATCH_UP_WORKING_DAYS


def working_day_at(date: dt.date, offset: int) -> dt.date:
    """Return the working day `offset` working days from `date`.

    When `date` is a weekend or holiday, an `offset` of 0 or less counts from the last working day
    before it, so that a reminder for the day itself comes early rather than late.
    """
    if offset > 0:
        return add_working_days(date, offset)
    latest = latest_working_day(date)
    return add_working_days(latest, offset) if offset else latest


def weekly_step(date: dt.date, week: int) -> ReminderStep:
    """Return the step `week` weeks after `date`, on that day or the next working day."""
    text = ngettext("%(count)d Woche nach dem %(day)s", "%(count)d Wochen nach dem %(day)s", week)
    on = add_working_days(date + dt.timedelta(weeks=week), 0)
    return ReminderStep(f"week:{week}", on, text % {"count": week, "day": format_date(date)})


def describe_offset(offset: int, date: dt.date) -> str:
    """Return the offset in German: `5 Arbeitstage vor dem 12.12.2026`."""
    count = abs(offset)
    if offset < 0:
        text = ngettext(
            "%(count)d Arbeitstag vor dem %(day)s", "%(count)d Arbeitstage vor dem %(day)s", count
        )
    elif offset > 0:
        text = ngettext(
            "%(count)d Arbeitstag nach dem %(day)s", "%(count)d Arbeitstage nach dem %(day)s", count
        )
    else:
        text = _("am %(day)s")
    return text % {"count": count, "day": format_date(date)}


def manual_step(today: dt.date) -> ReminderStep:
    """Return the step of reminders that the office sends manually on `today`."""
    day = _("am %(day)s von Hand") % {"day": format_date(today)}
    return ReminderStep(f"by_hand:{today.isoformat()}", today, day)


def describe_schedule(schedule: Schedule) -> str:
    """Return the schedule in German: `10 und 3 Arbeitstage vorher, danach jede Woche`."""
    if not schedule.is_active:
        return _("ausgeschaltet")
    if schedule.rule.fixed:
        return str(schedule.rule.fixed)
    parts = _describe_options(schedule, is_early=True)
    if early := [count for count in schedule.before if count]:
        text = ngettext("%(days)s Arbeitstag vorher", "%(days)s Arbeitstage vorher", early[-1])
        parts.append(text % {"days": _join_numbers(early)})
    if 0 in schedule.before:
        parts.append(_("am Tag selbst"))
    if late := schedule.after:
        text = ngettext("%(days)s Arbeitstag danach", "%(days)s Arbeitstage danach", late[-1])
        parts.append(text % {"days": _join_numbers(late)})
    if schedule.weekly:
        parts.append(_("danach jede Woche"))
    parts += _describe_options(schedule, is_early=False)
    return ", ".join(parts) or _("keine Erinnerung")


def _describe_options(schedule: Schedule, *, is_early: bool) -> list[str]:
    """Return the summaries of the options that are on."""
    settings = [
        (option, schedule.option(option.key))
        for option in schedule.rule.options
        if option.is_early == is_early
    ]
    return [
        str(option.summary) if option.is_switch else str(option.summary) % {"count": setting}
        for option, setting in settings
        if setting
    ]


def _join_numbers(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    if not first:
        return last
    return _("%(first)s und %(last)s") % {"first": ", ".join(first), "last": last}


def keep_step_keys(old: Offsets, days: list[int]) -> Offsets:
    """Return steps on `days`, each with the key of the step of `old` that it continues.

    The log identifies a sent step by its key. A step that only moved must keep its key, or everyone
    already reminded would be reminded again. A step continues the old one on the same day, else the
    nearest old one that is still free; otherwise it gets a new key.
    """
    # First, steps that stay on their day keep their key.
    keys = {day: key for key, day in old if day in days}
    dropped = {key: day for key, day in old if day not in days}
    added = [day for day in days if day not in keys]
    # Then each added day takes over the key of the nearest dropped day, closest pairs first.
    by_distance = sorted(
        (abs(day - old_day), day, key) for day in added for key, old_day in dropped.items()
    )
    for _distance, day, key in by_distance:
        if day not in keys and key in dropped:
            keys[day] = key
            del dropped[key]
    for day in added:
        keys.setdefault(day, _unused_key(str(day), {*keys.values()}))
    return tuple(sorted(((keys[day], day) for day in days), key=lambda step: step[1]))


def _unused_key(key: str, used: set[str]) -> str:
    # A step that moved away may still hold the key that this day would get.
    while key in used:
        key += "+"
    return key
