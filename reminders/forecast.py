"""Content of the page *Vorschau*: the reminders of the coming days, and what can be paused."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, format_day, is_working_day, local_date
from outbox.models import Mail
from outbox.texts import Recipient, plain_text
from reminders.models import ReminderPause
from reminders.planning import DayPlan, next_run_on, plan_days
from reminders.registry import DIGEST, Reminder, ReminderMail, all_rules, get_rule
from reminders.services import PauseTarget


class ForecastLine(NamedTuple):
    """One reminder: its text, the page it is about, and why it is sent."""

    text: str
    path: str
    why: str


class PauseChoice(NamedTuple):
    """Something that can be paused: its label, and the value that its button posts."""

    label: str
    value: str


class ForecastMail(NamedTuple):
    """One mail, or a bundle of mails with personal links that differ only in their recipients."""

    recipients: list[tuple[Recipient, PauseChoice]]
    lines: list[ForecastLine]
    choices: list[PauseChoice]

    @property
    def is_bundle(self) -> bool:
        return len(self.recipients) > 1

    @property
    def title(self) -> str:
        if self.is_bundle:
            return _("%(count)s Personen, je eine eigene E-Mail") % {"count": len(self.recipients)}
        to, _choice = self.recipients[0]
        return to.name or to.email

    @property
    def address(self) -> str:
        """The address of a single recipient, unless the title already shows it."""
        to, _choice = self.recipients[0]
        return "" if self.is_bundle or not to.name else to.email


class PausedLine(NamedTuple):
    """A reminder that a pause holds back."""

    line: ForecastLine
    to: Recipient
    pause: ReminderPause


class ForecastDay(NamedTuple):
    """One day; `note` says why it has no mails."""

    day: dt.date
    mails: list[ForecastMail]
    paused: list[PausedLine]
    note: str

    @property
    def mail_count(self) -> int:
        return sum(len(mail.recipients) for mail in self.mails)


class ForecastGroup(NamedTuple):
    """*Heute*, *Morgen*, or the rest of a week."""

    title: str
    days: list[ForecastDay]
    has_day_titles: bool = False


def forecast_days(today: dt.date) -> list[dt.date]:
    """Return the days from `today` to Sunday.

    When no working day of the week is left after tomorrow, the next week is included.
    """
    sunday = today + dt.timedelta(days=6 - today.weekday())
    rest = [today + dt.timedelta(days=offset) for offset in range(2, (sunday - today).days + 1)]
    if not any(map(is_working_day, rest)):
        sunday += dt.timedelta(weeks=1)
    return [today + dt.timedelta(days=offset) for offset in range((sunday - today).days + 1)]


def plan_forecast(
    now: dt.datetime,
    pauses: Iterable[ReminderPause] | None = None,
    sent_today: Iterable[Mail] | None = None,
) -> list[DayPlan]:
    """Return the plan of each day of the forecast; today's is empty once its last run is over.

    `pauses` and the reminder mails `sent_today` are loaded if not given.
    """
    days = forecast_days(local_date(now))
    first = next_run_on(now)
    digests = None
    if sent_today is not None:
        # All there are, since no digest is written before its day.
        digests = {(mail.event, mail.recipient) for mail in sent_today if mail.kind == DIGEST}
    plans = plan_days([day for day in days if day >= first], pauses, digests)
    return [DayPlan(day, [], []) for day in days if day < first] + plans


def group_days(
    plans: Sequence[DayPlan], *, now: dt.datetime, has_sent_today: bool = False
) -> list[ForecastGroup]:
    """Return `plans`, the first of which is today's, as the groups of the page."""
    # A paused reminder stays due day after day; the page shows it only on the first of them.
    seen: set[tuple[str, str, str]] = set()
    shown = [_forecast_day(plan, seen, now, has_sent_today) for plan in plans]
    today, tomorrow, *rest = shown
    groups = [
        ForecastGroup(_("Heute, %s") % format_day(today.day), [today]),
        ForecastGroup(_("Morgen, %s") % format_day(tomorrow.day), [tomorrow]),
    ]
    week = today.day.isocalendar()[:2]
    working_days = [day for day in rest if is_working_day(day.day)]
    this_week = [day for day in working_days if day.day.isocalendar()[:2] == week]
    if this_week:
        groups.append(ForecastGroup(_("Diese Woche"), this_week, has_day_titles=True))
    if any(day.day.isocalendar()[:2] != week for day in rest):
        next_week = [day for day in working_days if day not in this_week]
        groups.append(ForecastGroup(_("Nächste Woche"), next_week, has_day_titles=True))
    return groups


def _forecast_day(
    plan: DayPlan, seen: set[tuple[str, str, str]], now: dt.datetime, has_sent_today: bool
) -> ForecastDay:
    paused = []
    for reminder, pause in plan.paused:
        if _identity(reminder) not in seen:
            seen.add(_identity(reminder))
            paused.append(PausedLine(_line(reminder, plan.day), reminder.to, pause))
    # Always set; the template shows it only on a day without mails.
    note = _note_without_mails(plan.day, now, has_sent_today)
    return ForecastDay(plan.day, _forecast_mails(plan), paused, note)


def _note_without_mails(day: dt.date, now: dt.datetime, has_sent_today: bool) -> str:
    is_today = day == local_date(now)
    if not is_working_day(day):
        return _("Kein Arbeitstag. An Wochenenden und Berliner Feiertagen wird niemand erinnert.")
    if is_today and next_run_on(now) > day:
        return _(
            "Der letzte Versand des Tages war um %(last_hour)s Uhr. Was noch fällig wird, geht am "
            "nächsten Arbeitstag hinaus."
        ) % {"last_hour": settings.REMINDER_HOURS[1]}
    if is_today and has_sent_today:
        return _("Mehr steht für heute nicht an.")
    return _("Nach heutigem Stand wird niemand erinnert.")


def _identity(reminder: Reminder) -> tuple[str, str, str]:
    return reminder.subject_key, reminder.event, reminder.to.email


def _forecast_mails(plan: DayPlan) -> list[ForecastMail]:
    bundles: dict[tuple, list[ReminderMail]] = {}
    for number, mail in enumerate(plan.mails):
        first = mail.reminders[0]
        # Guests of one dialogue get the same mail with different links: show it once.
        key = (first.kind, first.about, first.event) if mail.is_personal else (number,)
        bundles.setdefault(key, []).append(mail)
    return [_forecast_mail(mails, plan.day) for mails in bundles.values()]


def _forecast_mail(mails: list[ReminderMail], day: dt.date) -> ForecastMail:
    reminders = mails[0].reminders
    recipients = [(mail.to, _recipient_choice(mail.to)) for mail in mails]
    # `dict.fromkeys` removes duplicates and keeps the order, unlike a set.
    choices = dict.fromkeys(choice for reminder in reminders for choice in _choices(reminder))
    if len(recipients) == 1:
        # In a bundle, the button stands beside each recipient instead.
        choices = dict.fromkeys([recipients[0][1], *choices])
    return ForecastMail(recipients, [_line(reminder, day) for reminder in reminders], list(choices))


def _line(reminder: Reminder, day: dt.date) -> ForecastLine:
    why = reminder.why
    if reminder.step.on < day:
        why += " " + _("(nachgeholt, fällig war der %(day)s)") % {
            "day": format_date(reminder.step.on)
        }
    return ForecastLine(plain_text(reminder.line), reminder.path, why)


def _recipient_choice(to: Recipient) -> PauseChoice:
    label = _("Person: %(name)s") % {"name": to.name or to.email}
    return PauseChoice(label, f"recipient:{to.email}")


def _choices(reminder: Reminder) -> list[PauseChoice]:
    rule = get_rule(reminder.kind)
    choices = [PauseChoice(_("Regel: %(title)s") % {"title": rule.title}, f"rule:{rule.key}")]
    if reminder.about:
        label = _("Vorgang: %(title)s") % {"title": reminder.about_title}
        choices.append(PauseChoice(label, f"about:{reminder.about}"))
    return choices


class PausePreview(NamedTuple):
    """The effect of a pause: its target with German title, and the number of reminders in the
    forecast that it would hold back.
    """

    target: PauseTarget
    title: str
    count: int

    @property
    def question(self) -> str:
        if self.target.rule:
            text = _("Nach der Regel „%(title)s“ erinnert das Portal dann niemanden.")
        elif self.target.about:
            text = _("Zu „%(title)s“ erinnert das Portal dann niemanden.")
        else:
            text = _("%(title)s erhält dann keine Erinnerungen.")
        return text % {"title": self.title}

    @property
    def affected(self) -> str:
        if not self.count:
            return _("In den nächsten Tagen steht dazu keine Erinnerung an.")
        text = ngettext(
            "Das betrifft zunächst %(count)d Erinnerung, die in der Vorschau steht.",
            "Das betrifft zunächst %(count)d Erinnerungen, die in der Vorschau stehen.",
            self.count,
        )
        return text % {"count": self.count}


def preview_pause(value: str, plans: Iterable[DayPlan]) -> PausePreview | None:
    """Return the effect of pausing `value`, the posted value of a `PauseChoice`.

    None when the forecast no longer has a reminder about it; a rule can be paused at any time.
    """
    kind, _colon, name = value.partition(":")
    # A paused reminder is planned again for each day: count it once.
    reminders = list(
        {_identity(reminder): reminder for plan in plans for reminder in _all(plan)}.values()
    )
    # Titles come from rules and plans, never from the request, so targets cannot be made up.
    if kind == "rule":
        titles = {rule.key: str(rule.title) for rule in all_rules()}
        affected = [reminder.kind == name for reminder in reminders]
    elif kind == "about":
        titles = {reminder.about: reminder.about_title for reminder in reminders if reminder.about}
        affected = [reminder.about == name for reminder in reminders]
    else:
        kind = "recipient"
        titles = {reminder.to.email: _name_and_address(reminder.to) for reminder in reminders}
        affected = [reminder.to.email == name for reminder in reminders]
    if name not in titles:
        return None
    return PausePreview(PauseTarget(**{kind: name}), titles[name], sum(affected))


def _name_and_address(to: Recipient) -> str:
    return f"{to.name} ({to.email})" if to.name else to.email


def _all(plan: DayPlan) -> list[Reminder]:
    sent = [reminder for mail in plan.mails for reminder in mail.reminders]
    return sent + [paused.reminder for paused in plan.paused]


class PauseEntry(NamedTuple):
    """A pause in the list *Pausen*."""

    pk: int
    title: str
    notes: list[str]


def pause_entries(pauses: Iterable[ReminderPause]) -> list[PauseEntry]:
    return [PauseEntry(pause.pk, pause.title, _pause_notes(pause)) for pause in pauses]


def _pause_notes(pause: ReminderPause) -> list[str]:
    target = _("Regel") if pause.rule else _("Vorgang") if pause.about else _("Person")
    until = _("bis zum Aufheben")
    if pause.until_on:
        until = _("bis einschließlich %(day)s") % {"day": format_day(pause.until_on)}
    author = _("pausiert von %(who)s am %(day)s") % {
        "who": pause.created_by or _("Portal"),
        "day": format_date(pause.created_at),
    }
    return [note for note in (f"{target} · {until}", pause.reason, author) if note]
