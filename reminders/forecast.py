"""The forecast of reminders as its page shows it: day by day, mail by mail, with what may be
paused.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.dates import format_date, format_day, is_working_day, local_date
from outbox.drafts import Recipient
from outbox.texts import plain_text
from reminders.models import ReminderPause
from reminders.planning import DayPlan, next_run_on, plan_days
from reminders.registry import Reminder, ReminderLetter
from reminders.rules import all_rules, rule_of
from reminders.services import PauseTarget


class Line(NamedTuple):
    """One reminder: its words, the page it is about, and why it goes out."""

    text: str
    path: str
    why: str


class Choice(NamedTuple):
    """One thing that can be paused: what it is called, and the value its button posts."""

    label: str
    value: str


class MailView(NamedTuple):
    """One mail, or the mails with personal links about the same thing, which differ by their people
    alone.
    """

    people: list[tuple[Recipient, Choice]]
    lines: list[Line]
    choices: list[Choice]

    @property
    def is_bundle(self) -> bool:
        return len(self.people) > 1


class HeldView(NamedTuple):
    """A reminder that a pause holds back."""

    line: Line
    to: Recipient
    pause: ReminderPause


class DayView(NamedTuple):
    """One day of the forecast."""

    day: dt.date
    mails: list[MailView]
    held: list[HeldView]

    @property
    def count(self) -> int:
        """How many mails go out."""
        return sum(len(mail.people) for mail in self.mails)

    @property
    def is_free(self) -> bool:
        return not is_working_day(self.day)


class Group(NamedTuple):
    """*Heute*, *Morgen*, and the rest of the week."""

    title: str
    days: list[DayView]


def days_ahead(today: dt.date) -> list[dt.date]:
    """Return the days of the forecast: to the end of the week, of the next one when no working day
    is left in it.
    """
    sunday = today + dt.timedelta(days=6 - today.weekday())
    left = [today + dt.timedelta(days=offset) for offset in range(2, (sunday - today).days + 1)]
    if not any(map(is_working_day, left)):
        sunday += dt.timedelta(weeks=1)
    return [today + dt.timedelta(days=offset) for offset in range((sunday - today).days + 1)]


def plans_ahead(now: dt.datetime, pauses: Iterable[ReminderPause] | None = None) -> list[DayPlan]:
    """Return the plan of each day of the forecast at `now`; today's is empty once its last run is
    over.
    """
    days = days_ahead(local_date(now))
    first = next_run_on(now)
    plans = plan_days([day for day in days if day >= first], pauses)
    return [DayPlan(day, [], []) for day in days if day < first] + plans


def groups_of(plans: list[DayPlan]) -> list[Group]:
    """Return `plans`, of which the first is today's, in the groups of the page; a held reminder is
    told once.
    """
    told: set[tuple[str, str, str]] = set()
    today, tomorrow, *rest = [_day_view(plan, told) for plan in plans]
    groups = [Group(_("Heute, %s") % format_day(today.day), [today])]
    groups.append(Group(_("Morgen, %s") % format_day(tomorrow.day), [tomorrow]))
    same_week = [view for view in rest if view.day.isocalendar()[:2] == today.day.isocalendar()[:2]]
    coming = [view for view in rest if view not in same_week]
    if any(not view.is_free for view in same_week):
        groups.append(Group(_("Diese Woche"), _without_free(same_week)))
    if coming:
        groups.append(Group(_("Nächste Woche"), _without_free(coming)))
    return groups


def _without_free(views: list[DayView]) -> list[DayView]:
    return [view for view in views if not view.is_free]


def _day_view(plan: DayPlan, told: set[tuple[str, str, str]]) -> DayView:
    held = []
    for reminder, pause in plan.held:
        if _name_of(reminder) not in told:
            told.add(_name_of(reminder))
            held.append(HeldView(_line(reminder, plan.day), reminder.to, pause))
    return DayView(plan.day, _mail_views(plan), held)


def _name_of(reminder: Reminder) -> tuple[str, str, str]:
    return reminder.subject_key, reminder.event, reminder.to.email


def _mail_views(plan: DayPlan) -> list[MailView]:
    bundles: dict[tuple, list[ReminderLetter]] = {}
    for number, letter in enumerate(plan.letters):
        first = letter.reminders[0]
        key = (first.kind, first.about, first.event) if letter.is_personal else (number,)
        bundles.setdefault(key, []).append(letter)
    return [_mail_view(letters, plan.day) for letters in bundles.values()]


def _mail_view(letters: list[ReminderLetter], day: dt.date) -> MailView:
    reminders = letters[0].reminders
    people = [(letter.to, person_choice(letter.to)) for letter in letters]
    choices = dict.fromkeys(choice for reminder in reminders for choice in _choices(reminder))
    if len(people) == 1:
        choices = dict.fromkeys([people[0][1], *choices])
    return MailView(people, [_line(reminder, day) for reminder in reminders], list(choices))


def _line(reminder: Reminder, day: dt.date) -> Line:
    why = reminder.why
    if reminder.step.on < day:
        why += " " + _("(nachgeholt, fällig war der %(day)s)") % {
            "day": format_date(reminder.step.on)
        }
    return Line(plain_text(reminder.line), reminder.path, why)


def person_choice(to: Recipient) -> Choice:
    """Return the choice that pauses a person."""
    return Choice(_("Person: %(name)s") % {"name": to.name or to.email}, f"recipient:{to.email}")


def _choices(reminder: Reminder) -> list[Choice]:
    choices = [
        Choice(
            _("Regel: %(title)s") % {"title": rule_of(reminder.kind).title}, f"rule:{reminder.kind}"
        )
    ]
    if reminder.about:
        choices.append(
            Choice(
                _("Vorgang: %(title)s") % {"title": reminder.about_title}, f"about:{reminder.about}"
            )
        )
    return choices


class Pausing(NamedTuple):
    """What a posted value would pause: the target, how it is called, and how many reminders ahead
    it holds back.
    """

    target: PauseTarget
    title: str
    count: int


def pausing_of(value: str, plans: Iterable[DayPlan]) -> Pausing | None:
    """Return what the button `value` of the page means, None when nothing ahead is about it any
    more.

    A rule can be paused at any time. What is called how is taken from the rules and `plans`, never
    from the request.
    """
    kind, _colon, name = value.partition(":")
    reminders = list({_name_of(row): row for plan in plans for row in _reminders_of(plan)}.values())
    if kind == "rule":
        titles = {rule.key: str(rule.title) for rule in all_rules()}
        return _pausing("rule", name, titles, sum(row.kind == name for row in reminders))
    if kind == "about":
        titles = {row.about: row.about_title for row in reminders if row.about}
        return _pausing("about", name, titles, sum(row.about == name for row in reminders))
    titles = {
        row.to.email: f"{row.to.name} ({row.to.email})" if row.to.name else row.to.email
        for row in reminders
    }
    return _pausing("recipient", name, titles, sum(row.to.email == name for row in reminders))


def _pausing(kind: str, name: str, titles: dict[str, str], count: int) -> Pausing | None:
    return Pausing(PauseTarget(**{kind: name}), titles[name], count) if name in titles else None


def _reminders_of(plan: DayPlan) -> list[Reminder]:
    return [row for letter in plan.letters for row in letter.reminders] + [
        row for row, _pause in plan.held
    ]
