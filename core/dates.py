"""Dates as the office writes them, and Berlin's working days."""

import datetime as dt
from calendar import monthrange
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

import holidays
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Concern

Time = TypeVar("Time", dt.datetime, dt.time)
USUAL_HOURS = dt.time(7), dt.time(22)
# Whoever is to come learns of a date this close too late.
SHORT_NOTICE = dt.timedelta(hours=24)
END_TOO_EARLY = gettext_lazy("Das Ende muss nach dem Beginn liegen.")


# Cached: computing the holidays of a year takes milliseconds, and a page asks hundreds of times.
@lru_cache(maxsize=64)
def berlin_holidays(year: int) -> Mapping[dt.date, str]:
    """Return the public holidays of `year` with their German names (Sonn- und Feiertagsgesetz
    Berlin, with 8 March).
    """
    found = holidays.country_holidays("DE", subdiv="BE", years=year, language="de")
    return MappingProxyType(dict(found))


def is_working_day(day: dt.date) -> bool:
    """Return whether `day` is a weekday and not a public holiday in Berlin."""
    return day.weekday() < 5 and day not in berlin_holidays(day.year)


def add_working_days(day: dt.date, count: int) -> dt.date:
    """Return the date `count` working days after `day`; a negative `count` goes back.

    With 0, return `day` or the next working day.
    """
    step = dt.timedelta(days=-1 if count < 0 else 1)
    try:
        while count == 0 and not is_working_day(day):
            day += step
        for _i in range(abs(count)):
            day += step
            while not is_working_day(day):
                day += step
    except OverflowError:
        # A mistyped 31.12.9999 must not stop the reminders to everyone else.
        return day
    return day


def moment_key(moment: dt.datetime) -> str:
    """Return `2019-06-18T14:00`, the same for a moment in any time zone."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def concerns_about_time(
    start: dt.datetime, end: dt.datetime | None, part: str = ""
) -> list[Concern]:
    """Return what to look at before a date from `start` to `end` is made: public holidays and
    weekends on its first or last day, and unusual hours. `part` names a part of something larger.
    """
    begin, finish = timezone.localtime(start), timezone.localtime(end or start)
    days = sorted({begin.date(), finish.date()})
    concerns = [concern for day in days for concern in concerns_about_day(day)]
    earliest, latest = USUAL_HOURS
    if begin.time() < earliest or finish.time() > latest or finish.date() > begin.date():
        text = _("%(when)s liegt nicht zwischen %(earliest)s und %(latest)s Uhr.") % {
            "when": format_span(start, end),
            "earliest": f"{earliest:%H:%M}",
            "latest": f"{latest:%H:%M}",
        }
        label = _label_of(_("Uhrzeit"), part)
        concerns.append(Concern(f"hours-{moment_key(start)}", label, "", text))
    return concerns


def concerns_about_notice(
    start: dt.datetime, end: dt.datetime | None, now: dt.datetime, part: str = ""
) -> list[Concern]:
    """Return that a date from `start` to `end` is less than `SHORT_NOTICE` ahead of `now`; `part`
    as in `concerns_about_time`.
    """
    if not now < start < now + SHORT_NOTICE:
        return []
    text = _("%(when)s beginnt in weniger als %(hours)d Stunden.") % {
        "when": format_span(start, end),
        "hours": SHORT_NOTICE / dt.timedelta(hours=1),
    }
    label = _label_of(_("Kurzfristig"), part)
    return [Concern(f"soon-{moment_key(start)}", label, "", text)]


def _label_of(concern: str, part: str) -> str:
    return f"{concern} ({part})" if part else concern


def concerns_about_day(day: dt.date) -> list[Concern]:
    """Return that `day` is a public holiday, on a weekend, or both."""
    concerns = []
    if name := berlin_holidays(day.year).get(day):
        text = _("%(day)s ist in Berlin ein gesetzlicher Feiertag (%(name)s).")
        values = {"day": format_day(day), "name": name}
        concerns.append(Concern(f"holiday-{day}", _("Feiertag"), "", text % values))
    if day.weekday() >= 5:
        text = _("Der %(day)s ist ein %(weekday)s.")
        values = {"day": format_date(day), "weekday": date_format(day, "l")}
        concerns.append(Concern(f"weekend-{day}", _("Wochenende"), "", text % values))
    return concerns


def day_note(day: dt.date) -> str:
    """Return in one line what `concerns_about_day` finds; empty for a working day."""
    return " ".join(concern.text for concern in concerns_about_day(day))


def latest_working_day(day: dt.date) -> dt.date:
    """Return `day` if it is a working day, otherwise the last one before it."""
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


def working_days_between(start: dt.date, end: dt.date) -> int:
    """Count the working days after `start` up to and including `end`; 0 when `end` is not later."""
    days = (start + dt.timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(map(is_working_day, days))


class ClockChange(ValueError):
    """The clocks are changed at this time of day. The sentence says what to do."""


def berlin_moment(day: dt.date, time: dt.time) -> dt.datetime:
    """Return the moment at `time` of `day` in Berlin.

    Raises ClockChange for a time that a change of the clocks leaves out or repeats.
    """
    moment = dt.datetime.combine(day, time, tzinfo=timezone.get_current_timezone())
    before, after = moment.utcoffset(), moment.replace(fold=1).utcoffset()
    if before == after:
        return moment
    # The offset grows where an hour is left out (PEP 495).
    sentence = (
        _("Am %(date)s gibt es %(time)s Uhr nicht: Die Uhr wird auf Sommerzeit vorgestellt.")
        if before < after
        else _("Am %(date)s gibt es %(time)s Uhr zweimal: Die Uhr wird zurückgestellt.")
    )
    shown = {"date": format_date(day), "time": f"{time:%H:%M}"}
    raise ClockChange(f"{sentence % shown} {_('Bitte wählen Sie eine andere Uhrzeit.')}")


def local_date(moment: dt.datetime) -> dt.date:
    """Return the date of `moment` in Berlin."""
    return timezone.localtime(moment).date()


def end_of_day(day: dt.date) -> dt.datetime:
    """Return the moment at which `day` is over in Berlin: what happened before it belongs to it."""
    # Midnight of the next day, not 24 hours later: two days a year have 23 or 25 hours.
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    return midnight.replace(tzinfo=timezone.get_current_timezone())


def add_months(day: dt.date, count: int) -> dt.date:
    """Return the same day `count` months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def end_error(start: Time | None, end: Time | None) -> str:
    """Return an error message unless `end` is missing or after `start`, otherwise an empty string.

    An end without a start is an error, too.
    """
    if end is None or (start is not None and end > start):
        return ""
    return str(END_TOO_EARLY)


def format_date(day: dt.date | dt.datetime | None) -> str:
    """Return `27.03.2019`, or an empty string for None."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        day = local_date(day)
    return day.strftime("%d.%m.%Y")


def format_day(day: dt.date | dt.datetime) -> str:
    """Return `Di, 18.06.2019`."""
    if isinstance(day, dt.datetime):
        day = local_date(day)
    return f"{date_format(day, 'D')}, {format_date(day)}"


def format_moment(moment: dt.datetime | None) -> str:
    """Return `18.06.2019, 14:00 Uhr`, or an empty string for None."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{local:%d.%m.%Y}, {local:%H:%M} " + _("Uhr")


def format_span(start: dt.datetime, end: dt.datetime | None = None) -> str:
    """Return `Di, 18.06.2019, 14:00–16:30 Uhr`; an end on another day gets its own date."""
    begin = timezone.localtime(start)
    text = f"{format_day(begin.date())}, {begin:%H:%M}"
    if end is not None:
        finish = timezone.localtime(end)
        same_day = finish.date() == begin.date()
        text += (
            f"–{finish:%H:%M}" if same_day else f" – {format_day(finish.date())}, {finish:%H:%M}"
        )
    return text + " " + _("Uhr")


def describe_deadline(due_on: dt.date, today: dt.date) -> str:
    """Return `bis Fr, 04.12.2026`, with the day in words where it is near or over."""
    text, days = _("bis %(day)s") % {"day": format_day(due_on)}, (due_on - today).days
    if days in (0, 1):
        return f"{describe_due(due_on, today)}, {format_day(due_on)}"
    return f"{text}, {describe_due(due_on, today)}" if days < 0 else text


def describe_due(due_on: dt.date, today: dt.date) -> str:
    """Return `bis morgen`, `bis 28.06.2019` or `seit 6 Tagen überfällig`, seen from `today`."""
    days = (due_on - today).days
    # "gestern" and "morgen" read better than counted days; beyond that the date matters.
    if days < -1:
        return _("seit %(days)d Tagen überfällig") % {"days": -days}
    if days == -1:
        return _("seit gestern überfällig")
    if days == 0:
        return _("bis heute")
    if days == 1:
        return _("bis morgen")
    return _("bis %(day)s") % {"day": format_date(due_on)}
