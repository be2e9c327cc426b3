"""Read dates and times as people type them: `18.6.19`, `18. Juni 2019`, `14 Uhr`, `14.30`, `9h`."""

import datetime as dt
import re

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.dates import format_date
from core.errors import Unreadable
from core.texts import clean_text

MONTHS = (
    "januar februar märz april mai juni juli august september oktober november dezember".split()
)
WEEKDAYS = "montag dienstag mittwoch donnerstag freitag samstag sonntag".split()
# Two digits mean 1969 to 2068, as in Python and POSIX.
PIVOT_YEAR = 69
# Years beyond can only be typing errors.
FIRST_YEAR, LAST_YEAR = 1900, 2100

WEEKDAY = re.compile(r"(?P<name>[a-z]{2,10})[.,]*\s+(?=\d)")
# ASCII, because `\d` would also match the digits of other scripts.
NUMERIC_DAY = re.compile(
    r"(?P<day>\d{1,2})\s?(?P<sign>[./-])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?"
    r"(?P<year>\d{4}|\d{2})\.?",
    re.ASCII,
)
ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
DIGITS_DAY = re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})", re.ASCII)
NAMED_DAY = re.compile(
    r"(?P<day>\d{1,2})\.?\s?(?P<name>[a-zäöü]{3,9})\.?\s?(?P<year>\d{4}|\d{2})", re.ASCII
)
TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?[:.,h ]\s?(?P<minute>\d{2}))?(?::[0-5]\d)?\s?(?:h|uhr)?\.?"
    r"|(?P<hour2>\d{1,2})\s?uhr\s?(?P<minute2>\d{2})"
    r"|(?P<hour3>\d{1,2})(?P<minute3>\d{2})\s?(?:h|uhr)?",
    re.ASCII,
)
# Where the time may begin after the day.
BETWEEN = re.compile(r"(?:\s*,\s*|\s+|(?<=\d)t(?=\d))(?:um\s+|ab\s+)?(?=\d)")


def parse_day(text: str) -> dt.date:
    """Return the date that `text` stands for. Raises Unreadable."""
    weekday, typed = _split_weekday(_simplified(text))
    day = _read_day(typed)
    if weekday not in (None, day.weekday()):
        raise Unreadable(
            _("Der %(date)s ist ein %(weekday)s. Bitte prüfen Sie Wochentag und Datum.")
            % {"date": format_date(day), "weekday": date_format(day, "l")}
        )
    return day


def parse_time(text: str) -> dt.time:
    """Return the time of day that `text` stands for. Raises Unreadable."""
    found = TIME.fullmatch(_simplified(text))
    if found is None:
        raise Unreadable(_("Bitte geben Sie die Uhrzeit so ein: 14:30."))
    hour = int(found["hour"] or found["hour2"] or found["hour3"])
    minute = int(found["minute"] or found["minute2"] or found["minute3"] or 0)
    if hour > 23 or minute > 59:
        raise Unreadable(
            _("Diese Uhrzeit gibt es nicht. Bitte geben Sie eine von 00:00 bis 23:59 ein.")
        )
    return dt.time(hour, minute)


def parse_moment(text: str) -> tuple[dt.date, dt.time]:
    """Return the day and the time of day that `text` stands for. Raises Unreadable."""
    typed = _simplified(text)
    for gap in BETWEEN.finditer(typed):
        day, time = typed[: gap.start()], typed[gap.end() :]
        if _looks_like_day(day) and TIME.fullmatch(time):
            return parse_day(day), parse_time(time)
    if _looks_like_day(typed):
        parse_day(typed)
        raise Unreadable(_("Bitte geben Sie auch die Uhrzeit ein, zum Beispiel 18.06.2019, 14:30."))
    raise Unreadable(_("Bitte geben Sie Datum und Uhrzeit so ein: 18.06.2019, 14:30."))


def _simplified(text: str) -> str:
    return " ".join(clean_text(text).lower().split())


def _split_weekday(typed: str) -> tuple[int | None, str]:
    """Return the weekday that `typed` begins with, Monday being 0, and the rest."""
    found = WEEKDAY.match(typed)
    if found is None:
        return None, typed
    name = found["name"].replace("sonnabend", "samstag")
    for number, weekday in enumerate(WEEKDAYS):
        if name in (weekday, weekday[:2]):
            return number, typed[found.end() :]
    return None, typed


def _looks_like_day(typed: str) -> bool:
    return _match_day(_split_weekday(typed)[1]) is not None


def _match_day(typed: str) -> re.Match | None:
    patterns = (ISO_DAY, NUMERIC_DAY, DIGITS_DAY, NAMED_DAY)
    return next((found for pattern in patterns if (found := pattern.fullmatch(typed))), None)


def _read_day(typed: str) -> dt.date:
    found = _match_day(typed)
    if found is None:
        raise Unreadable(_("Bitte geben Sie das Datum so ein: 18.06.2019."))
    parts = found.groupdict()
    month = int(parts["month"]) if "month" in parts else month_named(parts["name"])
    year = full_year(parts["year"])
    try:
        return dt.date(year, month, int(parts["day"]))
    except ValueError as error:
        raise Unreadable(
            _("Diesen Tag gibt es im Kalender nicht. Bitte prüfen Sie das Datum.")
        ) from error


def full_year(digits: str) -> int:
    """Return 1969 to 2068 for two digits, otherwise the year itself."""
    year = int(digits)
    if len(digits) == 2:
        year += 1900 if year >= PIVOT_YEAR else 2000
    return year


def month_named(name: str) -> int:
    """Return the number of the month `name` begins, in lower case. Raises Unreadable."""
    written_out = {"mrz": "märz", "maerz": "märz", "jänner": "januar"}.get(name, name)
    for number, month in enumerate(MONTHS, start=1):
        # Three letters fit only one month, and the patterns that find the name demand as many.
        if month.startswith(written_out):
            return number
    raise Unreadable(_("Bitte prüfen Sie den Monat, zum Beispiel 18. Juni 2019."))
